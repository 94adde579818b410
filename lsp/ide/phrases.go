package ide

import (
	"regexp"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/syntax"
)

// Lines of tests: their words, and the steps and tasks that they name.

// placeholders are the words of check.Phrases that stand for something else.
var placeholders = []string{"value", "name", "step", "channel", "endpoint", "user", "role"}

var plainWord = regexp.MustCompile(`^[a-z]+$`)

// isWord says whether a part of a phrase is written as it stands.
func isWord(part string) bool {
	return plainWord.MatchString(part) && !slices.Contains(placeholders, part)
}

// trailing are the words that may follow an answer.
var trailing = map[string]string{
	"takes": "takes 3s", "on": "on cloud", "once": "once", "for": "for 10m", "after": "after 3 calls", "by": "by \"user\"", "as": "as role", "before": "before endpoint.operation",
}

// testLine gives what a line of a test can go on with.
func (c *completion) testLine(s *syntax.TestStep) {
	at := slices.IndexFunc(s.Terms, func(e syntax.Expr) bool { return c.inHole(e.Span()) })
	if at < 0 {
		return
	}
	kind := s.Kind.Text
	for _, form := range check.Phrases[kind] {
		parts := strings.Fields(form)
		if at < len(parts) && isWord(parts[at]) && goesOn(s, parts[:at]) {
			c.add(1, Item{Label: parts[at], Kind: KeywordItem, Detail: kind + " " + form})
		}
	}
	before := s.Word(at - 1)
	switch {
	case before == "at" || before == "before" || before == "ran" || before == "retry" || s.Word(0) == "undone":
		c.stepsOfTests(false)
	case before == "task":
		c.stepsOfTests(true)
	case before == "on":
		c.symbols(resolve.Cloud)
	case before == "as":
		c.symbols(resolve.Role)
	case kind == "given" && at >= 2:
		c.trails(s, "takes", "on", "once", "for", "after")
	case kind == "then" && s.Word(at-2) == "called":
		c.trails(s, "once", "on", "before")
	case kind == "when" && at >= 3 && s.Word(1) == "task":
		c.trails(s, "by", "as")
	}
}

// trails gives words that are not there yet.
func (c *completion) trails(s *syntax.TestStep, words ...string) {
	for _, w := range words {
		there := false
		for i := range s.Terms {
			there = there || s.Word(i) == w
		}
		if !there {
			c.add(2, Item{Label: w, Kind: KeywordItem, Detail: trailing[w]})
		}
	}
}

// goesOn says whether the terms of a line are those with which a form begins.
func goesOn(s *syntax.TestStep, parts []string) bool {
	for i, p := range parts {
		if isWord(p) && s.Word(i) != p {
			return false
		}
	}
	return true
}

// stepsOfTests gives the steps, or the tasks, of the processes by the names that
// their authors gave them.
func (c *completion) stepsOfTests(tasks bool) {
	for _, s := range c.program.Info.Of(resolve.Process) {
		syntax.Inspect(s.Decl, func(n syntax.Node) bool {
			switch x := n.(type) {
			case *syntax.TaskStmt:
				if tasks {
					c.add(0, Item{Label: x.Name.Text, Kind: ValueItem, Detail: "task of " + s.Name})
				}
			case *syntax.LetStmt:
				if !tasks && x.Action != nil {
					c.add(0, Item{Label: x.Name.Text, Kind: ValueItem, Detail: "step of " + s.Name})
				}
			}
			if st, ok := n.(syntax.Stmt); ok && !tasks && st.ExplicitID().Given() {
				c.add(0, Item{Label: st.ExplicitID().Text, Kind: ValueItem, Detail: "step of " + s.Name})
			}
			return true
		})
	}
}

// decls are the declarations of a file.
func (s *Snapshot) decls(path string) []syntax.Decl {
	for _, f := range s.Result().Files {
		if f.Source.Path == path {
			return f.Decls
		}
	}
	return nil
}

// hoverPhrase says what a word of a line of a test can belong to.
func (s *Snapshot) hoverPhrase(path string, p Place, word string) *Hover {
	if !isWord(word) {
		return nil
	}
	kind := ""
	for _, d := range s.decls(path) {
		test, ok := d.(*syntax.TestDecl)
		if !ok || test.Body == nil {
			continue
		}
		for _, line := range test.Body.Steps {
			for i, t := range line.Terms {
				if line.Word(i) == word && t.Span().Start() == p.Start {
					kind = line.Kind.Text
				}
			}
		}
	}
	var forms []string
	for _, form := range check.Phrases[kind] {
		if slices.Contains(strings.Fields(form), word) {
			forms = append(forms, kind+" "+form)
		}
	}
	if kind != "" && len(forms) == 0 && trailing[word] != "" {
		forms = append(forms, kind+" ... "+trailing[word])
	}
	if len(forms) == 0 {
		return nil
	}
	return &Hover{p, "```\n" + strings.Join(forms, "\n") + "\n```"}
}
