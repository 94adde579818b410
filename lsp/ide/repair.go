package ide

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// maxRepairs is how many times a text is parsed and blanked before it is given
// up. One round mends all lines that the parser complains about.
const maxRepairs = 5

// maxTrials is up to how many mistakes the better of two ways to mend each is
// found by trying both.
const maxTrials = 8

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
		for i := range problems {
			mend(b, file, problems[i].Primary, len(problems) <= maxTrials)
		}
		next := string(closeAll(path, b))
		if next == text {
			break
		}
		text = next
	}
	return text, text != was
}

// mend changes the bytes around a mistake, as few as may be enough.
func mend(b []byte, file *source.File, at source.Span, try bool) {
	if at.Start() < len(b) && b[at.Start()] == ';' {
		b[at.Start()] = '\n' // which is what it means
		return
	}
	p := at.From()
	start := file.Lines.Offset(source.Position{Line: p.Line, Column: 1})
	if dot(b, at.Start()) || dot(b, start) || comma(b, at.Start()) || inner(b, at.Start()) {
		return
	}
	before := behind(b, at.Start())
	if before >= start || before < 0 || !try {
		blankLine(b, file, p.Line)
		return
	}
	// What is first on its line may be wrong, or what was expected behind the line
	// before is missing.
	other := slices.Clone(b)
	blankLine(b, file, p.Line)
	blankLine(other, file, file.Lines.Position(before).Line)
	if firstMistake(file.Path, other) > firstMistake(file.Path, b) {
		copy(b, other)
	}
}

// firstMistake is where the parser first complains, the end of the text when it
// does not. Of two ways to mend, the one that leads further is better: how many
// mistakes are left says little, because one hides others.
func firstMistake(path string, text []byte) int {
	_, problems := syntax.Parse(source.New(path, string(text)))
	if len(problems) == 0 {
		return len(text)
	}
	return problems[0].Primary.Start()
}

// comma makes a closing parenthesis of the comma at the end of the line before,
// when that line leaves one open: somebody is about to type an argument.
func comma(b []byte, offset int) bool {
	i := behind(b, offset)
	if i < 0 || b[i] != ',' && b[i] != '(' {
		return false
	}
	depth := 0
	for k := i; k >= 0 && b[k] != '\n'; k-- {
		switch b[k] {
		case '(':
			depth++
		case ')':
			depth--
		}
	}
	if depth != 1 || i+1 >= len(b) || b[i+1] != '\n' && b[i] != ',' && b[i+1] != ' ' {
		return false
	}
	if b[i] == '(' {
		if b[i+1] != ' ' {
			return false
		}
		i++
	}
	b[i] = ')'
	return true
}

// behind is the offset of the last byte before an offset that is no blank, -1
// when there is none.
func behind(b []byte, offset int) int {
	i := min(offset, len(b)) - 1
	for i >= 0 && strings.IndexByte(" \t\r\n", b[i]) >= 0 {
		i--
	}
	return i
}

// inner blanks what is between the innermost brackets around an offset, when
// both stand on its line and there is something to blank.
func inner(b []byte, offset int) bool {
	open, depth := offset-1, 0
	for ; open >= 0 && b[open] != '\n'; open-- {
		if isCloser(b[open]) {
			depth++
		} else if isOpener(b[open]) {
			if depth == 0 {
				break
			}
			depth--
		}
	}
	if open < 0 || b[open] == '\n' {
		return false
	}
	end, depth := open+1, 0
	for ; end < len(b) && b[end] != '\n'; end++ {
		if isOpener(b[end]) {
			depth++
		} else if isCloser(b[end]) {
			if depth == 0 {
				break
			}
			depth--
		}
	}
	if end >= len(b) || b[end] == '\n' || strings.TrimSpace(string(b[open+1:end])) == "" {
		return false
	}
	for i := open + 1; i < end; i++ {
		b[i] = ' '
	}
	return true
}

func isOpener(c byte) bool { return c == '{' || c == '(' || c == '[' }
func isCloser(c byte) bool { return c == '}' || c == ')' || c == ']' }

// dot blanks a dot that stands before an offset with nothing but blanks between:
// somebody is about to type a name behind it.
func dot(b []byte, offset int) bool {
	i := behind(b, offset)
	if i < 0 || b[i] != '.' || i > 0 && b[i-1] == '.' {
		return false
	}
	b[i] = ' '
	if i > 0 && b[i-1] == '?' {
		b[i-1] = ' '
	}
	return true
}

// blankLine blanks a line. Of brackets that the line opens or
// closes for others it leaves a block that changes nothing.
func blankLine(b []byte, file *source.File, line int) {
	start := file.Lines.Offset(source.Position{Line: line, Column: 1})
	end := start + len(file.Lines.Line(line))
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
