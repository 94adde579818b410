package contract

import (
	"encoding/xml"
	"slices"
	"strings"

	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/types"
)

// wsdls reads documents of WSDL 1.1 with bindings of SOAP 1.1 and 1.2.
type wsdls struct {
	*xsds
	messages  map[xml.Name]*element
	portTypes map[xml.Name]*element
	bindings  map[xml.Name]*element
	ports     []*element
	faults    map[string]string // qualified faults by element or type
}

func readWSDL(r *reader, name string) {
	w := &wsdls{xsds: newXSDs(r), messages: map[xml.Name]*element{}, portTypes: map[xml.Name]*element{}, bindings: map[xml.Name]*element{}, faults: map[string]string{}}
	root := w.xml(name, r.o.Use)
	if !root.is(spaceWSDL, "definitions") {
		r.fail(CodeContract, root.at(), "%s is no WSDL 1.1: it begins with %s", name, brace(root.name))
	}
	w.seen[name] = true
	w.definitions(root)
	w.Connector = "soap"
	for _, e := range sortedNames(w.types) {
		w.named(e, w.types[e].at())
	}
	if len(w.ports) == 0 {
		r.fail(CodeContract, root.at(), "%s has no service with a port", name)
	}
	for _, p := range w.ports {
		w.port(p)
	}
}

func sortedNames(m map[xml.Name]*element) []xml.Name {
	var out []xml.Name
	for n := range m {
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b xml.Name) int {
		return strings.Compare(a.Local+"\x00"+a.Space, b.Local+"\x00"+b.Space)
	})
	return out
}

// definitions notes what a document declares and reads those it imports.
func (w *wsdls) definitions(root *element) {
	space := root.attr("targetNamespace")
	for _, c := range root.children {
		name := xml.Name{Space: space, Local: c.attr("name")}
		switch {
		case c.is(spaceWSDL, "types"):
			for _, s := range c.all(spaceXSD, "schema") {
				w.schema(s, "")
			}
		case c.is(spaceWSDL, "message"):
			w.messages[name] = c
		case c.is(spaceWSDL, "portType"):
			w.portTypes[name] = c
		case c.is(spaceWSDL, "binding"):
			w.bindings[name] = c
		case c.is(spaceWSDL, "service"):
			w.ports = append(w.ports, c.all(spaceWSDL, "port")...)
		case c.is(spaceWSDL, "import"):
			w.imports(c)
		}
	}
}

func (w *wsdls) imports(c *element) {
	name, ok := beside(c.file, w.o.Prefix, c.attr("location"))
	if !ok || c.attr("location") == "" {
		w.left(c.at(), "%s is somewhere else: contracts are read from files of the package alone, so it is left out", c.attr("location"))
		return
	}
	if w.seen[name] {
		return
	}
	w.seen[name] = true
	root := w.xml(name, c.at())
	if root.is(spaceXSD, "schema") {
		w.schema(root, "")
		return
	}
	w.definitions(root)
}

// port adds the operations of a port whose binding is SOAP.
func (w *wsdls) port(p *element) {
	binding := w.bindings[w.name(p, p.attr("binding"))]
	if binding == nil {
		w.report(p.at(), "no binding is called %s", p.attr("binding"))
		return
	}
	version, space := "1.1", spaceSOAP11
	soap := binding.first(spaceSOAP11, "binding")
	if soap == nil {
		version, space = "1.2", spaceSOAP12
		soap = binding.first(spaceSOAP12, "binding")
	}
	if soap == nil {
		w.left(p.at(), "the port %s is not bound to SOAP and is left out", p.attr("name"))
		return
	}
	if t := soap.attr("transport"); t != "" && !strings.Contains(strings.ToLower(t[strings.Index(t, "//")+2:]), "http") {
		w.left(p.at(), "the port %s travels over %s and is left out", p.attr("name"), t)
		return
	}
	portType := w.portTypes[w.name(binding, binding.attr("type"))]
	if portType == nil {
		w.report(binding.at(), "no portType is called %s", binding.attr("type"))
		return
	}
	service := identifier(p.attr("name"))
	w.Services = append(w.Services, service)
	w.Declared[service] = p.at()
	names := map[string]bool{}
	for _, b := range binding.all(spaceWSDL, "operation") {
		o := Operation{Name: identifier(b.attr("name")), Service: service, SOAP: &SOAP{Version: version, Address: p.first(space, "address").attr("location")}}
		o.SOAP.Action = b.first(space, "operation").attr("soapAction")
		o.SOAP.Style = firstOf(b.first(space, "operation").attr("style"), soap.attr("style"), "document")
		var declared *element
		for _, x := range portType.all(spaceWSDL, "operation") {
			if x.attr("name") == b.attr("name") {
				declared = x
			}
		}
		if declared == nil || names[o.Name] {
			w.report(b.at(), "the portType %s has no operation %s of its own", portType.attr("name"), b.attr("name"))
			continue
		}
		names[o.Name] = true
		if w.usable(b, declared, space, &o) {
			w.Declared[service+"."+o.Name] = declared.at()
			w.Operations = append(w.Operations, o)
		}
	}
}

