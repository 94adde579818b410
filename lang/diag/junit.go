package diag

import (
	"encoding/xml"
	"fmt"
	"path"
	"slices"
	"strings"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name      string        `xml:"name,attr"`
	ClassName string        `xml:"classname,attr"`
	File      string        `xml:"file,attr"`
	Failure   *junitFailure `xml:"failure,omitempty"`
	Out       string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// JUnit returns a report of tests: one suite per directory and one case per file,
// which fails when an error lies in the file. Warnings and remarks are output of
// the case. Files are those that were checked; those of diagnostics are added.
func JUnit(ds []Diagnostic, files []string) []byte {
	files = slices.Clone(files)
	for _, d := range ds {
		files = append(files, d.Primary.Path())
	}
	slices.SortFunc(files, func(a, b string) int {
		if c := strings.Compare(path.Dir(a), path.Dir(b)); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	all := junitSuites{Name: "cob check"}
	for _, file := range slices.Compact(files) {
		dir := path.Dir(file)
		if n := len(all.Suites); n == 0 || all.Suites[n-1].Name != dir {
			all.Suites = append(all.Suites, junitSuite{Name: dir})
		}
		suite := &all.Suites[len(all.Suites)-1]
		c := junitCaseOf(ds, file)
		suite.Cases = append(suite.Cases, c)
		suite.Tests, all.Tests = suite.Tests+1, all.Tests+1
		if c.Failure != nil {
			suite.Failures, all.Failures = suite.Failures+1, all.Failures+1
		}
	}
	text, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		panic("diag: strings and numbers cannot fail to encode: " + err.Error())
	}
	return []byte(xml.Header + string(text) + "\n")
}

func junitCaseOf(ds []Diagnostic, file string) junitCase {
	c := junitCase{Name: file, ClassName: path.Dir(file), File: file}
	var errors []Diagnostic
	for _, d := range ds {
		switch {
		case d.Primary.Path() != file:
		case d.Severity == Error:
			errors = append(errors, d)
		default:
			c.Out += Terminal([]Diagnostic{d}, Screen{})
		}
	}
	if len(errors) > 0 {
		c.Failure = &junitFailure{Message: errors[0].Message, Type: string(errors[0].Code), Text: "\n" + Terminal(errors, Screen{})}
		if len(errors) > 1 {
			c.Failure.Message += fmt.Sprintf(" (and %d more)", len(errors)-1)
		}
	}
	return c
}
