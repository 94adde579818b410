// Command parsers measures how fast COB's parser, front end and formatter are,
// beside those of HCL, CUE and Go, on texts that say about the same in as many
// lines. Every contender has its turn in every round, on one core; what is counted is
// the processor's time, collecting garbage included, so that other load on the
// machine matters little. It prints thousands of lines and megabytes per second:
// the median of the rounds and the best.
package main

import (
	"flag"
	"fmt"
	"go/ast"
	goformat "go/format"
	goparser "go/parser"
	"go/token"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing/fstest"
	"time"

	cueformat "cuelang.org/go/cue/format"
	cueparser "cuelang.org/go/cue/parser"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/format"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/syntax/syntaxtest"
)

type contender struct {
	what string
	text string
	run  func(text string) error
	took []time.Duration // of each round, for one run
}

func main() {
	rounds := flag.Int("rounds", 9, "how many rounds")
	lines := flag.Int("lines", 10_000, "of each text")
	flag.Parse()
	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(400)
	all := contenders(*lines)
	for range *rounds {
		for i := range all {
			if err := all[i].round(); err != nil {
				fmt.Fprintf(os.Stderr, "%s: %v\n", all[i].what, err)
				os.Exit(1)
			}
		}
	}
	fmt.Println("| | bytes a line | klines/s, median | best | MB/s, median |")
	fmt.Println("|---|---|---|---|---|")
	for _, c := range all {
		slices.Sort(c.took)
		n, size := float64(strings.Count(c.text, "\n")), float64(len(c.text))
		median, best := c.took[len(c.took)/2].Seconds(), c.took[0].Seconds()
		fmt.Printf("| %s | %.0f | %.0f | %.0f | %.1f |\n", c.what, size/n, n/median/1e3, n/best/1e3, size/median/1e6)
	}
}

// perRound is how often each contender reads its text in a round.
const perRound = 5

func (c *contender) round() error {
	runtime.GC()
	start := busy()
	for range perRound {
		if err := c.run(c.text); err != nil {
			return err
		}
	}
	c.took = append(c.took, (busy()-start)/perRound)
	return nil
}

// busy is how long the processor has worked for this process.
func busy() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func contenders(lines int) []contender {
	cob := syntaxtest.Generate(lines)
	hclText, cueText, goText := repeat(hclPart, "", lines), repeat(cuePart, "package generated\n", lines), repeat(goPart, goHead, lines)
	return []contender{
		{what: "COB, parse", text: cob, run: func(text string) error {
			_, problems := syntax.Parse(source.New("a.cob", text))
			return none(len(problems))
		}},
		{what: "HCL, parse", text: hclText, run: func(text string) error {
			_, problems := hclsyntax.ParseConfig([]byte(text), "a.hcl", hcl.InitialPos)
			if problems.HasErrors() {
				return problems
			}
			return nil
		}},
		{what: "CUE, parse", text: cueText, run: func(text string) error {
			_, err := cueparser.ParseFile("a.cue", text, cueparser.ParseComments)
			return err
		}},
		{what: "Go, parse", text: goText, run: func(text string) error {
			var f *ast.File
			f, err := goparser.ParseFile(token.NewFileSet(), "a.go", text, goparser.ParseComments)
			runtime.KeepAlive(f)
			return err
		}},
		{what: "COB, parse and check", text: cob, run: func(text string) error {
			w, err := compiler.NewWorkspace(fstest.MapFS{"a.cob": {Data: []byte(text)}}, compiler.Options{})
			if err != nil {
				return err
			}
			c, err := w.Check()
			if err != nil {
				return err
			}
			if c.Failed() {
				return none(len(c.Diagnostics))
			}
			return nil
		}},
		{what: "COB, format", text: cob, run: func(text string) error { return none(same(format.Source(text))) }},
		{what: "HCL, format", text: hclText, run: func(text string) error { return none(same(string(hclwrite.Format([]byte(text))))) }},
		{what: "CUE, format", text: cueText, run: func(text string) error {
			_, err := cueformat.Source([]byte(text))
			return err
		}},
		{what: "Go, format", text: goText, run: func(text string) error {
			_, err := goformat.Source([]byte(text))
			return err
		}},
	}
}

// same is 0 for a formatted text that is there.
func same(text string) int {
	if text == "" {
		return 1
	}
	return 0
}

func none(problems int) error {
	if problems > 0 {
		return fmt.Errorf("%d mistakes in the text that was to be measured", problems)
	}
	return nil
}

// repeat makes a text of at least that many lines; # is a number.
func repeat(part, head string, lines int) string {
	var b strings.Builder
	b.WriteString(head)
	for i := 0; i*strings.Count(part, "\n") < lines; i++ {
		b.WriteString(strings.ReplaceAll(part, "#", fmt.Sprint(i)))
	}
	return b.String()
}
