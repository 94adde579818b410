package contract_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler/contract"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/spec/golden"
)

// TestContracts reads the first file of every archive and prints what it says.
// The name of an archive begins with its kind.
func TestContracts(t *testing.T) {
	golden.Run(t, "testdata/golden", func(t *testing.T, a golden.Archive) []golden.File {
		_, base, _ := strings.Cut(a.Path, "golden/")
		kind, _, _ := strings.Cut(strings.TrimSuffix(base, ".txtar"), "_")
		fsys := fstest.MapFS{}
		for _, f := range a.Files {
			if f.Name != "want" && f.Name != "diagnostics" {
				fsys[f.Name] = &fstest.MapFile{Data: []byte(f.Text)}
			}
		}
		c, ds := contract.Read(contract.Kind(kind), fsys, a.Files[0].Name, contract.Options{Qualify: "p.api"})
		sound(t, c)
		return []golden.File{{Name: "want", Text: print(c)}, {Name: "diagnostics", Text: diag.OneLines(ds)}}
	})
}

// sound compiles every refinement and finds every type that is referred to.
func sound(t *testing.T, c *contract.Contract) {
	t.Helper()
	u := types.NewUniverse(c.Types)
	if _, err := expression.NewChecker(u, c.Refinements); err != nil {
		t.Error(err)
	}
	for _, o := range c.Operations {
		if _, err := expression.NewChecker(u, o.Refinements); err != nil {
			t.Error(err)
		}
	}
	for _, ch := range c.Channels {
		if _, err := expression.NewChecker(u, ch.Refinements); err != nil {
			t.Error(err)
		}
	}
	for _, d := range c.Types {
		known(t, u, d.Name, types.RecordOf(d.Fields...))
	}
	for _, o := range c.Operations {
		known(t, u, o.Name, o.Result)
		for _, p := range o.Params {
			known(t, u, o.Name, p.Type)
		}
		for _, f := range o.Faults {
			if d := u.Lookup(f.Name); d == nil || d.Kind != types.FaultDefinition {
				t.Errorf("%s: the fault %s is not declared", o.Name, f.Name)
			}
		}
	}
	for i := 1; i < len(c.Types); i++ {
		if c.Types[i-1].Name >= c.Types[i].Name {
			t.Errorf("%s stands before %s", c.Types[i-1].Name, c.Types[i].Name)
		}
	}
}

func known(t *testing.T, u *types.Universe, where string, x types.Type) {
	t.Helper()
	if x.Elem != nil {
		known(t, u, where, *x.Elem)
	}
	if x.Kind == types.Named && u.Lookup(x.Name) == nil {
		t.Errorf("%s: the type %s is not declared", where, x.Name)
	}
	names := map[string]bool{}
	for _, f := range x.Fields {
		if names[f.Name] {
			t.Errorf("%s: two fields are called %s", where, f.Name)
		}
		names[f.Name] = true
		known(t, u, where, f.Type)
	}
}

func print(c *contract.Contract) string {
	var b strings.Builder
	short := func(s string) string { return strings.ReplaceAll(s, "p.api.", "") }
	line := func(format string, args ...any) { b.WriteString(short(fmt.Sprintf(format, args...)) + "\n") }
	if c.Connector != "" {
		line("connector %s", c.Connector)
	}
	for _, s := range c.Services {
		line("service %s", s)
	}
	for i := range c.Types {
		printType(c, &c.Types[i], line)
	}
	for i := range c.Operations {
		printOperation(&c.Operations[i], line)
	}
	for _, f := range c.Proto {
		line("wire %s.%s %d %s", f.Type, f.Field, f.Number, strings.Join(strings.Fields(fmt.Sprint(f.As, " ", f.Of, " ", f.Key, " packed=", f.Packed)), " "))
	}
	for _, x := range c.XML {
		line("wire %s.%s {%s}%s attribute=%v text=%v", x.Type, x.Field, x.Space, x.Name, x.Attribute, x.Text)
	}
	for _, ch := range c.Channels {
		line("channel %s %q %s of %v receives=%v sends=%v", ch.Name, ch.Address, ch.Protocol, ch.Messages, ch.Receives, ch.Sends)
		for _, r := range ch.Refinements {
			line("  %s%s", r.Field, where(r))
		}
	}
	for _, f := range c.Files {
		line("file %s", f.Path)
	}
	return b.String()
}

func printType(c *contract.Contract, d *types.Definition, line func(string, ...any)) {
	if d.Kind == types.EnumDefinition {
		line("enum %s { %s }", d.Name, strings.Join(d.Values, ", "))
		return
	}
	tag := ""
	if d.Tag != "" {
		tag = " by " + d.Tag
	}
	line("%s %s%s {", d.Kind, d.Name, tag)
	for _, f := range d.Fields {
		text := fmt.Sprintf("  %s: %s", f.Name, f.Type)
		if f.Wire != "" {
			text += fmt.Sprintf(" @json(%q)", f.Wire)
		}
		for _, r := range c.Refinements {
			if r.Type == d.Name && r.Field == f.Name {
				text += where(r)
			}
		}
		line("%s", text)
	}
	line("}")
}

// where is a refinement behind the way that leads to what it is about.
func where(r expression.Refinement) string {
	return " where" + strings.TrimRight(" "+strings.Join(r.Within, ""), " ") + " " + r.Text
}

func printOperation(o *contract.Operation, line func(string, ...any)) {
	var params []string
	for _, p := range o.Params {
		text := p.Name + ": " + p.Type.String()
		if p.In != "" {
			text = p.In + " " + text
		}
		if p.Between != "" {
			text += fmt.Sprintf(" between %q", p.Between)
		}
		if p.Wire != "" {
			text += fmt.Sprintf(" @json(%q)", p.Wire)
		}
		params = append(params, text)
	}
	var faults []string
	for _, f := range o.Faults {
		text := f.Name
		if f.Status > 0 {
			text += fmt.Sprintf(" %d", f.Status)
		}
		if f.Element != "" {
			text += " " + f.Element
		}
		faults = append(faults, text)
	}
	line("operation %s%s(%s) -> %s raises [%s]", strings.TrimPrefix(o.Service+".", "."), o.Name, strings.Join(params, ", "), o.Result, strings.Join(faults, ", "))
	for _, r := range o.Refinements {
		line("  %s%s", r.Field, where(r))
	}
	switch {
	case o.HTTP != nil:
		line("  %s %s", o.HTTP.Method, o.HTTP.Path)
	case o.GRPC != nil:
		line("  %s/%s %s -> %s", o.GRPC.Service, o.GRPC.Method, o.GRPC.Input, o.GRPC.Output)
	case o.SOAP != nil:
		line("  SOAP %s %s %q %s -> %s at %s", o.SOAP.Version, o.SOAP.Style, o.SOAP.Action, o.SOAP.Input, o.SOAP.Output, o.SOAP.Address)
	case o.Message != nil:
		line("  %q %s %s reply %q", o.Message.Channel, o.Message.Name, o.Message.ContentType, o.Message.Reply)
	}
}
