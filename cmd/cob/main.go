// Command cob checks, formats, builds and explains packages of COB, and runs
// what they describe. It is wiring and nothing else: flags, exit codes, and the
// doors of the rooms.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

// Exit codes, as scripts know them.
const (
	exitDone         = 0
	exitBad          = 1 // the author's text, the test or the business result is bad
	exitUsage        = 2
	exitMigrate      = 3 // diff, deploy: instances that run have to be migrated
	exitIncompatible = 4 // diff, deploy: data or callers that exist break
	exitUnreachable  = 5 // the server cannot be reached, or refused
	exitInterrupted  = 130
)

// exit is an error that knows its exit code. An error without one means that the
// command was used wrongly. A nil err has been said already.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exit) Unwrap() error { return e.err }

func bad(err error) error { return &exit{exitBad, err} }

func failure(code int, format string, args ...any) error {
	return &exit{code, fmt.Errorf(format, args...)}
}

// commands are the constructors of all subcommands.
var commands = []func() *cobra.Command{
	initCommand,
	checkCommand,
	fmtCommand,
	fixCommand,
	buildCommand,
	diffCommand,
	graphCommand,
	docCommand,
	testCommand,
	recordCommand,
	explainCommand,
	lspCommand,
	runCommand,
	agentCommand,
	demoCommand,
	benchCommand,
	startCommand,
	psCommand,
	nodesCommand,
	deployCommand,
	deploymentsCommand,
	rolloutCommand,
	migrateCommand,
	agentsCommand,
	showCommand,
	reportCommand,
	witnessCommand,
	cloudsCommand,
	failoverCommand,
	whyCommand,
	endpointsCommand,
	cancelCommand,
	terminateCommand,
	retryCommand,
	skipCommand,
	resumeCommand,
	taskCommand,
	tokenCommand,
	versionCommand,
}

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	root := &cobra.Command{
		Use:   "cob",
		Short: "Write a business process down, check it, and run it durably over several clouds",
		Example: `  cob check              all that is wrong in the package of this directory
  cob fmt                write it the one way
  cob build -o plan.json the plan that runs, and its digest`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noCommand,
		RunE:          showHelp,
	}
	for _, make := range commands {
		root.AddCommand(make())
	}
	root.SetHelpCommand(helpCommand())
	fitted(root)
	root.SetArgs(args)
	out := &results{File: os.Stdout}
	root.SetOut(out)
	root.InitDefaultCompletionCmd() // it writes to where the root does now
	group(subcommand(root, "completion"))
	c, err := root.ExecuteC()
	if out.err != nil {
		fmt.Fprintf(os.Stderr, "cob: the results cannot be written: %v\n", out.err)
		return exitBad
	}
	if err == nil {
		return exitDone
	}
	var e *exit
	if errors.As(err, &e) {
		if e.err != nil {
			fmt.Fprintf(os.Stderr, "cob: %v\n", e.err)
		}
		return e.code
	}
	fmt.Fprintf(os.Stderr, "cob: %v\nSee %q.\n", err, c.CommandPath()+" --help")
	return exitUsage
}

// exitCodeOf is the code that an error ends the process with.
func exitCodeOf(err error) int {
	var e *exit
	if errors.As(err, &e) {
		return e.code
	}
	return exitUsage
}
