package compiler_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax/syntaxtest"
	"github.com/cob-lang/cob/spec/golden"
)

// front is a package that reaches shop by an import, and people both by an import and
// through shop.
const front = `package front

import "../shop"
import "../people" as folk
import "std/retry"

type Visit { at: folk.Since, orders: [shop.Order] }
type Small = int where value >= 0 && value <= 9

/// Welcomes one after the other.
process Reception(visits: [Visit], most: Small) -> int raises folk.Unknown {
  failover: retry.patient
  let seen = 0
  for visit in visits {
    for order in visit.orders {
      let person = call shop.Welcome(order)
      if person.status == folk.Status.active { seen = seen + 1 }
    }
  }
  send folk.quiet({ seen: seen })
  return min(seen, most)
}

route moving {
  from folk.moved as m
  filter m.to != "here"
  start Quiet(m.id)
}

process Quiet(id: string) { wait 1m }

test "nobody comes" {
  when Reception([], 3)
  then returns 0
  then never ran person
  then never undone shop.Welcome.p
}

test "quiet" {
  when Quiet("a")
  when advance 1s
  then waits at wait
}

test "somebody looks" {
  when shop.Welcome({ by: { id: "p-1", name: "Ada", since: 2026-01-01T00:00:00Z, status: folk.Status.active } })
  then task shop.Welcome.look is open
}
`

// program is the texts of a program of three packages, by file.
func program() map[string]string {
	at := strings.Index(people, "\nprocess Greet")
	return map[string]string{
		"work/people/people.cob": people[:at+1], "work/people/flows.cob": "package people\n" + people[at:],
		"work/shop/shop.cob": shop, "work/front/front.cob": front,
	}
}

// TestEditsAnywhereInAProgram edits all packages of a program at random: inside of
// lines, lines, names, types, imports, whole files; and looks at it from each of
// its packages. What the workspace says is each time what a cold compile of the same files says.
func TestEditsAnywhereInAProgram(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { editProgram(t, seed, 60) })
	}
}

func editProgram(t *testing.T, seed uint64, rounds int) {
	w := &wild{random: rand.New(rand.NewPCG(seed, 1)), good: program()}
	w.texts = maps.Clone(w.good)
	disk := fstest.MapFS{}
	work, err := compiler.NewWorkspace(disk, compiler.Options{Dir: "work/front", Each: sideBySide})
	if err != nil {
		t.Fatal(err)
	}
	var story []string
	for round := range rounds {
		before := maps.Clone(w.texts)
		story = append(story, w.edit())
		clear(disk)
		for name, text := range w.texts {
			disk[name] = &fstest.MapFile{Data: []byte(text)}
		}
		for _, name := range slices.Sorted(maps.Keys(w.good)) {
			if before[name] != w.texts[name] || round == 0 {
				work.Reread(name)
			}
		}
		dir := []string{"work/front", "work/front", "work/shop", "work/people"}[w.random.IntN(4)]
		o := compiler.Options{Dir: dir}
		work.Turn(dir, "")
		cold, failed := compiler.Compile(disk, o)
		warm, failing := work.Check()
		if (failed == nil) != (failing == nil) {
			t.Fatalf("round %d: cold the error is %v, else %v", round, failed, failing)
		}
		if failed != nil {
			continue
		}
		told := map[string][]diag.Diagnostic{"checked": warm.Diagnostics}
		if w.random.IntN(2) == 0 {
			again, err := work.Compile()
			if err != nil {
				t.Fatal(err)
			}
			told["compiled"] = again.Diagnostics
			if !slices.Equal(again.Encoded, cold.Encoded) {
				t.Fatalf("round %d, %s: another plan than cold\n%s\nis\n%s", round, strings.Join(story, "; "), again.Encoded, cold.Encoded)
			}
		}
		for how, ds := range told {
			if a, b := diag.Terminal(ds, diag.Screen{}), diag.Terminal(cold.Diagnostics, diag.Screen{}); a != b {
				t.Fatalf("round %d, %s of %s: %s\n%s", round, how, dir, strings.Join(story[max(0, round-5):], "; "), golden.Diff(b, a))
			}
		}
	}
}

