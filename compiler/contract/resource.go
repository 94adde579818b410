package contract

import (
	"errors"
	"net/url"
	"path"
	"strings"
)

// resource is a schema with a URI of its own: a document, or a part of one that has
// an $id. References in it are relative to that URI, its anchors are its own, and a
// pointer begins at it.
type resource struct {
	root *node
	uri  *url.URL
	// beside is the file beside which relative references are files; it is empty
	// below an $id that is somewhere else.
	beside  string
	name    string           // what a reference to it calls it
	anchors map[string]*node // nil where two schemas have the name
	twice   bool             // another schema of the document has the same URI
}

// several is the base of what an alias of YAML puts below different ones.
var several = &resource{}

// inPackage is the scheme of the URIs of files: a document without an $id has the
// one of its path.
const inPackage = "package"

var (
	errAnchor  = errors.New("there is no such anchor")
	errAnchors = errors.New("two schemas have this anchor")
)

// find gives what a fragment names, a pointer or an anchor, and the last name on the
// way to it, which is empty for the resource itself.
func (x *resource) find(fragment string) (*node, string, error) {
	if fragment == "" || strings.HasPrefix(fragment, "/") {
		return x.root.pointer(fragment)
	}
	name := unescape(fragment)
	n, ok := x.anchors[name]
	switch {
	case !ok:
		return nil, "", errAnchor
	case n == nil:
		return nil, "", errAnchors
	}
	return n, name, nil
}

// target follows a reference such as "other.yaml#/components/schemas/Pet" from a
// node of a document. It gives the node and the last name on the way, or nil
// where it leads nowhere, which it tells.
func (r *reader) target(ref *node) (*node, string) {
	where, fragment, _ := strings.Cut(ref.text, "#")
	to := r.resource(ref, where)
	if to == nil {
		return nil, ""
	}
	n, name, err := to.find(fragment)
	if err != nil {
		r.report(ref.at(), "%s leads nowhere: %v", ref.text, err)
		return nil, ""
	}
	if n.base.root == n {
		return n, n.base.name
	}
	return n, name
}

// resource is what a reference without its fragment means, or nil where it means
// nothing, which it tells.
func (r *reader) resource(ref *node, where string) *resource {
	if ref.base == several {
		r.report(ref.at(), "%s may mean several schemas here: an alias of YAML puts it below more than one $id", ref.text)
		return nil
	}
	if where == "" {
		return ref.base
	}
	to, ok := r.refs[ref]
	if !ok {
		to = r.named(ref, where)
		r.refs[ref] = to
	}
	return to
}

// named finds the schema of the document that has the URI, else the file of the
// package.
func (r *reader) named(ref *node, where string) *resource {
	if len(where) > MaxID {
		r.report(ref.at(), "this reference has more than %d bytes", MaxID)
		return nil
	}
	base, beside := ref.base, path.Dir(ref.base.beside)
	if u, err := url.Parse(where); err == nil {
		uri := base.uri.ResolveReference(u)
		if to := ref.doc.resources[uri.String()]; to != nil {
			if to.twice {
				r.report(ref.at(), "%s may mean several schemas: this file has more than one with the $id %s", ref.text, uri)
				return nil
			}
			return to
		}
		switch rooted := strings.HasPrefix(where, "/"); {
		case u.IsAbs() || u.Host != "":
			r.report(ref.at(), "%s is somewhere else: contracts are read from files of the package alone", ref.text)
			return nil
		case base.beside == "" || rooted && uri.Scheme != inPackage:
			r.report(ref.at(), "%s is %s here, which is somewhere else: no schema of this file has that $id, and contracts are read from files of the package alone", ref.text, uri)
			return nil
		case rooted:
			beside = "."
		}
	}
	return r.document(path.Join(beside, unescape(where)), ref.at()).root.base
}

// indexer finds the resources and anchors of a document and gives every node its base.
type indexer struct {
	r *reader
	d *document
	// plain says that $id means nothing in the schemas of the document: it is of
	// OpenAPI 3.0.
	plain bool
}

// index finds the schemas of a document that have names for references. A document
// that is of no other kind is a schema.
func (r *reader) index(d *document) {
	base := &resource{root: d.root, uri: &url.URL{Scheme: inPackage, Path: "/" + d.name}, beside: d.name,
		name: strings.TrimSuffix(path.Base(d.name), path.Ext(d.name))}
	d.resources = map[string]*resource{}
	version, async := d.root.get("openapi"), d.root.get("asyncapi")
	x := indexer{r, d, strings.HasPrefix(version.str(), "3.0")}
	x.visit(d.root, base, version == nil && async == nil, "")
	d.resources[base.uri.String()] = d.root.base
}

