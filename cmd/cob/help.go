package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/lang/diag"
)

// helpCommand is help about a command, by its name.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about any command",
		Long:  "Tells what a command does, how it is called, and what its flags mean.",
		Example: `  cob help check
  cob help task complete`,
		RunE: func(c *cobra.Command, args []string) error {
			about := c.Root()
			for _, name := range args {
				sub := subcommand(about, name)
				if sub == nil {
					return failure(exitUsage, "%v\nSee %q.", noCommand(about, []string{name}), about.CommandPath()+" --help")
				}
				about = sub
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
		ValidArgsFunction: func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			about := c.Root()
			for _, name := range args {
				if about = subcommand(about, name); about == nil {
					return nil, cobra.ShellCompDirectiveNoFileComp
				}
			}
			return names(about), cobra.ShellCompDirectiveNoFileComp
		},
	}
}

func showHelp(c *cobra.Command, _ []string) error { return c.Help() }

// group is a command that has to be told which of its subcommands is wanted.
func group(c *cobra.Command) *cobra.Command {
	c.Args, c.RunE = noCommand, showHelp
	return c
}

// noCommand refuses what is no command, with the one that was probably meant.
func noCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	name := args[0]
	if c.HasParent() {
		name = c.Name() + " " + name
	}
	if near := diag.Suggest(args[0], names(c)); near != "" {
		return fmt.Errorf("there is no command %q; did you mean %s?", name, near)
	}
	return fmt.Errorf("there is no command %q", name)
}

func subcommand(c *cobra.Command, name string) *cobra.Command {
	for _, sub := range c.Commands() {
		if sub.Name() == name || sub.HasAlias(name) {
			return sub
		}
	}
	return nil
}

func names(c *cobra.Command) []string {
	var out []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			out = append(out, sub.Name())
		}
	}
	return out
}
