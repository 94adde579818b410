package contract

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/cob-lang/cob/lang/source"
)

// Spaces of names that a WSDL is made of.
const (
	spaceXSD    = "http://www.w3.org/2001/XMLSchema"
	spaceWSDL   = "http://schemas.xmlsoap.org/wsdl/"
	spaceSOAP11 = "http://schemas.xmlsoap.org/wsdl/soap/"
	spaceSOAP12 = "http://schemas.xmlsoap.org/wsdl/soap12/"
)

// element is one element of an XML document and where it stands.
type element struct {
	name     xml.Name
	attrs    []xml.Attr
	children []*element
	parent   *element
	text     string
	file     *source.File
	start    int
	end      int // of the start tag
}

func (e *element) at() source.Span { return span(e.file, e.start, e.end) }

// is says whether e has that name.
func (e *element) is(space, local string) bool {
	return e.name.Local == local && e.name.Space == space
}

// attr is the value of an attribute without a space of names, or "".
func (e *element) attr(name string) string {
	if e == nil {
		return ""
	}
	for _, a := range e.attrs {
		if a.Name.Local == name && a.Name.Space == "" {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// all are the children of that name.
func (e *element) all(space, local string) []*element {
	if e == nil {
		return nil
	}
	var out []*element
	for _, c := range e.children {
		if c.is(space, local) {
			out = append(out, c)
		}
	}
	return out
}

// first is the first child of that name, or nil.
func (e *element) first(space, local string) *element {
	if list := e.all(space, local); len(list) > 0 {
		return list[0]
	}
	return nil
}

// qname is the name that the value of an attribute means where e stands.
func (e *element) qname(value string) xml.Name {
	prefix, local, ok := strings.Cut(value, ":")
	if !ok {
		prefix, local = "", value
	}
	for x := e; x != nil; x = x.parent {
		for _, a := range x.attrs {
			if ok && a.Name.Space == "xmlns" && a.Name.Local == prefix || !ok && a.Name.Space == "" && a.Name.Local == "xmlns" {
				return xml.Name{Space: a.Value, Local: local}
			}
		}
	}
	return xml.Name{Local: local}
}

// under is the value of an attribute of e or of what is around it.
func (e *element) under(space, local, attr string) string {
	for x := e; x != nil; x = x.parent {
		if x.is(space, local) {
			return x.attr(attr)
		}
	}
	return ""
}

// brace is a name as {space}local.
func brace(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return "{" + n.Space + "}" + n.Local
}

// xml reads a file as XML. A document type is refused: what it defines could be
// anything, in any size, from anywhere.
func (r *reader) xml(name string, at source.Span) *element {
	f := r.open(name, at)
	d := xml.NewDecoder(strings.NewReader(f.Text))
	d.CharsetReader = func(charset string, text io.Reader) (io.Reader, error) {
		if strings.IndexFunc(f.Text, func(c rune) bool { return c >= utf8.RuneSelf }) < 0 && !strings.HasPrefix(strings.ToLower(charset), "utf-16") {
			return text, nil // it is the same in all of them
		}
		return nil, fmt.Errorf("it says that it is written in %s, and contracts are UTF-8", charset)
	}
	var root, now *element
	for depth := 0; ; {
		start := int(d.InputOffset())
		token, err := d.Token()
		here := span(f, start, int(d.InputOffset()))
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			r.fail(CodeContract, span(f, start, start), "%s is no valid XML: %s", name, xmlError(err))
		}
		switch t := token.(type) {
		case xml.Directive:
			r.fail(CodeContract, here, "%s has a document type, which could define entities without end or from elsewhere", name)
		case xml.StartElement:
			if depth++; depth > MaxNesting {
				r.fail(CodeBounds, here, "%s nests more than %d deep", name, MaxNesting)
			}
			e := &element{name: t.Name, attrs: t.Attr, parent: now, file: f, start: start, end: int(d.InputOffset())}
			r.part(here)
			switch {
			case now != nil:
				now.children = append(now.children, e)
			case root == nil:
				root = e
			}
			now = e
		case xml.EndElement:
			depth--
			now = now.parent
		case xml.CharData:
			if now != nil && now.name.Local == "documentation" {
				now.text += string(t)
			}
		}
	}
	if root == nil {
		r.fail(CodeContract, span(f, 0, 0), "%s holds no element", name)
	}
	return root
}

func xmlError(err error) string {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return syntax.Msg
	}
	if inner := errors.Unwrap(err); inner != nil {
		return inner.Error()
	}
	return strings.TrimPrefix(err.Error(), "xml: ")
}

// beside is the path of what a file refers to; ok is false where that is in a
// network.
func beside(file *source.File, prefix, location string) (string, bool) {
	if strings.Contains(location, "://") {
		return "", false
	}
	return path.Join(path.Dir(strings.TrimPrefix(file.Path, prefix)), unescape(location)), true
}
