package syntax

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
)

// Trees parses the files of a package again and again, and parses again only the
// declarations whose text has changed: the others keep their nodes, which move to
// where the text stands now. A tree that it returned before is no longer right when
// the file of that path has been parsed again. The zero Trees is empty and ready. Not for use by
// several goroutines at once.
type Trees struct {
	// Each runs a function for the numbers up to n, in any order and side by side
	// if it likes; nil means one after the other.
	Each func(n int, do func(i int))

	files   map[string]*remembered
	proving bool // a text with a fix is read, whose own fixes nobody asks for
}

// remembered is a file that has been parsed, and its declarations by their text.
type remembered struct {
	tree     *File
	problems []diag.Diagnostic
	pieces   []piece
}

// piece is the part of a file that one declaration occupies, its documentation
// included.
type piece struct {
	start, end int // tokens
	text       string
	key        string // its first two tokens
	region     *source.Region
	decl       Decl
	problems   []diag.Diagnostic
	taken      bool // by a piece of the next text
}

// chunked makes portions of some pieces that are worth being parsed apart.
func chunked(pieces []piece, todo []int) [][]int {
	var out [][]int
	first, tokens := 0, 0
	for n, i := range todo {
		if tokens += pieces[i].end - pieces[i].start; tokens >= tokensAtOnce || n == len(todo)-1 {
			out = append(out, todo[first:n+1])
			first, tokens = n+1, 0
		}
	}
	return out
}

// Parse turns a text into a tree and what is wrong with it, sorted by place, as
// the function Parse does.
func (t *Trees) Parse(path, text string) (*File, []diag.Diagnostic) {
	old := t.files[path]
	if old != nil && old.tree.Source.Text == text {
		return old.tree, old.problems
	}
	if t.files == nil {
		t.files = map[string]*remembered{}
	}
	tree, problems := t.parse(source.New(path, text), old)
	return tree, problems
}

// Forget drops the file of that path.
func (t *Trees) Forget(path string) { delete(t.files, path) }

// tokensAtOnce is how many tokens are worth being handed to another processor.
const tokensAtOnce = 1000

func (t *Trees) parse(file *source.File, old *remembered) (*File, []diag.Diagnostic) {
	out := &File{Place: Place{file.Span(0, len(file.Text))}, Source: file}
	if Unread(file.Text) {
		return out, []diag.Diagnostic{unread(file)}
	}
	tokens, problems := Lex(file)
	out.Comments = tokens.Comments
	pieces := cut(tokens)
	todo := match(file, pieces, old)
	chunks := chunked(pieces, todo)
	bad := linesOf(problems)
	t.each(len(chunks), func(c int) {
		s := newSession(tokens)
		defer s.close()
		s.badLines = bad
		for _, i := range chunks[c] {
			p := &pieces[i]
			p.decl = s.declaration(p.region, p.start, p.end)
			p.problems = s.problems
		}
	})
	for i := range pieces {
		d := pieces[i].decl
		out.Decls = append(out.Decls, d)
		problems = append(problems, pieces[i].problems...)
		if pkg, ok := d.(*PackageDecl); ok && out.Package == nil {
			out.Package = pkg
		}
	}
	problems = withoutEchoes(problems)
	diag.Sort(problems)
	rest := problems
	for i := range pieces {
		var within []diag.Diagnostic
		within, rest = problemsOf(pieces[i].decl.Head(), rest)
		t.prove(file, &pieces[i], within)
		pieces[i].decl.Head().mark(within, len(pieces[i].problems) > 0, bodyOf(pieces[i].decl))
		out.Broken = out.Broken || pieces[i].decl.Head().Broken
	}
	if t.files != nil {
		t.files[file.Path] = &remembered{tree: out, problems: problems, pieces: pieces}
	}
	return out, problems
}

// withoutEchoes leaves out the semicolons of lines with another mistake: they belong to
// what was meant there.
func withoutEchoes(problems []diag.Diagnostic) []diag.Diagnostic {
	bad := linesOf(problems)
	return slices.DeleteFunc(problems, func(p diag.Diagnostic) bool {
		return p.Code == CodeSemicolon && bad[p.Primary.From().Line]
	})
}