// visit gives a node its base, and what is in it. An alias of YAML is visited once for
// each of: as a schema or not, below one base or several.
func (x *indexer) visit(n *node, base *resource, schema bool, key string) {
	schema = schema && !x.plain
	if schema && n.shape == object {
		base = x.enter(n, base, key)
	}
	if n.base != nil && n.schema == schema && n.base != base {
		base = several
	}
	if n.base == base && n.schema == schema || n.schema && !schema {
		return
	}
	n.base, n.schema = base, schema
	for i, item := range n.items {
		if n.shape == list {
			x.visit(item, base, false, "")
			continue
		}
		x.entry(n.keys[i].text, item, base, schema)
	}
}

// entry visits the value of a key: where schemas stand below it, as schemas.
func (x *indexer) entry(key string, value *node, base *resource, schema bool) {
	in := holds[key]
	if in.outside == schema {
		in = holding{}
	}
	if !in.each || in.itself && value.shape == object {
		x.visit(value, base, in.itself, "")
		return
	}
	if value.base == nil {
		value.base = base
	}
	for i, item := range value.items {
		name := ""
		if value.shape == object {
			name = value.keys[i].text
		}
		x.visit(item, base, true, name)
	}
}

// holding says where schemas stand below a key.
type holding struct {
	itself  bool // its value is one
	each    bool // the entries or items of its value are
	outside bool // the key is one of OpenAPI and AsyncAPI, and none of a schema
}

var holds = map[string]holding{
	"$defs": {each: true}, "definitions": {each: true}, "properties": {each: true}, "patternProperties": {each: true},
	"dependentSchemas": {each: true}, "dependencies": {each: true},
	"allOf": {each: true}, "anyOf": {each: true}, "oneOf": {each: true}, "prefixItems": {each: true},
	"additionalProperties": {itself: true}, "unevaluatedProperties": {itself: true}, "propertyNames": {itself: true},
	"items": {itself: true, each: true}, "additionalItems": {itself: true}, "unevaluatedItems": {itself: true}, "contains": {itself: true},
	"not": {itself: true}, "if": {itself: true}, "then": {itself: true}, "else": {itself: true}, "contentSchema": {itself: true},
	"schemas": {each: true, outside: true}, "schema": {itself: true, outside: true}, "payload": {itself: true, outside: true},
}

// enter gives the base within a schema, and notes its anchors.
func (x *indexer) enter(n *node, base *resource, key string) *resource {
	if id := n.get("$id"); id != nil && id.shape == text {
		where, fragment, _ := strings.Cut(id.text, "#")
		switch {
		case where == "":
			base.anchor(fragment, n) // so drafts before 2019-09 write an $anchor
		case fragment != "":
			x.r.report(id.at(), "the $id %s has a fragment: a name for a place within a schema is an $anchor", id.text)
		default:
			base = x.embedded(n, base, id, where, key)
		}
	}
	for _, key := range []string{"$anchor", "$dynamicAnchor"} {
		if a := n.get(key); a != nil && a.shape == text {
			base.anchor(a.text, n)
		}
	}
	return base
}

func (x *resource) anchor(name string, n *node) {
	if name == "" || x == several {
		return
	}
	if x.anchors == nil {
		x.anchors = map[string]*node{}
	}
	if old, ok := x.anchors[name]; ok && old != n {
		n = nil
	}
	x.anchors[name] = n
}

// embedded is the resource that a schema with an $id is.
func (x *indexer) embedded(n *node, base *resource, id *node, where, key string) *resource {
	tooLong := func(uri string) {
		if len(uri) > MaxID {
			x.r.fail(CodeBounds, id.at(), "this $id has more than %d bytes", MaxID)
		}
	}
	tooLong(where)
	u, err := url.Parse(where)
	if err != nil {
		x.r.report(id.at(), "the $id %s is no URI", where)
		return base
	}
	beside := ""
	if !u.IsAbs() {
		if base == several {
			return several
		}
		if base.beside != "" && u.Host == "" && !strings.HasPrefix(where, "/") {
			beside = path.Join(path.Dir(base.beside), unescape(u.Path))
		}
		u = base.uri.ResolveReference(u)
	}
	uri := u.String()
	tooLong(uri)
	old := x.d.resources[uri]
	if old != nil && old.root == n {
		return old
	}
	if x.r.ids++; x.r.ids > MaxIDs {
		x.r.fail(CodeBounds, id.at(), "this contract has more than %d schemas with an $id", MaxIDs)
	}
	in := &resource{root: n, uri: u, beside: beside, name: definitionName(key, n)}
	if n == x.d.root {
		in.beside, in.name = base.beside, base.name
	}
	if old == nil {
		x.d.resources[uri] = in
	} else {
		old.twice = true
	}
	return in
}

// definitionName is the name of a schema that stands under a key: tools that gather
// schemas in one file write the $id there, whose last part is the name then.
func definitionName(key string, n *node) string {
	id := n.get("$id")
	if id == nil || key != "" && !strings.Contains(key, "/") {
		return key
	}
	where, _, _ := strings.Cut(id.text, "#")
	last := path.Base(where)
	if name, _, _ := strings.Cut(last, "."); name != "" {
		return name
	}
	return last
}
