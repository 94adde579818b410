package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// typeTable is what is known about declared types besides their definitions.
type typeTable struct {
	aliases map[string]types.Type // by qualified name, when settled
	open    map[string]bool       // aliases being settled, against cycles
	levels  map[string]int        // by qualified name of an alias, how many it leads through
	level   int                   // of the deepest alias in what is being settled
	deep    map[string]labelSet   // by qualified name
	handles map[string]bool       // by qualified name, those that hold one
	all     []types.Definition    // of this package and all that it reaches
	tests   map[string]tested     // of aliases, by unqualified name
}

var builtins = map[string]types.Kind{"bool": types.Bool, "int": types.Int, "float": types.Float, "decimal": types.Decimal,
	"money": types.Money, "string": types.String, "bytes": types.Bytes, "timestamp": types.Timestamp,
	"duration": types.Duration, "json": types.JSON}

var builtinNames = []string{"bool", "bytes", "decimal", "duration", "float", "int", "json", "map", "money", "string", "timestamp"}

// declareTypes makes the definitions, then checks what refers to them.
func (c *checker) declareTypes() {
	c.types = typeTable{aliases: c.importedAliases(), open: map[string]bool{}, levels: map[string]int{}, deep: map[string]labelSet{}, tests: map[string]tested{}}
	for _, contract := range c.Module.Contracts {
		c.Types = append(c.Types, contract.Types...)
		c.Refinements = append(c.Refinements, contract.Refinements...)
	}
	defined := c.aliasesApart()
	own := make([]types.Definition, len(defined))
	sideBySide(c, defined, func(x *checker, i int) { own[i] = x.definition(defined[i]) })
	c.Types = slices.Concat(c.Types, own)
	c.types.all = slices.Concat(c.importedTypes(), c.Types)
	c.Universe = types.NewUniverse(c.types.all)
	c.types.handles = withHandles(c.types.all)
	c.Aliases = c.types.aliases
	c.settle()
	c.finite()
	c.aliasRefinements()
	c.toldStaysHere(defined, own)
	c.offerGuards()
	sideBySide(c, defined, func(x *checker, i int) {
		if _, list := shape(defined[i]); list != nil && !defined[i].Head().Broken { // or enough has been said
			x.refinements(own[i].Name, list.List, own[i].Fields)
		}
	})
}

// aliasesApart settles the declarations type X = T, and gives those that make a
// definition, by name.
func (c *checker) aliasesApart() []syntax.Decl {
	defined := make([]syntax.Decl, 0, len(c.Info.Symbols))
	for _, s := range c.Info.Symbols {
		if d, ok := s.Decl.(*syntax.TypeDecl); ok && d.Alias != nil {
			c.alias(s)
		} else if kind, _ := shape(s.Decl); kind != "" {
			defined = append(defined, s.Decl)
		}
	}
	return defined
}

// shape is what kind of definition a declaration makes, "" for none, and of which
// fields.
func shape(d syntax.Decl) (types.DefinitionKind, *syntax.Fields) {
	switch d := d.(type) {
	case *syntax.TypeDecl:
		return types.RecordDefinition, d.Fields
	case *syntax.UnionDecl:
		return types.UnionDefinition, d.Cases
	case *syntax.FaultDecl:
		return types.FaultDefinition, d.Fields
	case *syntax.EventDecl:
		return types.EventDefinition, d.Fields
	case *syntax.EnumDecl:
		return types.EnumDefinition, nil
	}
	return "", nil
}

func (c *checker) definition(d syntax.Decl) types.Definition {
	out := types.Definition{Name: c.qualified(d.DeclName().Text), Doc: d.Head().Doc}
	var list *syntax.Fields
	out.Kind, list = shape(d)
	if list != nil {
		out.Fields = c.fields(list.List)
	}
	switch d := d.(type) {
	case *syntax.UnionDecl:
		if list != nil {
			c.cases(list.List, out.Fields)
			if len(list.List) == 0 && !d.Broken {
				c.report(diag.Errorf(CodeNoValues, d.Name.At, "%s has no case, so there is no value of it", d.Name.Text).
					WithHelp("list its cases: union %s { card: Card, transfer: Transfer }", d.Name.Text))
			}
		}
	case *syntax.EnumDecl:
		out.Values = c.enum(d)
	}
	return out
}

