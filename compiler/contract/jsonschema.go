package contract

import (
	"path"
	"strings"
	"unicode"
)

// readJSONSchema reads a document of JSON Schema: its definitions, and the
// document itself under its title or the name of its file.
func readJSONSchema(r *reader, name string) {
	d := r.document(name, r.o.Use)
	s := newSchemas(r)
	root := d.root
	if root.shape != object {
		r.fail(CodeContract, root.at(), "%s is no JSON Schema: a schema is an object", name)
	}
	if said := root.get("$schema").str(); said != "" && !strings.Contains(said, "json-schema.org/") {
		r.fail(CodeContract, root.get("$schema").at(), "%s is no JSON Schema: it says $schema: %q", name, said)
	}
	title := rootName(root.get("title").str(), name)
	root, _ = s.resolve(root)
	if root == nil {
		r.Failed = true // what it refers to cannot be read, which has been told
		return
	}
	_, whole := s.declares(root, title)
	s.components(root.get("$defs"))
	s.components(root.get("definitions"))
	if root != d.root { // the document is one of its definitions
		s.components(d.root.get("$defs"))
		s.components(d.root.get("definitions"))
	}
	if !whole && len(r.Types) == 0 {
		r.fail(CodeContract, span(d.file, root.start, root.start), "%s declares no type: it has neither properties nor $defs", name)
	}
}

// rootName is a title of one word, or the name of the file up to its first dot,
// with a capital letter.
func rootName(title, file string) string {
	name := title
	if name == "" || strings.ContainsAny(name, " \t") {
		name, _, _ = strings.Cut(path.Base(file), ".")
	}
	if name == "" {
		name = "Root"
	}
	out := []rune(identifier(name))
	out[0] = unicode.ToUpper(out[0])
	return string(out)
}
