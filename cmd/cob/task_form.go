package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/cob-lang/cob/runtime/node"
)

// onTerminal says whether a person sits at the other end.
func onTerminal(in io.Reader) bool {
	f, ok := in.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// sheet is the part of JSON Schema that the form of a task is written in.
type sheet struct {
	Ref         string            `json:"$ref"`
	Defs        map[string]*sheet `json:"$defs"`
	Type        any               `json:"type"` // a word or a list of words
	Enum        []string          `json:"enum"`
	Format      string            `json:"format"`
	Properties  map[string]*sheet `json:"properties"`
	Required    []string          `json:"required"`
	AnyOf       []*sheet          `json:"anyOf"`
	Description string            `json:"description"`
}

func (s *sheet) is(word string) bool {
	if list, ok := s.Type.([]any); ok {
		return slices.Contains(list, any(word))
	}
	return s.Type == word
}

// money says whether the object is an amount of money.
func (s *sheet) money() bool {
	return len(s.Properties) == 2 && s.Properties["amount"] != nil && s.Properties["currency"] != nil
}

// filler asks a person for the fields of a form.
type filler struct {
	in   *bufio.Reader
	out  io.Writer
	defs map[string]*sheet
}

// errNoAnswer says that the person went away before the form was full.
var errNoAnswer = errors.New("the form is not complete, and nothing was sent")

// fillIn asks for every field of a task's form, in its order, each again until it
// fits, and gives the answer as JSON.
func fillIn(in io.Reader, out io.Writer, t *node.OneTask) ([]byte, error) {
	var root sheet
	if err := json.Unmarshal(t.Schema, &root); err != nil {
		return nil, failure(exitUnreachable, "the schema of the form cannot be read: %v", err)
	}
	for _, name := range sortedNames(t.Data) {
		fmt.Fprintf(out, "%s: %s\n", name, t.Data[name])
	}
	f := &filler{in: bufio.NewReader(in), out: out, defs: root.Defs}
	var order []string
	for _, field := range t.Form {
		order = append(order, field.Name)
	}
	v, err := f.ask("", &root, order)
	if err != nil {
		return nil, failure(exitBad, "%v", err)
	}
	return json.Marshal(v)
}

func (f *filler) resolve(s *sheet) *sheet {
	for range len(f.defs) + 1 {
		name, refers := strings.CutPrefix(s.Ref, "#/$defs/")
		if !refers || f.defs[name] == nil {
			return s
		}
		s = f.defs[name]
	}
	return s
}

// ask asks for a value; order are the fields of an object in the author's order.
func (f *filler) ask(path string, s *sheet, order []string) (any, error) {
	s = f.resolve(s)
	if s.is("object") && len(s.Properties) > 0 && !s.money() {
		return f.object(path, s, order)
	}
	return f.line(path, s, false)
}

func (f *filler) object(path string, s *sheet, order []string) (any, error) {
	for name := range s.Properties {
		if !slices.Contains(order, name) {
			order = append(order, name)
		}
	}
	if path != "" { // of a record inside of the form nobody says the order
		slices.Sort(order)
	}
	out := map[string]any{}
	for _, name := range order {
		inner, full := s.Properties[name], strings.TrimPrefix(path+"."+name, ".")
		if inner == nil {
			continue
		}
		var v any
		var err error
		if !slices.Contains(s.Required, name) && len(inner.AnyOf) > 0 {
			v, err = f.line(full, f.resolve(inner.AnyOf[0]), true)
		} else {
			v, err = f.ask(full, inner, nil)
		}
		if err != nil {
			return nil, err
		}
		if v != nil {
			out[name] = v
		}
	}
	return out, nil
}

// line asks for one value until it fits.
func (f *filler) line(path string, s *sheet, optional bool) (any, error) {
	if path == "" {
		path = "answer"
	}
	for {
		hint := wanted(s)
		if optional {
			hint += ", or nothing"
		}
		fmt.Fprintf(f.out, "%s (%s): ", path, hint)
		text, err := f.in.ReadString('\n')
		text = strings.TrimSpace(text)
		if err != nil && text == "" {
			fmt.Fprintln(f.out)
			return nil, errNoAnswer
		}
		if text == "" && optional {
			return nil, nil
		}
		v, problem := fit(s, text)
		if problem == "" {
			return v, nil
		}
		fmt.Fprintf(f.out, "  %s\n", problem)
	}
}

// wanted says what is to be typed for a value.
func wanted(s *sheet) string {
	switch {
	case len(s.Enum) > 0:
		return strings.Join(s.Enum, ", ")
	case s.is("boolean"):
		return "yes or no"
	case s.is("integer"):
		return "whole number"
	case s.is("number"):
		return "number"
	case s.money():
		return "such as 20.00 EUR"
	case s.Format == "date-time":
		return "such as 2026-11-21T10:00:00Z"
	case s.Format == "duration":
		return "such as PT1H30M"
	case s.is("string"):
		return "text"
	}
	return "JSON"
}

var (
	decimalText = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
	moneyText   = regexp.MustCompile(`^(-?[0-9]+(?:\.[0-9]+)?) ?([A-Z]{3})$`)
)

// fit reads what was typed as a value; problem says why it is none.
func fit(s *sheet, text string) (v any, problem string) {
	switch {
	case len(s.Enum) > 0:
		if !slices.Contains(s.Enum, text) {
			return nil, "want one of " + strings.Join(s.Enum, ", ")
		}
		return text, ""
	case s.is("boolean"):
		switch strings.ToLower(text) {
		case "yes", "y", "true":
			return true, ""
		case "no", "n", "false":
			return false, ""
		}
		return nil, "want yes or no"
	case s.is("integer"):
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, "want a whole number"
		}
		return n, ""
	case s.is("number"):
		if !decimalText.MatchString(text) {
			return nil, "want a number such as 12.50"
		}
		return json.Number(text), ""
	case s.money():
		m := moneyText.FindStringSubmatch(text)
		if m == nil {
			return nil, "want an amount with its currency, such as 20.00 EUR"
		}
		return map[string]any{"amount": m[1], "currency": m[2]}, ""
	case s.Format == "date-time":
		if _, err := time.Parse(time.RFC3339, text); err != nil {
			return nil, "want a time such as 2026-11-21T10:00:00Z"
		}
		return text, ""
	case s.is("string"):
		return text, ""
	}
	if !json.Valid([]byte(text)) {
		return nil, "want JSON, such as [1, 2]"
	}
	return json.RawMessage(text), ""
}