// cases reports those of a union that may be absent: its value is exactly one of
// them, and says by it which.
func (c *checker) cases(list []*syntax.Field, fields []types.Field) {
	for _, f := range list {
		if field := types.FieldNamed(fields, f.Name.Text); field != nil && field.Type.Kind == types.Optional {
			c.report(diag.Errorf(CodeCase, f.Type.Span(), "a case that may be absent cannot be told from one that is not there").
				WithHelp("a case that carries nothing is a record without fields: %s: { }", f.Name.Text).
				WithFix(f.Type.Span().Last(1), "").AsDraft())
		}
	}
}

func (c *checker) enum(d *syntax.EnumDecl) []string {
	var out []string
	if d.Members == nil {
		return nil
	}
	if len(d.Members.List) == 0 && !d.Broken {
		c.report(diag.Errorf(CodeNoValues, d.Name.At, "%s has no value", d.Name.Text).
			WithHelp("list its values: enum %s { open, closed }", d.Name.Text))
	}
	seen := make(map[string]bool, len(d.Members.List))
	for _, m := range d.Members.List {
		if seen[m.Name.Text] {
			c.errorf(resolve.CodeDuplicate, m.Name.At, "%s is listed twice", m.Name.Text)
			continue
		}
		seen[m.Name.Text] = true
		out = append(out, m.Name.Text)
	}
	return out
}

// MaxMembers bounds the fields of a record, the parameters of a process, the cases
// of a union, the operations of an endpoint and the arms of a match, each.
const MaxMembers = 2000

func (c *checker) tooMany(at source.Span, what string, n int) {
	c.errorf(CodeLimit, at, "at most %d %s may stand together and here are %d", MaxMembers, what, n)
}

// alias settles what a `type X = T` stands for.
func (c *checker) alias(s *resolve.Symbol) types.Type {
	if t, ok := c.types.aliases[s.Full]; ok {
		c.types.level = max(c.types.level, c.types.levels[s.Full])
		return t
	}
	d := s.Decl.(*syntax.TypeDecl)
	if c.types.open[s.Name] {
		c.errorf(CodeInfinite, s.At, "the type %s is made of itself", s.Name)
		return types.Type{}
	}
	c.types.open[s.Name] = true
	around := c.types.level
	c.types.level = 0
	t := c.inShort(s, c.typeOf(d.Alias), c.types.level+1)
	c.types.aliases[s.Full] = t
	c.types.level = max(around, c.types.levels[s.Full])
	return t
}

const (
	// maxAliases is how many declarations type X = T may lead from one to the next.
	maxAliases = 20
	// maxAliasParts is of how many types what such a declaration stands for may be
	// put together: each that doubles the one before makes it twice as large.
	maxAliasParts = 10_000
)

// inShort gives the type that an alias stands for, unless it leads too far or stands
// for too much.
func (c *checker) inShort(s *resolve.Symbol, t types.Type, level int) types.Type {
	switch parts := maxAliasParts; {
	case t.Kind == types.Invalid:
		return t
	case level > maxAliases:
		c.errorf(CodeLimit, s.At, "%s leads through more than %d types to what it stands for", s.Name, maxAliases)
		return types.Type{}
	case !fewer(t, &parts):
		c.report(diag.Errorf(CodeLimit, s.At, "%s stands for more than %d types in each other", s.Name, maxAliasParts).
			WithHelp("make what it consists of records with names: type Part { ... }"))
		return types.Type{}
	}
	c.types.levels[s.Full] = level
	return t
}

// fewer says whether a type is put together of no more than left others, which it
// takes off.
func fewer(t types.Type, left *int) bool {
	if *left--; *left < 0 {
		return false
	}
	if t.Elem != nil && !fewer(*t.Elem, left) {
		return false
	}
	return !slices.ContainsFunc(t.Fields, func(f types.Field) bool { return !fewer(f.Type, left) })
}

// fields reads the fields of a declaration.
func (c *checker) fields(list []*syntax.Field) []types.Field { return c.members("field", list) }