func firstOf(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

// usable completes an operation; it says whether a call can ask for it.
func (w *wsdls) usable(b, declared *element, space string, o *Operation) bool {
	o.Doc = strings.Join(strings.Fields(declared.first(spaceWSDL, "documentation").textOf()), " ")
	bodies := map[string]*element{}
	for _, direction := range []string{"input", "output"} {
		body := b.first(spaceWSDL, direction).first(space, "body")
		if parts := b.first(spaceWSDL, direction); body == nil && parts != nil && len(parts.children) > 0 && strings.Contains(parts.children[0].name.Space, "/mime/") {
			w.left(parts.at(), "%s travels in several parts of MIME: the operation is left out", o.Name)
			return false
		}
		if body.attr("use") == "encoded" {
			w.left(body.at(), "%s is encoded as SOAP 1.1 once did: the operation is left out", o.Name)
			return false
		}
		bodies[direction] = body
		o.SOAP.space = firstOf(o.SOAP.space, body.attr("namespace"))
		if header := b.first(spaceWSDL, direction).first(space, "header"); header != nil && direction == "input" {
			w.left(header.at(), "%s has a header, which is not sent", o.Name)
		}
	}
	input := declared.first(spaceWSDL, "input")
	if input == nil {
		w.left(declared.at(), "%s is sent by the service, not asked for: the operation is left out", o.Name)
		return false
	}
	if !w.input(o, input, bodies["input"]) || !w.output(o, declared.first(spaceWSDL, "output"), bodies["output"]) {
		return false
	}
	for _, f := range declared.all(spaceWSDL, "fault") {
		w.fault(o, f)
	}
	return true
}

func (e *element) textOf() string {
	if e == nil {
		return ""
	}
	return e.text
}

// parts are the parts of the message that an input, output or fault names; ok is
// false where there is no such message, which has been told.
func (w *wsdls) parts(e *element) ([]*element, bool) {
	m := w.messages[w.name(e, e.attr("message"))]
	if m == nil {
		w.report(e.at(), "no message is called %s", e.attr("message"))
		return nil, false
	}
	return m.all(spaceWSDL, "part"), true
}

// inBody are the parts that a binding puts into the body: those that it names, or all.
func inBody(parts []*element, body *element) []*element {
	named := strings.Fields(body.attr("parts"))
	if len(named) == 0 {
		return parts
	}
	return slices.DeleteFunc(slices.Clone(parts), func(p *element) bool { return !slices.Contains(named, p.attr("name")) })
}

// partType is the type of a part and the element that stands for it in the body.
func (w *wsdls) partType(part *element, hint string) (types.Type, string) {
	if name := part.attr("element"); name != "" {
		q := w.name(part, name)
		e := w.elements[q]
		if e == nil {
			w.report(part.at(), "no element is called %s", brace(q))
			return types.Of(types.JSON), brace(q)
		}
		return w.elementType(e, q.Local), brace(q)
	}
	return w.named(w.name(part, part.attr("type")), part.at()), part.attr("name")
}

// input gives an operation its parameters: the parts of a call in rpc style, the
// fields of an element that has the operation's name, else the one element.
func (w *wsdls) input(o *Operation, e, body *element) bool {
	parts, ok := w.parts(e)
	parts = inBody(parts, body)
	if !ok {
		return false
	}
	if o.SOAP.Style == "rpc" {
		o.SOAP.Input = brace(xml.Name{Space: firstOf(o.SOAP.space, e.under(spaceWSDL, "definitions", "targetNamespace")), Local: o.Name})
		for _, p := range parts {
			t, _ := w.partType(p, o.Name)
			o.Params = append(o.Params, distinct(Param{Field: new(fields).named(p.attr("name"), t)}, o.Params))
		}
		return true
	}
	if len(parts) != 1 {
		if len(parts) > 1 {
			w.left(e.at(), "%s sends %d elements as one document: the operation is left out", o.Name, len(parts))
		}
		return len(parts) == 0
	}
	t, name := w.partType(parts[0], o.Name)
	o.SOAP.Input = name
	if list, record := w.fieldsOf(t); record && strings.HasSuffix(name, "}"+o.Name) || t.Kind == types.Named && len(list) == 0 && !w.isEnum(t) {
		for _, f := range list {
			o.Params = append(o.Params, Param{Field: f})
		}
		return true
	}
	o.Params = []Param{{Field: new(fields).named(parts[0].attr("name"), t)}}
	return true
}

func (w *wsdls) isEnum(t types.Type) bool {
	return slices.ContainsFunc(w.Types, func(d types.Definition) bool { return d.Name == t.Name && d.Kind == types.EnumDefinition })
}

func (w *wsdls) output(o *Operation, e, body *element) bool {
	o.Result = types.Of(types.Void)
	if e == nil {
		return true
	}
	parts, ok := w.parts(e)
	parts = inBody(parts, body)
	if !ok || len(parts) == 0 {
		return ok
	}
	if o.SOAP.Style == "rpc" {
		o.SOAP.Output = brace(xml.Name{Space: firstOf(o.SOAP.space, e.under(spaceWSDL, "definitions", "targetNamespace")), Local: o.Name + "Response"})
		if len(parts) == 1 {
			o.Result, _ = w.partType(parts[0], o.Name)
			return true
		}
		var out fields
		for _, p := range parts {
			t, _ := w.partType(p, o.Name)
			out.add(out.named(p.attr("name"), t))
		}
		o.Result = types.RecordOf(out.list...)
		return true
	}
	if len(parts) > 1 {
		w.left(e.at(), "%s answers with %d elements as one document: the operation is left out", o.Name, len(parts))
		return false
	}
	t, name := w.partType(parts[0], o.Name)
	o.SOAP.Output = name
	if fields, _ := w.fieldsOf(t); t.Kind != types.Named || len(fields) > 0 || w.isEnum(t) {
		o.Result = t
	}
	return true
}

// fault declares the fault of an operation, once for every element.
func (w *wsdls) fault(o *Operation, e *element) {
	parts, ok := w.parts(e)
	if !ok || len(parts) == 0 {
		return
	}
	t, name := w.partType(parts[0], e.attr("name"))
	full := w.faults[name]
	if full == "" && parts[0].attr("element") != "" && w.becomes(w.elements[w.name(parts[0], parts[0].attr("element"))]) {
		full = t.Name
		w.faults[name] = full
	}
	if full == "" {
		inner, record := w.fieldsOf(t)
		if !record {
			inner = []types.Field{{Name: "body", Type: t}}
		}
		full = w.declareFault(name[strings.IndexByte(name, '}')+1:], inner, parts[0].at())
		w.faults[name] = full
	}
	if !slices.ContainsFunc(o.Faults, func(f Fault) bool { return f.Name == full }) {
		o.Faults = append(o.Faults, Fault{Name: full, Element: name})
	}
}

// becomes makes the type of an element that only it has the fault itself.
func (w *wsdls) becomes(e *element) bool {
	inner := e.first(spaceXSD, "complexType")
	for i := range w.Types {
		if d := &w.Types[i]; inner != nil && d.Name == w.names[inner] {
			d.Kind = types.FaultDefinition
			return true
		}
	}
	return false
}

// declareFault declares a fault under a name; where a type has it, Fault is put
// behind it.
func (r *reader) declareFault(wanted string, fields []types.Field, at source.Span) string {
	if r.names[identifier(wanted)] > 0 {
		wanted += "Fault"
	}
	full := r.qualified(r.unused(wanted))
	r.Declared[full] = at
	r.Types = append(r.Types, types.Definition{Name: full, Kind: types.FaultDefinition, Fields: fields})
	return full
}
