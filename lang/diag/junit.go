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
// the case. Files are those that were checked; those of diagnostics are added. No
// more than MaxShown diagnostics are told in full.
func JUnit(ds []Diagnostic, files []string) []byte {
	files = slices.Clone(files)
	of, told := map[string][]Diagnostic{}, map[string][]Diagnostic{}
	for _, d := range ds {
		files = append(files, d.Primary.Path())
		of[d.Primary.Path()] = append(of[d.Primary.Path()], d)
	}
	for _, d := range Foremost(ds, MaxShown) {
		told[d.Primary.Path()] = append(told[d.Primary.Path()], d)
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
		c := junitCaseOf(file, of[file], told[file])
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

// junitCaseOf is a file with what was found in it, and what of that is told in full.
func junitCaseOf(file string, ds, told []Diagnostic) junitCase {
	c := junitCase{Name: file, ClassName: path.Dir(file), File: file}
	var errors []Diagnostic
	for _, d := range told {
		if d.Severity == Error {
			errors = append(errors, d)
		} else {
			c.Out += Terminal([]Diagnostic{d}, Screen{})
		}
	}
	n, text, rest := countErrors(ds), Terminal(errors, Screen{}), LeftOut(ds, told)
	switch {
	case rest != "" && n > 0:
		text += rest + "\n"
	case rest != "":
		c.Out += rest + "\n"
	}
	if n > 0 {
		first := ds[slices.IndexFunc(ds, func(d Diagnostic) bool { return d.Severity == Error })]
		c.Failure = &junitFailure{Message: first.Message, Type: string(first.Code), Text: "\n" + text}
		if n > 1 {
			c.Failure.Message += fmt.Sprintf(" (and %d more)", n-1)
		}
	}
	return c
}
