package main

import (
	"bytes"
	"fmt"
	"io"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/record"
)

func startCommand() *cobra.Command {
	var key, input string
	var wait time.Duration
	cmd := &cobra.Command{
		Use:   "start PKG.PROCESS",
		Short: "Start an instance of a process",
		Example: `  cob start orders.Fulfil --input order.json --wait
  cob start orders.Fulfil --input order.json --wait=2m
  echo '{"order": {...}}' | cob start orders.Fulfil --input -`,
		Args: oneProcess,
	}
	server := serverFlag(cmd)
	cmd.Flags().StringVar(&key, "key", "", "names the instance where its process declares no key; the same key twice is the same instance")
	cmd.Flags().StringVar(&input, "input", "", "file with the parameters as a JSON object, - for standard input (default {})")
	cmd.Flags().DurationVar(&wait, "wait", 0, "wait at most so long for the result and print it; an incident ends it at once")
	cmd.Flags().Lookup("wait").NoOptDefVal = "30s"
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		body, err := readInput(cmd, input)
		if err != nil {
			return err
		}
		path := "/v1/processes/" + url.PathEscape(args[0]) + "/instances?wait=" + min(wait, firstWait).String()
		headers := map[string]string{}
		if key != "" {
			headers[requestHeader] = key
		}
		var started admin.Started
		node, begun := newClient(*server), time.Now()
		if err := node.do(cmd.Context(), "POST", path, headers, body, &started); err != nil {
			return err
		}
		var stuck error
		if wait > 0 {
			if stuck, err = waitFor(cmd, node, &started, begun.Add(wait)); err != nil {
				return err
			}
		}
		if err := printJSON(cmd.OutOrStdout(), started); err != nil {
			return err
		}
		if started.State == record.Faulted || started.State == record.Cancelled {
			return &exit{exitBad, nil}
		}
		return stuck
	}
	return cmd
}

const (
	// firstWait is how long the request that starts an instance waits: most end by then.
	firstWait = time.Second
	// lookMin and lookMax are how long it takes from one look at an instance to the next
	// one; each takes twice as long as the one before.
	lookMin, lookMax = 50 * time.Millisecond, 2 * time.Second
)

// waitFor looks at an instance until it is over, has an incident, or the time has come,
// and tells started how it stands. stuck is what is wrong with one that needs a person.
func waitFor(cmd *cobra.Command, node *client, started *admin.Started, until time.Time) (stuck, err error) {
	for pause := lookMin; started.State == record.Running; pause = min(2*pause, lookMax) {
		var now observe.Instance
		if err := node.do(cmd.Context(), "GET", "/v1/instances/"+url.PathEscape(started.ID), nil, nil, &now); err != nil {
			return nil, err
		}
		switch now.State {
		case record.Incident:
			started.State = now.State
			return failure(exitBad, "%s has an incident and waits for a person: %s\n  look at it with: cob show %[1]s\n  let it try again with: cob retry %[1]s, or stop and undo it with: cob cancel %[1]s",
				started.ID, now.Detail), nil
		case record.Completed, record.Faulted, record.Cancelled:
			started.State, started.Result, started.Fault = now.State, now.Result, now.Fault
			return nil, nil
		}
		left := time.Until(until)
		if left <= 0 {
			return nil, nil
		}
		select {
		case <-cmd.Context().Done():
			return nil, &exit{exitInterrupted, nil}
		case <-time.After(min(pause, left)):
		}
	}
	return nil, nil
}

// oneProcess wants exactly one argument. A time behind it is a --wait whose = was
// forgotten.
func oneProcess(cmd *cobra.Command, args []string) error {
	if len(args) == 2 {
		if _, err := time.ParseDuration(args[1]); err == nil {
			return fmt.Errorf("%s stands alone: write --wait=%s", args[1], args[1])
		}
	}
	return cobra.ExactArgs(1)(cmd, args)
}

func readInput(cmd *cobra.Command, name string) ([]byte, error) {
	switch name {
	case "":
		return []byte("{}"), nil
	case "-":
		text, err := io.ReadAll(cmd.InOrStdin())
		if err != nil {
			return nil, failure(exitUsage, "reading standard input: %v", err)
		}
		return text, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, failure(exitUsage, "reading the input: %v", err)
	}
	return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), nil
}
