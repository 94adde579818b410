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
	cmd.Flags().DurationVar(&wait, "wait", 0, "wait so long for the result and print it")
	cmd.Flags().Lookup("wait").NoOptDefVal = "30s"
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		body, err := readInput(cmd, input)
		if err != nil {
			return err
		}
		path := "/v1/processes/" + url.PathEscape(args[0]) + "/instances?wait=" + wait.String()
		headers := map[string]string{}
		if key != "" {
			headers["Idempotency-Key"] = key
		}
		var started admin.Started
		if err := newClient(*server).do(cmd.Context(), "POST", path, headers, body, &started); err != nil {
			return err
		}
		if err := printJSON(cmd.OutOrStdout(), started); err != nil {
			return err
		}
		if started.State == record.Faulted || started.State == record.Cancelled {
			return &exit{exitBad, nil}
		}
		return nil
	}
	return cmd
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
