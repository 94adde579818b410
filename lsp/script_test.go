package lsp_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"

	"github.com/cob-lang/cob/spec/golden"
)

// TestScripts runs a conversation for each archive: its files are the package on
// the disk, all of them open; each line of script is a question, and want what
// the server answered, in the words of an editor. A question names a file and a
// piece of its text in which | is the cursor and \n a line break:
//
//	hover a.cob let x = or|der
//
// # begins a comment; other lines of the script say what the client does:
//
//	edit a.cob old => new
func TestScripts(t *testing.T) {
	golden.Run(t, "testdata/scripts", func(t *testing.T, a golden.Archive) []golden.File {
		s := &script{texts: map[string]string{}, versions: map[string]int{}}
		dir := t.TempDir()
		for _, f := range a.Files {
			if strings.Contains(f.Name, ".") {
				write(t, dir, f.Name, f.Text)
			}
		}
		s.client = dial(t, dir)
		encoding := "utf-16"
		if strings.Contains(a.Get("script"), "# utf-8") {
			encoding = "utf-8"
		}
		s.bytes = encoding == "utf-8"
		result := s.begin(encoding)
		if got := result["capabilities"].(object)["positionEncoding"]; got != encoding {
			t.Errorf("columns are %v, want %s", got, encoding)
		}
		for _, f := range a.With(".cob") {
			if strings.HasPrefix(f.Name, "closed/") {
				s.texts[f.Name] = f.Text
			}
			if !strings.HasPrefix(f.Name, "closed") {
				s.texts[f.Name] = f.Text
				s.open(f.Name, f.Text)
			}
		}
		var out strings.Builder
		for _, line := range lines(a.Get("script")) {
			if line == "" || line[0] == '#' {
				continue
			}
			fmt.Fprintf(&out, "> %s\n%s", line, s.run(line))
		}
		s.end()
		return []golden.File{{Name: "want", Text: out.String()}}
	})
}

type script struct {
	*client
	texts    map[string]string
	versions map[string]int
	bytes    bool
}

func (s *script) run(line string) string {
	s.t.Helper()
	verb, rest, _ := strings.Cut(line, " ")
	name, rest, _ := strings.Cut(rest, " ")
	switch verb {
	case "edit":
		return s.edit(name, rest)
	case "diagnostics":
		return s.told(name)
	case "symbols":
		var list []object
		s.get("textDocument/documentSymbol", s.document(name), &list)
		return s.outline(name, list, "")
	case "find":
		var list []object
		s.get("workspace/symbol", object{"query": name}, &list)
		var out strings.Builder
		for _, x := range list {
			fmt.Fprintf(&out, "%s %s\n", x["name"], s.location(x["location"].(object)))
		}
		return out.String()
	case "folds":
		var list []object
		s.get("textDocument/foldingRange", s.document(name), &list)
		var out strings.Builder
		for _, x := range list {
			fmt.Fprintf(&out, "%v-%v %v\n", number(x["startLine"])+1, number(x["endLine"])+1, x["kind"])
		}
		return strings.ReplaceAll(out.String(), " <nil>", "")
	case "tokens":
		return s.tokens(name)
	case "hints":
		return s.hints(name)
	case "format":
		var edits []object
		s.get("textDocument/formatting", s.formatting(name), &edits)
		return s.edits(name, edits)
	case "explain":
		var page string
		s.get("workspace/executeCommand", object{"command": "cob.explain", "arguments": []string{name}}, &page)
		return lines(page)[0] + "\n"
	}
	return s.cursor(verb, name, rest)
}

func (s *script) formatting(name string) object {
	p := s.document(name)
	p["options"] = object{"tabSize": 2, "insertSpaces": true}
	return p
}

// cursor runs a question about a place.
func (s *script) cursor(verb, name, rest string) string {
	s.t.Helper()
	rest, extra, _ := strings.Cut(rest, " => ")
	before, after, ok := strings.Cut(strings.ReplaceAll(rest, `\n`, "\n"), "|")
	i := strings.Index(s.texts[name], before+after)
	if !ok || i < 0 || strings.Count(s.texts[name], before+after) > 1 {
		s.t.Fatalf("%s: %q does not stand once in %s", verb, before+after, name)
	}
	offset := i + len(before)
	p := s.position(name, offset)
	switch verb {
	case "hover":
		var h object
		s.get("textDocument/hover", p, &h)
		if h == nil {
			return "nothing\n"
		}
		return fmt.Sprintf("%q\n%s\n", s.text(name, h["range"]), h["contents"].(object)["value"])
	case "complete":
		prefix := before[strings.LastIndexFunc(before, func(r rune) bool { return !unicode.IsLetter(r) && r != '_' })+1:]
		return s.complete(p, prefix)
	case "signature":
		return s.signature(p)
	case "definition", "typeDefinition":
		return s.locations("textDocument/"+verb, p)
	case "references":
		p["context"] = object{"includeDeclaration": true}
		return s.locations("textDocument/references", p)
	case "highlight":
		var list []object
		s.get("textDocument/documentHighlight", p, &list)
		var out strings.Builder
		for _, x := range list {
			kind := map[int]string{2: "read", 3: "write"}[number(x["kind"])]
			fmt.Fprintf(&out, "%s %s\n", s.place(x["range"]), kind)
		}
		return out.String()
	case "rename":
		p["newName"] = extra
		return s.workspaceEdit("textDocument/rename", p)
	case "actions":
		p["range"] = object{"start": p["position"], "end": p["position"]}
		p["context"] = object{"diagnostics": []object{}}
		var list []object
		s.get("textDocument/codeAction", p, &list)
		var out strings.Builder
		for _, x := range list {
			fmt.Fprintf(&out, "%s (%s)\n", x["title"], x["kind"])
			if e, ok := x["edit"].(object); ok {
				out.WriteString(s.changes(e))
			}
		}
		return out.String()
	case "formatRange":
		p = s.formatting(name)
		p["range"] = object{"start": s.position(name, i)["position"], "end": s.position(name, i+len(before+after))["position"]}
		var edits []object
		s.get("textDocument/rangeFormatting", p, &edits)
		return s.edits(name, edits)
	}
	s.t.Fatalf("the script says %q", verb)
	return ""
}