// members reads fields or parameters, whichever what says.
func (c *checker) members(what string, list []*syntax.Field) []types.Field {
	if len(list) > MaxMembers {
		c.tooMany(list[MaxMembers].Name.At, "fields or parameters", len(list))
		list = list[:MaxMembers]
	}
	out := slices.Grow([]types.Field(nil), len(list))
	for _, f := range list {
		if types.FieldNamed(out, f.Name.Text) != nil {
			c.errorf(resolve.CodeDuplicate, f.Name.At, "the %s %s is declared twice", what, f.Name.Text)
			continue
		}
		field := types.Field{Name: f.Name.Text, Type: c.typeOf(f.Type), Refined: f.Where != nil, Doc: f.Doc}
		for _, a := range f.Annotations {
			c.annotate(&field, a)
		}
		slices.Sort(field.Labels)
		c.wireTwice(f, &field, list, out)
		out = append(out, field)
	}
	return out
}

func (c *checker) annotate(f *types.Field, a *syntax.Annotation) {
	if a.Name == nil {
		return
	}
	if a.Name.String() == "json" {
		if len(a.Args) == 1 {
			if s, ok := a.Args[0].(*syntax.StringExpr); ok {
				if wire, ok := s.Plain(); ok && wire != "" {
					f.Wire = wire
					return
				}
			}
		}
		c.report(diag.Errorf(CodeAnnotation, a.Span(), "@json wants the name of the field in JSON").WithHelp(`write @json("customer-id")`).
			WithFix(a.Span(), fmt.Sprintf("@json(%q)", f.Name)).AsDraft())
		return
	}
	if c.noLabel(a) {
		return
	}
	label := c.only(a.Name, "label", resolve.Label)
	if label == nil {
		return
	}
	if len(a.Args) > 0 {
		c.errorf(CodeAnnotation, a.Span(), "the label @%s takes no arguments", a.Name)
	}
	if !slices.Contains(f.Labels, label.Name) {
		f.Labels = append(f.Labels, label.Name)
	}
}

// otherwise is how what other languages annotate a field with is written here.
var otherwise = map[string]string{
	"default":  "a field has no default: make it optional, note: string?, and say what holds without it where it is read, order.note ?? \"none\"",
	"optional": "an optional field has a ? behind its type: note: string?", "nullable": "an optional field has a ? behind its type: note: string?",
	"required": "every field is required, but those with a ? behind their type",
	"min":      "a condition stands behind where: qty: int where qty >= 1", "max": "a condition stands behind where: qty: int where qty <= 100",
	"pattern": "a condition stands behind where: code: string where matches(code, \"^[A-Z]+$\")",
	"size":    "a condition stands behind where: name: string where len(name) in 1..80", "length": "a condition stands behind where: name: string where len(name) in 1..80",
}

// noLabel reports an annotation of other languages, or a misspelt @json.
func (c *checker) noLabel(a *syntax.Annotation) bool {
	name := a.Name.String()
	if c.Info.Lookup(name) != nil || len(a.Name.Parts) > 1 {
		return false
	}
	d := diag.Errorf(resolve.CodeUnknown, a.Name.Span(), "no label is called %s", name)
	switch {
	case otherwise[name] != "":
		c.report(d.WithHelp("%s", otherwise[name]))
	case diag.Suggest(name, []string{"json"}) != "" && diag.Suggest(name, c.Info.Names(resolve.Label)) == "":
		c.report(d.WithGuess(a.Name.Span(), name, "json"))
	default:
		return false
	}
	return true
}

// typeOf is the type that was written; Invalid where it has been reported.
func (c *checker) typeOf(t syntax.Type) types.Type {
	switch t := t.(type) {
	case *syntax.ListType:
		return wrap(types.List, c.typeOf(t.Elem))
	case *syntax.OptionalType:
		elem := c.typeOf(t.Elem)
		if elem.Kind == types.Invalid {
			return elem
		}
		return types.OptionalOf(elem)
	case *syntax.RecordType:
		if t.Fields == nil {
			return types.Type{}
		}
		return types.RecordOf(c.fields(t.Fields.List)...)
	case *syntax.NamedType:
		return c.namedType(t)
	}
	return types.Type{}
}

// wrap keeps Invalid silent: a list of an unknown type is unknown.
func wrap(kind types.Kind, elem types.Type) types.Type {
	if elem.Kind == types.Invalid {
		return elem
	}
	return types.Type{Kind: kind, Elem: &elem}
}

