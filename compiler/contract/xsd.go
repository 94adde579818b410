package contract

import (
	"encoding/xml"
	"strings"

	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/types"
)

// xsds turns XML Schema into types.
type xsds struct {
	*reader
	elements   map[xml.Name]*element
	types      map[xml.Name]*element // complex and simple ones
	groups     map[xml.Name]*element
	attributes map[xml.Name]*element // groups of attributes
	names      map[*element]string   // qualified, of the definitions
	seen       map[string]bool       // files
	heads      map[xml.Name]bool     // elements in whose place others may stand
	spaces     map[*source.File]string
	depth      int
}

func newXSDs(r *reader) *xsds {
	return &xsds{reader: r, elements: map[xml.Name]*element{}, types: map[xml.Name]*element{}, groups: map[xml.Name]*element{},
		attributes: map[xml.Name]*element{}, names: map[*element]string{}, seen: map[string]bool{}, heads: map[xml.Name]bool{}, spaces: map[*source.File]string{}}
}

// schema notes what a schema declares and reads the ones that it refers to. space
// is that of who includes it, for a schema without one of its own.
func (x *xsds) schema(s *element, space string) {
	if own := s.attr("targetNamespace"); own != "" {
		space = own
	}
	if s.parent == nil {
		x.spaces[s.file] = space
	}
	for _, c := range s.children {
		if c.name.Space != spaceXSD {
			continue
		}
		name := xml.Name{Space: space, Local: c.attr("name")}
		switch c.name.Local {
		case "element":
			x.elements[name] = c
			if head := c.attr("substitutionGroup"); head != "" {
				x.heads[x.name(c, head)] = true
			}
		case "complexType", "simpleType":
			x.types[name] = c
		case "group":
			x.groups[name] = c
		case "attributeGroup":
			x.attributes[name] = c
		case "redefine":
			x.left(c.at(), "what a schema defines anew is left out: its types are what the other schema says")
			x.refer(c, space)
		case "include", "import":
			x.refer(c, space)
		}
	}
}

func (x *xsds) refer(c *element, space string) {
	location := c.attr("schemaLocation")
	if location == "" {
		return
	}
	name, ok := beside(c.file, x.o.Prefix, location)
	if !ok {
		x.left(c.at(), "%s is somewhere else: contracts are read from files of the package alone, so this schema is left out", location)
		return
	}
	if x.seen[name] {
		return
	}
	x.seen[name] = true
	root := x.xml(name, c.at())
	if !root.is(spaceXSD, "schema") {
		x.fail(CodeContract, root.at(), "%s is no XML Schema", name)
	}
	x.schema(root, space)
}

var xsdScalars = map[string]types.Kind{"boolean": types.Bool, "decimal": types.Decimal, "float": types.Float, "double": types.Float,
	"dateTime": types.Timestamp, "dateTimeStamp": types.Timestamp, "duration": types.Duration, "dayTimeDuration": types.Duration, "base64Binary": types.Bytes,
	"integer": types.Int, "int": types.Int, "long": types.Int, "short": types.Int, "byte": types.Int, "nonNegativeInteger": types.Int,
	"positiveInteger": types.Int, "nonPositiveInteger": types.Int, "negativeInteger": types.Int, "unsignedLong": types.Int,
	"unsignedInt": types.Int, "unsignedShort": types.Int, "unsignedByte": types.Int, "anyType": types.JSON, "anySimpleType": types.JSON}

// name is what the value of an attribute names. One without a prefix, where no
// space is the default, is of the document's own: so it is in a schema that takes
// the space of who includes it, and many mean it so elsewhere.
func (x *xsds) name(e *element, value string) xml.Name {
	n := e.qname(value)
	if n.Space == "" {
		n.Space = firstOf(e.under(spaceXSD, "schema", "targetNamespace"), e.under(spaceWSDL, "definitions", "targetNamespace"), x.spaces[e.file])
	}
	return n
}

// named is the type that a name means.
func (x *xsds) named(name xml.Name, at source.Span) types.Type {
	x.part(at)
	if name.Space == spaceXSD {
		if k, ok := xsdScalars[name.Local]; ok {
			return types.Of(k)
		}
		return types.Of(types.String) // dates, names, addresses: all of them are texts
	}
	e := x.types[name]
	if e == nil {
		if strings.Contains(name.Space, "xmlsoap.org/soap/encoding") {
			return x.json(at, "%s is encoded as SOAP 1.1 once did, which has no type in COB", name.Local)
		}
		x.report(at, "no type is called %s", brace(name))
		return types.Of(types.JSON)
	}
	return x.typeOf(e, name.Local)
}

