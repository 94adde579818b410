package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/replay"
)

// replayed is a recording, and what the present source would do otherwise.
type replayed struct {
	File        string              `json:"file"`
	Process     string              `json:"process"`
	Key         string              `json:"key"`
	Plan        string              `json:"plan"` // that it ran on
	Differences []replay.Difference `json:"differences"`
}

// replayAll runs the recordings of files against a package, each against the process
// of its name.
func (o *testRun) replayAll(c *cobra.Command, paths []string) error {
	dir := "."
	if len(paths) > 0 {
		dir = paths[0]
	}
	if len(paths) > 1 {
		return fmt.Errorf("--replay runs recordings against one package, and %d are given", len(paths))
	}
	r, err := goodFlows(c, dir)
	if err != nil {
		return err
	}
	all, err := o.replayFiles(r)
	if err != nil {
		return err
	}
	if err := printReplayed(c.OutOrStdout(), all, o.format); err != nil {
		return bad(err)
	}
	for i := range all {
		if len(all[i].Differences) > 0 {
			return bad(nil)
		}
	}
	return nil
}

func (o *testRun) replayFiles(r *compiler.Result) ([]replayed, error) {
	program, err := engine.LinkPartly(r.Plan, r.Digest)
	if err != nil {
		return nil, bad(err)
	}
	all := []replayed{}
	for _, file := range o.replay {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, failure(exitUsage, "reading a recording: %v", err)
		}
		list, err := replay.Read(text)
		if err != nil {
			return nil, failure(exitUsage, "%s: %v", file, err)
		}
		for i := range list {
			one := replayed{File: file, Process: list[i].Process, Key: list[i].Key, Plan: list[i].Plan, Differences: replay.Replay(program, &list[i])}
			if one.Differences == nil {
				one.Differences = []replay.Difference{}
			}
			all = append(all, one)
		}
	}
	return all, nil
}

func printReplayed(w io.Writer, all []replayed, format string) error {
	switch format {
	case "json":
		return printJSON(w, all)
	case "junit":
		return replayedJUnit(w, all)
	}
	var b strings.Builder
	differ := 0
	for i := range all {
		r := &all[i]
		word := "same   "
		if len(r.Differences) > 0 {
			word = "differs"
			differ++
		}
		fmt.Fprintf(&b, "%s  %s %s (plan %.12s)\n", word, r.Process, r.Key, r.Plan)
		for _, d := range r.Differences {
			fmt.Fprintf(&b, "         %s\n", d)
		}
	}
	if differ > 0 {
		fmt.Fprintf(&b, "%d of %d recorded instances would differ\n", differ, len(all))
	} else {
		fmt.Fprintf(&b, "%d recorded, and nothing would differ\n", len(all))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func replayedJUnit(w io.Writer, all []replayed) error {
	suite := junitSuite{Name: "replay", Tests: len(all)}
	for i := range all {
		r := &all[i]
		one := junitCase{Name: r.Process + " " + r.Key, Class: "replay"}
		var lines []string
		for _, d := range r.Differences {
			lines = append(lines, d.String())
		}
		if len(lines) > 0 {
			suite.Failures++
			one.Failure = &junitFailure{Message: lines[0], Text: strings.Join(lines, "\n")}
		}
		suite.Cases = append(suite.Cases, one)
	}
	return writeXML(w, junitSuites{Suites: []junitSuite{suite}})
}
