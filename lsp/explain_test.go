package lsp_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A client that shows the page of a code itself is not sent it as a message, too; and
// one page is offered once, however many mistakes of a line have it.
func TestAPageIsShownOnce(t *testing.T) {
	const text = "package p\n\nprocess P() -> int {\n  return 1 + \"a\" + absent + missing\n}\n"
	for _, shows := range []bool{false, true} {
		dir := t.TempDir()
		write(t, dir, "a.cob", text)
		c := dial(t, dir)
		c.get("initialize", object{"rootUri": c.uri(""), "capabilities": object{}, "initializationOptions": object{"showsPages": shows}}, &object{})
		c.notify("initialized", object{})
		c.open("a.cob", text)
		var actions []object
		c.get("textDocument/codeAction", object{"textDocument": object{"uri": c.uri("a.cob")}, "context": object{"diagnostics": []object{}},
			"range": object{"start": object{"line": 0, "character": 0}, "end": object{"line": 5, "character": 0}}}, &actions)
		titles := map[string]int{}
		for _, a := range actions {
			if title := fmt.Sprint(a["title"]); strings.HasPrefix(title, "explain ") {
				titles[title]++
			}
		}
		if titles["explain COB2001"] != 1 {
			t.Errorf("offered are %v", titles)
		}
		var page string
		c.get("workspace/executeCommand", object{"command": "cob.explain", "arguments": []string{"COB2001"}}, &page)
		c.end()
		if !strings.HasPrefix(page, "# COB2001") {
			t.Errorf("the page is %q", page)
		}
		if told := slices.Contains(c.asked, "window/showMessage"); told == shows {
			t.Errorf("a client that shows pages %v is told in a message: %v", shows, told)
		}
	}
}
