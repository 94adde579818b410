package check

import (
	"fmt"
	"path"
	"slices"
	"sync"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/stdlib"
)

// standardDir is where the standard library has its connectors, each in a package of
// its name.
const standardDir = "connectors"

// standards are the connectors of the standard library that were asked for. One file
// is read for each, when an endpoint first names it.
var standards sync.Map // by name: func() *Schema

// Standard is what the standard library says about a connector, or nil.
func Standard(name string) *Schema {
	read, ok := standards.Load(name)
	if !ok {
		if !slices.Contains(StandardNames(), name) {
			return nil
		}
		read, _ = standards.LoadOrStore(name, sync.OnceValue(func() *Schema { return readStandard(name) }))
	}
	return read.(func() *Schema)()
}

// StandardNames are the connectors of the standard library, sorted.
func StandardNames() []string { return standardNames() }

var standardNames = sync.OnceValue(func() []string {
	entries, err := stdlib.Files.ReadDir(standardDir)
	if err != nil {
		panic(fmt.Sprintf("check: the standard library is part of the program: %v", err))
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
})

func readStandard(name string) *Schema {
	at := path.Join(standardDir, name, name+".cob")
	text, err := stdlib.Files.ReadFile(at)
	if err != nil {
		panic(fmt.Sprintf("check: the standard library is part of the program: %v", err))
	}
	file, _ := syntax.Parse(source.New("std/"+at, string(text)))
	enums := map[string]*syntax.EnumDecl{}
	for _, d := range file.Decls {
		if d, ok := d.(*syntax.EnumDecl); ok {
			enums[d.Name.Text] = d
		}
	}
	r := schemaReader{enum: func(p *syntax.Path) *syntax.EnumDecl { return enums[p.String()] }, report: func(diag.Diagnostic) {}}
	for _, d := range file.Decls {
		if d, ok := d.(*syntax.ConnectorDecl); ok && d.Name.Text == name {
			return r.schema(name, d)
		}
	}
	panic("check: " + at + " declares no connector " + name)
}

// undeclared is what is taken of a protocol that a contract names and nobody has
// declared: that it has an address.
func undeclared(name string) *Schema {
	return &Schema{Name: name, Parts: map[string][]Setting{
		"binding": {{Name: "url", Form: "<text>", Required: true, Doc: "where the service is", Type: types.Of(types.String)}},
		"receive": {{Name: "channel", Form: "<text>", Required: true, Doc: "the address of the channel", Type: types.Of(types.String)}},
	}}
}

// Schema is the connector of that name, as plans name it, or nil.
func (p *Program) Schema(name string) *Schema {
	for _, x := range p.everywhere() {
		for _, s := range x.Connectors {
			if s.Name == name {
				return s
			}
		}
	}
	return Standard(name)
}