func (s *script) edit(name, rest string) string {
	old, new, ok := strings.Cut(rest, "=>")
	old, new = strings.TrimSpace(old), strings.ReplaceAll(strings.TrimSpace(new), `\n`, "\n")
	i := strings.Index(s.texts[name], old)
	if !ok || i < 0 {
		s.t.Fatalf("edit: %q does not stand in %s", old, name)
	}
	s.versions[name]++
	s.notify("textDocument/didChange", object{"textDocument": object{"uri": s.uri(name), "version": s.versions[name] + 1},
		"contentChanges": []object{{"range": object{"start": s.position(name, i)["position"], "end": s.position(name, i+len(old))["position"]}, "text": new}}})
	s.texts[name] = strings.Replace(s.texts[name], old, new, 1)
	return ""
}

// told waits until the diagnostics of the latest version are there.
func (s *script) told(name string) string {
	s.t.Helper()
	if name == "" {
		name = "a.cob"
	}
	_, open := s.texts[name]
	p := s.eventually(name, "diagnostics", func(p published, told bool) bool {
		return told && (!open || p.Version != nil && *p.Version == s.versions[name]+1)
	})
	var out strings.Builder
	for _, d := range p.Diagnostics {
		fmt.Fprintf(&out, "%s %d %s %s\n", s.place(d["range"]), number(d["severity"]), d["code"], strings.ReplaceAll(fmt.Sprint(d["message"]), "\n", " / "))
		related, _ := d["relatedInformation"].([]any)
		for _, r := range related {
			r := r.(object)
			fmt.Fprintf(&out, "  %s %s\n", s.location(r["location"].(object)), r["message"])
		}
	}
	if out.Len() == 0 {
		return "none\n"
	}
	return out.String()
}

// complete shows what an editor does: what begins with the letters before the
// cursor.
func (s *script) complete(p object, prefix string) string {
	var list struct{ Items []object }
	s.get("textDocument/completion", p, &list)
	var out strings.Builder
	list.Items = slices.DeleteFunc(list.Items, func(x object) bool { return !strings.HasPrefix(x["label"].(string), prefix) })
	for i, x := range list.Items {
		if i == 12 {
			fmt.Fprintf(&out, "... %d more\n", len(list.Items)-i)
			break
		}
		text := x["textEdit"].(object)["newText"]
		fmt.Fprintf(&out, "%s", x["label"])
		if text != x["label"] {
			fmt.Fprintf(&out, " [%s]", text)
		}
		if d, ok := x["detail"]; ok {
			fmt.Fprintf(&out, " : %s", d)
		}
		out.WriteString("\n")
	}
	if out.Len() == 0 {
		return "nothing\n"
	}
	return out.String()
}

func (s *script) signature(p object) string {
	var h struct {
		Signatures []struct {
			Label      string
			Parameters []struct{ Label string }
		}
		ActiveParameter int
	}
	s.get("textDocument/signatureHelp", p, &h)
	if len(h.Signatures) == 0 {
		return "nothing\n"
	}
	active := "none"
	if ps := h.Signatures[0].Parameters; h.ActiveParameter < len(ps) {
		active = ps[h.ActiveParameter].Label
	}
	return fmt.Sprintf("%s (%s)\n", h.Signatures[0].Label, active)
}

func (s *script) locations(method string, p object) string {
	var list []object
	s.get(method, p, &list)
	var out strings.Builder
	for _, x := range list {
		out.WriteString(s.location(x) + "\n")
	}
	if out.Len() == 0 {
		return "nothing\n"
	}
	return out.String()
}

func (s *script) workspaceEdit(method string, p object) string {
	a := s.call(method, p)
	if a.Error != nil {
		return fmt.Sprintf("refused (%d): %s\n", a.Error.Code, a.Error.Message)
	}
	var e object
	if err := json.Unmarshal(a.Result, &e); err != nil {
		s.t.Fatal(err)
	}
	return s.changes(e)
}