func (t *Trees) each(n int, do func(int)) {
	if t.Each != nil && n > 1 {
		t.Each(n, do)
		return
	}
	for i := range n {
		do(i)
	}
}

// cut cuts a file into declarations before any of them is parsed.
func cut(tokens *Tokens) []piece {
	s := &session{file: tokens.Source, tokens: tokens.Tokens, comments: tokens.Comments}
	var out []piece
	for start := 0; s.tokens[start].Kind != EOF; {
		end := s.cut(start)
		from := s.begins(start)
		out = append(out, piece{start: start, end: end, text: s.file.Text[from:s.tokens[end-1].End],
			key:    s.file.Text[s.tokens[start].Start:s.tokens[min(start+1, end-1)].End],
			region: source.NewRegion(s.file, from)})
		start = end
	}
	return out
}

// match takes over the declarations whose text is what it was, and gives the
// indices of the others. One of which only the body changed keeps its region, so
// that what is known of its head keeps its places.
func match(file *source.File, pieces []piece, old *remembered) (todo []int) {
	if old == nil {
		for i := range pieces {
			todo = append(todo, i)
		}
		return todo
	}
	known := make(map[string]int, len(old.pieces))
	for i := range old.pieces {
		if p := &old.pieces[i]; !p.decl.Head().Broken && !p.taken {
			known[p.text] = i
		}
	}
	for i := range pieces {
		p := &pieces[i]
		if k, ok := known[p.text]; ok && !old.pieces[k].taken {
			p.decl = old.pieces[k].decl
			p.inherit(file, &old.pieces[k])
			continue
		}
		todo = append(todo, i)
	}
	heads := make(map[string]*piece, len(old.pieces))
	for i := len(old.pieces) - 1; i >= 0; i-- {
		if p := &old.pieces[i]; !p.taken {
			heads[p.key] = p
		}
	}
	for _, i := range todo {
		p := &pieces[i]
		if q := heads[p.key]; q != nil && !q.taken && q.sameHead(p.text) {
			p.inherit(file, q)
		}
	}
	return todo
}

func (p *piece) inherit(file *source.File, old *piece) {
	old.taken = true
	old.region.Move(file, p.region.Start())
	p.region = old.region
}

// bodyOf is the body of a declaration of which others know only the head.
func bodyOf(d Decl) (body source.Span) {
	switch d := d.(type) {
	case *ProcessDecl:
		if d.Body != nil {
			return d.Body.Span()
		}
	case *RouteDecl:
		if d.Body != nil {
			return d.Body.Span()
		}
	case *TestDecl:
		if d.Body != nil {
			return d.Body.Span()
		}
	case *PatternDecl:
		if d.Body != nil {
			return d.Body.Span()
		}
	case *WindowDecl:
		if d.Body != nil {
			return d.Body.Span()
		}
	case *ScheduleDecl:
		if d.Body != nil {
			return d.Body.Span()
		}
	}
	return source.Span{}
}

// sameHead says whether the text begins as the declaration does, up to its body.
func (p *piece) sameHead(text string) bool {
	h := p.decl.Head()
	body := bodyOf(p.decl)
	if !body.Known() || h.Broken && !h.BrokenBody {
		return false
	}
	return strings.HasPrefix(text, p.text[:body.Start()-p.region.Start()+1])
}

// problemsOf returns those of the sorted problems that lie in a declaration, and
// the rest for the declarations behind it. One at the border of two lies in both.
func problemsOf(h *DeclHead, problems []diag.Diagnostic) (within, rest []diag.Diagnostic) {
	first := 0
	for first < len(problems) && problems[first].Primary.Start() < h.At.Start() {
		first++
	}
	end := first
	for end < len(problems) && problems[end].Primary.Start() <= h.At.End() {
		end++
	}
	border := end
	for border > first && problems[border-1].Primary.Start() == h.At.End() {
		border--
	}
	return problems[first:end], problems[border:]
}

// mark notes whether there are mistakes in a declaration, and where.
func (h *DeclHead) mark(within []diag.Diagnostic, broken bool, body source.Span) {
	head := false
	for _, p := range within {
		broken, head = true, head || p.Primary.Start() <= body.Start()
	}
	h.Broken, h.BrokenBody = broken, broken && !head && body.Known()
}
