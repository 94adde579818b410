package ide

import (
	"strings"

	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// maxRepairs is how many times a text is parsed and blanked before it is given
// up. One round mends all lines that the parser complains about.
const maxRepairs = 5

// repair blanks what the parser does not understand, and closes what is open, so
// that every other byte keeps its offset. It says whether anything was mended.
func repair(path, text string) (string, bool) {
	was := text
	for range maxRepairs {
		file := source.New(path, text)
		_, problems := syntax.Parse(file)
		if len(problems) == 0 {
			break
		}
		b := []byte(text)
		for i := len(problems) - 1; i >= 0; i-- {
			at := problems[i].Primary
			if !dot(b, at.Start()) {
				blankLine(b, file, at)
			}
		}
		next := string(closeAll(path, b))
		if next == text {
			break
		}
		text = next
	}
	return text, text != was
}

// dot blanks a dot that stands before an offset with nothing but blanks between:
// somebody is about to type a name behind it.
func dot(b []byte, offset int) bool {
	i := offset - 1
	for i >= 0 && i < len(b) && strings.IndexByte(" \t\r\n", b[i]) >= 0 {
		i--
	}
	if i < 0 || i >= len(b) || b[i] != '.' || i > 0 && b[i-1] == '.' {
		return false
	}
	b[i] = ' '
	if i > 0 && b[i-1] == '?' {
		b[i-1] = ' '
	}
	return true
}

// blankLine blanks the line of a mistake. Of brackets that the line opens or
// closes for others it leaves a block that changes nothing.
func blankLine(b []byte, file *source.File, at source.Span) {
	p := at.From()
	if at.Start() > 0 && at.Start() == at.End() && p.Column == 1 {
		p = file.Lines.Position(at.Start() - 1)
	}
	start := file.Lines.Offset(source.Position{Line: p.Line, Column: 1})
	end := start + len(file.Lines.Line(p.Line))
	opens, closes := unpaired(string(b[start:end]))
	for i := start; i < end; i++ {
		b[i] = ' '
	}
	const block = "if x {"
	switch {
	case opens == 0 && closes == 0:
	case closes > 0 && end-start >= closes:
		for i := range closes {
			b[start+i] = '}'
		}
	case opens == 1 && end-start >= len(block):
		copy(b[start:], block)
	}
}

// unpaired counts the braces of a line that pair with those of other lines.
func unpaired(line string) (opens, closes int) {
	for i := range len(line) {
		switch line[i] {
		case '{':
			opens++
		case '}':
			if opens > 0 {
				opens--
			} else {
				closes++
			}
		}
	}
	return opens, closes
}

// closeAll puts a brace into the blank space behind each declaration that leaves
// one open.
func closeAll(path string, b []byte) []byte {
	tree, _ := syntax.Parse(source.New(path, string(b)))
	for i := len(tree.Decls) - 1; i >= 0; i-- {
		at := tree.Decls[i].Span()
		depth := 0
		for _, t := range lexed(string(b[at.Start():at.End()])) {
			switch t {
			case "{":
				depth++
			case "}":
				depth--
			}
		}
		limit := len(b)
		if i+1 < len(tree.Decls) {
			limit = tree.Decls[i+1].Span().Start() - 1
		}
		place := at.End()
		for ; depth > 0 && place < limit && strings.IndexByte(" \t\r\n", b[place]) >= 0; place++ {
			b[place] = '}'
			depth--
		}
		if i == len(tree.Decls)-1 {
			for ; depth > 0 && depth < syntax.MaxNesting; depth-- {
				b = append(b, '}')
			}
		}
	}
	return b
}

// lexed are the texts of the tokens of a text.
func lexed(text string) []string {
	tokens, _ := syntax.Lex(source.New("", text))
	out := make([]string, 0, len(tokens.Tokens))
	for _, t := range tokens.Tokens {
		out = append(out, tokens.Raw(t))
	}
	return out
}