func (s *script) changes(e object) string {
	all, _ := e["changes"].(object)
	var names []string
	for uri := range all {
		names = append(names, uri)
	}
	slices.Sort(names)
	var out strings.Builder
	for _, uri := range names {
		name, _ := filepath.Rel(s.dir, strings.TrimPrefix(uri, "file://"))
		list := all[uri].([]any)
		edits := make([]object, len(list))
		for i, x := range list {
			edits[i] = x.(object)
		}
		out.WriteString(s.edits(name, edits))
	}
	return out.String()
}

func (s *script) edits(name string, edits []object) string {
	var out strings.Builder
	for _, e := range edits {
		fmt.Fprintf(&out, "  %s:%s %q\n", name, s.place(e["range"]), e["newText"])
	}
	if len(edits) == 0 {
		return "  no edit\n"
	}
	return out.String()
}

func (s *script) outline(name string, list []object, indent string) string {
	var out strings.Builder
	for _, x := range list {
		fmt.Fprintf(&out, "%s%s (%s)\n", indent, x["name"], x["detail"])
		if inner, ok := x["children"].([]any); ok {
			var children []object
			for _, c := range inner {
				children = append(children, c.(object))
			}
			out.WriteString(s.outline(name, children, indent+"  "))
		}
	}
	return out.String()
}

func (s *script) hints(name string) string {
	p := s.document(name)
	p["range"] = object{"start": object{"line": 0, "character": 0}, "end": object{"line": 100000, "character": 0}}
	var list []object
	s.get("textDocument/inlayHint", p, &list)
	var out strings.Builder
	for _, x := range list {
		at := x["position"].(object)
		line := strings.Split(s.texts[name], "\n")[number(at["line"])]
		fmt.Fprintf(&out, "%s<%s>\n", strings.TrimSpace(line[:number(at["character"])]), x["label"])
	}
	return out.String()
}

func (s *script) tokens(name string) string {
	var result struct{ Data []int }
	s.get("textDocument/semanticTokens/full", s.document(name), &result)
	types := []string{"keyword", "type", "enumMember", "function", "method", "variable", "parameter", "property", "string", "number", "comment", "decorator", "namespace", "event", "class"}
	var out strings.Builder
	line, column := 0, 0
	for i := 0; i+4 < len(result.Data); i += 5 {
		d := result.Data[i : i+5]
		if line += d[0]; d[0] > 0 {
			column = 0
		}
		column += d[1]
		text := s.between(name, line, column, line, column+d[2])
		fmt.Fprintf(&out, "%s:%s", text, types[d[3]])
		for k, m := range []string{"declaration", "readonly", "defaultLibrary", "documentation"} {
			if d[4]&(1<<k) != 0 {
				out.WriteString("+" + m)
			}
		}
		out.WriteString("\n")
	}
	return out.String()
}

// position is an offset as the client counts.
func (s *script) position(name string, offset int) object {
	before := s.texts[name][:offset]
	line := strings.Count(before, "\n")
	last := before[strings.LastIndexByte(before, '\n')+1:]
	column := len(last)
	if !s.bytes {
		column = len(utf16.Encode([]rune(last)))
	}
	return s.at(name, line, column)
}

func (s *script) offset(name string, line, column int) int {
	text := s.content(name)
	i := 0
	for ; line > 0; line-- {
		i += strings.IndexByte(text[i:], '\n') + 1
	}
	if s.bytes {
		return i + column
	}
	for ; column > 0; column-- {
		for k, r := range text[i:] {
			if k == 0 && r > 0xFFFF {
				column--
			}
			if k > 0 {
				i += k
				break
			}
			if len(text[i:]) == len(string(r)) {
				i += len(string(r))
				break
			}
		}
	}
	return i
}

func (s *script) content(name string) string {
	if text, ok := s.texts[name]; ok {
		return text
	}
	text, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

func (s *script) between(name string, l1, c1, l2, c2 int) string {
	return s.content(name)[s.offset(name, l1, c1):s.offset(name, l2, c2)]
}

func (s *script) text(name string, r any) string {
	start, end := r.(object)["start"].(object), r.(object)["end"].(object)
	return s.between(name, number(start["line"]), number(start["character"]), number(end["line"]), number(end["character"]))
}

// place is a range as people count.
func (s *script) place(r any) string {
	start, end := r.(object)["start"].(object), r.(object)["end"].(object)
	return fmt.Sprintf("%d:%d-%d:%d", number(start["line"])+1, number(start["character"])+1, number(end["line"])+1, number(end["character"])+1)
}

// location is a place with its line.
func (s *script) location(l object) string {
	plain, _ := url.PathUnescape(strings.TrimPrefix(l["uri"].(string), "file://"))
	name, _ := filepath.Rel(s.dir, plain)
	if strings.HasPrefix(name, cache) {
		text, err := os.ReadFile(filepath.Join(s.dir, name))
		if err != nil {
			s.t.Error(err)
		}
		_, name, _ = strings.Cut(name, "/std/")
		s.texts[name] = string(text)
	}
	return fmt.Sprintf("%s:%s %s", name, s.place(l["range"]), s.text(name, l["range"]))
}

func number(v any) int {
	f, _ := v.(float64)
	return int(f)
}