// typeOf is the type of a complexType or simpleType; the hint names it.
func (x *xsds) typeOf(e *element, hint string) types.Type {
	if full := x.names[e]; full != "" {
		return types.Ref(full)
	}
	if x.depth++; x.depth > MaxNesting {
		x.fail(CodeBounds, e.at(), "types nest more than %d deep, or go around", MaxNesting)
	}
	defer func() { x.depth-- }()
	if e.is(spaceXSD, "simpleType") {
		return x.simple(e, hint)
	}
	full := x.qualified(x.unused(hint))
	x.names[e] = full
	x.Declared[full] = e.at()
	d := types.Definition{Name: full, Kind: types.RecordDefinition, Doc: documentation(e)}
	d.Fields = x.content(e, hint, full)
	x.loses(e)
	x.Types = append(x.Types, d)
	return types.Ref(full)
}

// loses tells what of a complexType has no place in a record.
func (x *xsds) loses(e *element) {
	if e.attr("mixed") == "true" {
		x.left(e.at(), "text stands between the elements of this type, which has no type in COB: it is left out")
	}
	if e.attr("abstract") == "true" {
		x.left(e.at(), "this type is abstract: what extends it stands in its place, and its further elements are left out")
	}
	r := e.first(spaceXSD, "complexContent").first(spaceXSD, "restriction")
	if name := r.qname(r.attr("base")); r != nil && strings.Contains(name.Space, "/soap/encoding") {
		x.left(r.at(), "%s is encoded as SOAP 1.1 once did, which has no type in COB: its items are left out", name.Local)
	}
}

func documentation(e *element) string {
	doc := e.first(spaceXSD, "annotation").first(spaceXSD, "documentation")
	if doc == nil {
		return ""
	}
	return strings.Join(strings.Fields(doc.text), " ")
}

// simple is the type of a simpleType: an enum, a list, or what it restricts.
func (x *xsds) simple(e *element, hint string) types.Type {
	if list := e.first(spaceXSD, "list"); list != nil {
		if item := list.first(spaceXSD, "simpleType"); item != nil {
			return types.ListOf(x.simple(item, hint+"_item"))
		}
		return types.ListOf(x.named(x.name(list, list.attr("itemType")), list.at()))
	}
	r := e.first(spaceXSD, "restriction")
	if r == nil {
		return types.Of(types.String) // a union of texts
	}
	base := x.base(r, hint)
	values := r.all(spaceXSD, "enumeration")
	if base.Kind != types.String || len(values) == 0 {
		return base
	}
	if len(values) > MaxEnum {
		x.left(e.at(), "this enum has more than %d values and is read as string", MaxEnum)
		return base
	}
	d := types.Definition{Kind: types.EnumDefinition, Name: x.qualified(x.unused(hint)), Doc: documentation(e)}
	x.names[e] = d.Name
	x.Declared[d.Name] = e.at()
	for _, v := range values {
		d.Values = append(d.Values, v.attr("value"))
	}
	x.Types = append(x.Types, d)
	return types.Ref(d.Name)
}

// base is the type that a restriction or an extension begins with.
func (x *xsds) base(r *element, hint string) types.Type {
	if inner := r.first(spaceXSD, "simpleType"); inner != nil && r.attr("base") == "" {
		return x.simple(inner, hint)
	}
	return x.named(x.name(r, r.attr("base")), r.at())
}

// content are the fields of a complexType.
func (x *xsds) content(e *element, hint, of string) []types.Field {
	var out fields
	for _, c := range e.children {
		if c.name.Space == spaceXSD {
			x.piece(&out, c, hint, of, false)
		}
	}
	return out.list
}

// piece adds what a part of a complexType holds. Where it is optional, so is all
// of it.
func (x *xsds) piece(out *fields, c *element, hint, of string, optional bool) {
	x.part(c.at())
	if x.depth++; x.depth > MaxNesting {
		x.fail(CodeBounds, c.at(), "types nest more than %d deep, or go around", MaxNesting)
	}
	defer func() { x.depth-- }()
	many := c.attr("maxOccurs") != "" && c.attr("maxOccurs") != "1" && c.attr("maxOccurs") != "0"
	switch c.name.Local {
	case "sequence", "all", "choice":
		optional = optional || c.attr("minOccurs") == "0" || c.name.Local == "choice"
		if many {
			x.left(c.at(), "a group that is repeated loses its order in COB: each of its elements is a list")
		}
		for _, inner := range c.children {
			if inner.name.Space == spaceXSD {
				before := len(out.list)
				x.piece(out, inner, hint, of, optional)
				for i := before; many && i < len(out.list); i++ {
					out.list[i].Type = listOf(out.list[i].Type)
				}
			}
		}
	case "group", "attributeGroup":
		table := x.groups
		if c.name.Local == "attributeGroup" {
			table = x.attributes
		}
		target := table[x.name(c, c.attr("ref"))]
		if target == nil {
			x.report(c.at(), "no group is called %s", c.attr("ref"))
			return
		}
		before := len(out.list)
		for _, inner := range target.children {
			x.piece(out, inner, hint, of, optional || c.attr("minOccurs") == "0")
		}
		if many {
			x.left(c.at(), "a group that is repeated loses its order in COB: each of its elements is a list")
		}
		for i := before; many && i < len(out.list); i++ {
			out.list[i].Type = listOf(out.list[i].Type)
		}
	case "complexContent", "simpleContent":
		x.derived(out, c, hint, of)
	case "element":
		x.elementField(out, c, hint, of, optional, many)
	case "attribute":
		x.attributeField(out, c, hint, of)
	case "any":
		x.left(c.at(), "any element could stand here, which has no type in COB: it is left out")
	}
}