// wild edits texts at random, and from time to time takes everything back.
type wild struct {
	random      *rand.Rand
	texts, good map[string]string
}

func (w *wild) edit() string {
	names := slices.Sorted(maps.Keys(w.good))
	name := names[w.random.IntN(len(names))]
	text, there := w.texts[name]
	switch n := w.random.IntN(16); {
	case n == 0 && there && name != "work/front/front.cob":
		delete(w.texts, name)
		return "without " + name
	case n == 1:
		maps.Copy(w.texts, w.good)
		return "all restored"
	case n < 6 || !there:
		w.texts[name] = w.good[name]
		return name + " restored"
	case n < 9:
		return name + ": " + w.word(name, text)
	case n < 12:
		return name + ": " + w.line(name, text)
	case n == 12:
		other := names[w.random.IntN(len(names))]
		w.texts[name], w.texts[other] = w.texts[other], text
		if w.texts[name] == "" {
			delete(w.texts, name)
		}
		return name + " and " + other + " change places"
	}
	what := ""
	syntaxtest.Mutants(text, w.random.IntN, 1, func(done, mutant string) { what, w.texts[name] = done, mutant })
	return name + ": " + what
}

// words are names and types that may stand for each other.
var words = []string{"string", "int", "Person", "Since", "Status", "active", "gone", "people", "folk", "shop", "find", "Unknown", "Never", "Moved", "Greet",
	"Order", "Welcome", "personal", "health", "europe", "paris", "boston", "quick", "clerk", "moved", "lost", "Small", "value", "id", "name", "_Row",
	"package", "process", "type", "test", "import", "../people", "../shop", "../front", "std/retry", "1h", "true", "seen", "order"}

// word puts one word in the place of another one.
func (w *wild) word(name, text string) string {
	old, now := words[w.random.IntN(len(words))], words[w.random.IntN(len(words))]
	if n := strings.Count(text, old); n > 0 {
		at := -1
		for range 1 + w.random.IntN(n) {
			at += 1 + strings.Index(text[at+1:], old)
		}
		w.texts[name] = text[:at] + now + text[at+len(old):]
	}
	return now + " for " + old
}

// line doubles, drops, moves or comments a line.
func (w *wild) line(name, text string) string {
	lines := strings.SplitAfter(text, "\n")
	i, k := w.random.IntN(len(lines)), w.random.IntN(len(lines))
	was := strings.TrimSpace(lines[i])
	switch w.random.IntN(5) {
	case 0:
		lines = slices.Insert(slices.Clone(lines), k, lines[i])
	case 1:
		lines = slices.Delete(slices.Clone(lines), i, i+1)
	case 2:
		lines[i], lines[k] = lines[k], lines[i]
	case 3:
		lines[i] = "\n" + lines[i]
	default:
		lines[i] = "// " + lines[i]
	}
	w.texts[name] = strings.Join(lines, "")
	return fmt.Sprintf("line %d (%s)", i, was)
}

// What two packages of one name declare with different labels is told once and
// compiled to the end.
func TestTwoPackagesOfOneName(t *testing.T) {
	texts := program()
	texts["work/shop/shop.cob"] = "package people\n\ntype Person { name: string }\ntype Other { of: Person }\n"
	disk := fstest.MapFS{}
	for name, text := range texts {
		disk[name] = &fstest.MapFile{Data: []byte(text)}
	}
	r, err := compiler.Compile(disk, compiler.Options{Dir: "work/front"})
	if err != nil || !strings.Contains(diag.OneLines(r.Diagnostics), "two packages of this program are named people") {
		t.Errorf("%v: told is\n%s", err, diag.OneLines(r.Diagnostics))
	}
}