func (c *checker) namedType(t *syntax.NamedType) types.Type {
	name := t.Name.Parts[0]
	if len(t.Name.Parts) == 1 {
		if name.Text == "secret" {
			c.report(diag.Errorf(CodeSecret, t.Span(), "a secret is not kept in a value").WithHelp("write secret.NAME in the setting of a binding that needs it"))
			return types.Type{}
		}
		if k, ok := builtins[name.Text]; ok && len(t.Args) == 0 {
			return types.Of(k)
		}
		switch name.Text {
		case "map":
			if len(t.Args) == 1 {
				return wrap(types.Map, c.typeOf(t.Args[0]))
			}
			d := diag.Errorf(CodeTypeArgs, t.Span(), "a map has one type of values").WithHelp("write map<T>; its keys are strings")
			if len(t.Args) == 2 {
				d = d.WithFix(t.Args[0].Span().Listed(), "")
				d.Draft = t.Args[0].Span().Text() != "string"
			}
			c.report(d)
			return types.Type{}
		case "handle":
			switch len(t.Args) {
			case 0:
				return types.HandleOf(types.Of(types.Void))
			case 1:
				return wrap(types.Handle, c.typeOf(t.Args[0]))
			}
			c.report(diag.Errorf(CodeTypeArgs, t.Span(), "a handle has one type").WithHelp("write handle<T>, where T is what await gives"))
			return types.Type{}
		}
	}
	if is, ok := c.foreignGeneric(t); ok {
		return is
	}
	if len(t.Args) > 0 {
		c.errorf(CodeTypeArgs, t.Span(), "%s takes no types in < >", t.Name)
	}
	return c.reference(t.Name)
}

// reference is the declared type that a path names.
func (c *checker) reference(p *syntax.Path) types.Type {
	first := p.Parts[0]
	if len(p.Parts) == 1 {
		if c.Info.Lookup(first.Text) == nil {
			c.Info.Miss(first.At, nil, resolve.Type, resolve.Enum, resolve.Union, resolve.Contract)
			d := resolve.Unknown(first.At, "type", first.Text, append(c.Info.Near(first.Text, resolve.Type, resolve.Enum, resolve.Union), builtinNames...))
			c.report(meant(d, first.At, first.Text, foreignTypes))
			return types.Type{}
		}
		s := c.symbol(first, "type", typeKinds...)
		return c.declared(s)
	}
	if s := c.Info.Lookup(first.Text); s != nil && s.Kind == resolve.Package {
		s, rest := c.declaration(p, "type", slices.Concat(typeKinds, []resolve.Kind{resolve.Contract})...)
		if s == nil || len(rest) == 0 && s.Kind != resolve.Contract {
			return c.declared(s)
		}
		return c.contractType(s, p, rest)
	}
	s, rest := c.declaration(p, "contract", resolve.Contract)
	return c.contractType(s, p, rest)
}

// typeKinds are the declarations that a value can have as its type.
var typeKinds = []resolve.Kind{resolve.Type, resolve.Enum, resolve.Union, resolve.Fault, resolve.Event}

// declared is the type that a symbol declares; Invalid where it has been reported.
func (c *checker) declared(s *resolve.Symbol) types.Type {
	if s == nil || s.Decl != nil && s.Decl.Head().Broken {
		return types.Type{}
	}
	if d, ok := s.Decl.(*syntax.TypeDecl); ok && d.Alias != nil {
		return c.alias(s)
	}
	return types.Ref(s.Full)
}

// contractType is the type of a contract that the rest of a path names.
func (c *checker) contractType(s *resolve.Symbol, p *syntax.Path, rest []syntax.Name) types.Type {
	if s == nil || s.Kind == resolve.Contract && (s.Contract == nil || s.Contract.Failed) {
		return types.Type{}
	}
	if s.Kind != resolve.Contract || len(rest) != 1 {
		c.errorf(CodeKind, p.Span(), "%s names no type", p)
		return types.Type{}
	}
	c.Info.PartOf(s, p.Last().At)
	full := s.Full + "." + rest[0].Text
	if !s.Contract.Type(full) {
		c.report(resolve.Unknown(p.Last().At, "type of "+s.Name, p.Last().Text, contractTypes(s.Contract.Types)))
		return types.Type{}
	}
	return types.Ref(full)
}

func contractTypes(list []types.Definition) []string {
	var out []string
	for _, d := range list {
		out = append(out, d.Name[strings.LastIndexByte(d.Name, '.')+1:])
	}
	return out
}

func (c *checker) declare(s *resolve.Scope, v *resolve.Variable) *resolve.Variable {
	if ds := c.Info.Declare(s, v); len(ds) > 0 {
		c.ds.Add(ds...)
		v.Used = true // enough has been said
	}
	return v
}