func listOf(t types.Type) types.Type {
	if t.Kind == types.Optional {
		t = *t.Elem
	}
	if t.Kind == types.List {
		return t
	}
	return types.ListOf(t)
}

// derived adds the fields of a type that extends or restricts another one.
func (x *xsds) derived(out *fields, c *element, hint, of string) {
	d := c.first(spaceXSD, "extension")
	if d == nil {
		d = c.first(spaceXSD, "restriction")
	}
	if d == nil {
		return
	}
	base := x.name(d, d.attr("base"))
	if c.name.Local == "simpleContent" {
		t := x.named(base, d.at())
		if inner, ok := x.fieldsOf(t); ok {
			out.add(inner...) // it extends one that has a value already
		} else {
			out.add(out.named("value", t))
			x.XML = append(x.XML, XML{Type: of, Field: "value", Text: true})
		}
	} else if d.name.Local == "extension" {
		target := x.types[base]
		if target == nil {
			x.named(base, d.at())
			return
		}
		for _, inner := range target.children {
			if inner.name.Space == spaceXSD {
				x.piece(out, inner, hint, of, false)
			}
		}
	}
	for _, inner := range d.children {
		if inner.name.Space == spaceXSD && inner.name.Local != "annotation" && xsdFacets[inner.name.Local] == "" {
			x.piece(out, inner, hint, of, false)
		}
	}
}

func (x *xsds) elementField(out *fields, c *element, hint, of string, optional, many bool) {
	name, space := c.attr("name"), ""
	decl := c
	if ref := c.attr("ref"); ref != "" {
		q := x.name(c, ref)
		if decl = x.elements[q]; decl == nil {
			x.report(c.at(), "no element is called %s", brace(q))
			return
		}
		name, space = q.Local, q.Space
		if x.heads[q] || decl.attr("abstract") == "true" {
			x.left(c.at(), "other elements may stand in the place of %s, which have no type in COB: they are left out", name)
		}
	} else if form := c.attr("form"); form == "qualified" || form == "" && c.under(spaceXSD, "schema", "elementFormDefault") == "qualified" {
		space = c.under(spaceXSD, "schema", "targetNamespace")
	}
	t := x.elementType(decl, hint+"_"+name)
	bare := t
	switch {
	case many:
		t = listOf(t)
	case optional || c.attr("minOccurs") == "0" || decl.attr("nillable") == "true":
		t = types.OptionalOf(t)
	}
	f := out.named(name, t)
	f.Doc = documentation(c)
	if !many {
		f.Refined = x.restrict(of, f, bare, x.simpleOf(decl))
	}
	x.XML = append(x.XML, XML{Type: of, Field: f.Name, Space: space, Name: name})
	out.add(f)
}

// elementType is the type of a declared element.
func (x *xsds) elementType(e *element, hint string) types.Type {
	if t := e.attr("type"); t != "" {
		return x.named(x.name(e, t), e.at())
	}
	for _, kind := range []string{"complexType", "simpleType"} {
		if inner := e.first(spaceXSD, kind); inner != nil {
			return x.typeOf(inner, hint)
		}
	}
	return types.Of(types.JSON)
}

func (x *xsds) attributeField(out *fields, c *element, hint, of string) {
	name := c.attr("name")
	if ref := c.attr("ref"); ref != "" && !strings.HasPrefix(ref, "xml:") {
		x.left(c.at(), "the attribute %s of another schema has no type in COB: it is left out", ref)
	}
	if name == "" || c.attr("use") == "prohibited" {
		return // a reference: xml:lang and its like
	}
	t := types.Of(types.String)
	if s := c.attr("type"); s != "" {
		t = x.named(x.name(c, s), c.at())
	} else if inner := c.first(spaceXSD, "simpleType"); inner != nil {
		t = x.typeOf(inner, hint+"_"+name)
	}
	if c.attr("use") != "required" {
		t = types.OptionalOf(t)
	}
	f := out.named(name, t)
	f.Doc = documentation(c)
	x.XML = append(x.XML, XML{Type: of, Field: f.Name, Name: name, Attribute: true})
	out.add(f)
}
