package syntax_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/syntax/syntaxtest"
)

// sideBySide runs each number in a goroutine of its own.
func sideBySide(n int, do func(int)) {
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { do(i) })
	}
	group.Wait()
}

// TestTreesRememberWhatIsUnchanged edits a text again and again: what comes of the
// declarations that were kept and those parsed again, side by side, is what comes of
// the whole text.
func TestTreesRememberWhatIsUnchanged(t *testing.T) {
	const rounds = 100
	random := rand.New(rand.NewPCG(1, 2))
	trees := &syntax.Trees{Each: sideBySide}
	good := program(t) + syntaxtest.Generate(150)
	text := good
	for round := range rounds {
		tree, problems := trees.Parse("orders.cob", text)
		want, wanted := syntax.Parse(source.New("orders.cob", text))
		if got, want := diag.OneLines(problems), diag.OneLines(wanted); got != want {
			t.Fatalf("round %d: told\n%s\ninstead of\n%s", round, got, want)
		}
		if got, want := nodesOf(tree), nodesOf(want); got != want {
			t.Fatalf("round %d:\n%s\ninstead of\n%s", round, got, want)
		}
		switch random.IntN(4) {
		case 0:
			text = good
		case 1: // a line more moves all that follows
			at := strings.LastIndexByte(text[:random.IntN(len(text))], '\n') + 1
			text = text[:at] + "\n" + text[at:]
		default:
			syntaxtest.Mutants(text, random.IntN, 1, func(_, mutant string) { text = mutant })
		}
	}
}

func TestTreesKeepTheNodesOfAnUnchangedDeclaration(t *testing.T) {
	trees := &syntax.Trees{}
	const process = "process P() -> int {\n  return 1\n}\n"
	before, _ := trees.Parse("a.cob", "package a\n"+process+process)
	first, second, head := before.Decls[1], before.Decls[2], before.Decls[2].(*syntax.ProcessDecl).Name
	after, _ := trees.Parse("a.cob", "package a\n\nlabel x\n"+process+strings.Replace(process, "1", "one", 1))
	if after.Decls[2] != second && after.Decls[2] != first {
		t.Error("the unchanged process was parsed again")
	}
	if got := after.Decls[2].Span().From().Line; got != 4 {
		t.Errorf("its place is line %d", got)
	}
	// The head of the other is what it was, so places in it are still right.
	if got := head.At.String(); got != "a.cob:7:9-7:10" && got != "a.cob:4:9-4:10" || head.At.Text() != "P" {
		t.Errorf("the head of the changed process is at %s %q", got, head.At.Text())
	}
}

// nodesOf shows all nodes with their places and names.
func nodesOf(f *syntax.File) string {
	var b strings.Builder
	syntax.Inspect(f, func(n syntax.Node) bool {
		fmt.Fprintf(&b, "%T %s\n", n, n.Span())
		if d, ok := n.(syntax.Decl); ok {
			fmt.Fprintf(&b, "%s %+v\n", d.DeclName().At, *d.Head())
		}
		return true
	})
	return b.String()
}
