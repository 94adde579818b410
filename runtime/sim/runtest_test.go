package sim_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/sim"
	"github.com/cob-lang/cob/spec/golden"
)

// tested compiles a package.
func tested(t *testing.T, files map[string]string) (*compiler.Result, *engine.Program) {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	r, err := compiler.Compile(fsys, compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Failed() {
		t.Fatal(diag.OneLines(r.Diagnostics))
	}
	program, err := engine.Link(r.Plan, r.Digest)
	if err != nil {
		t.Fatal(err)
	}
	return r, program
}

// results are what all tests of a package showed, in words.
func results(r *compiler.Result, program *engine.Program) string {
	var b strings.Builder
	for _, one := range r.Suite.Tests {
		got := sim.RunTest(program, one)
		if got.Passed() {
			fmt.Fprintf(&b, "ok    %s\n", one.Name)
			continue
		}
		fmt.Fprintf(&b, "FAIL  %s\n", one.Name)
		for _, f := range got.Failures {
			fmt.Fprintf(&b, "      %s: wanted: %s\n        got: %s\n", f.At, f.Wanted, f.Got)
		}
		for _, line := range got.Trace {
			fmt.Fprintf(&b, "        %s\n", line)
		}
	}
	return b.String()
}

// TestPhrases runs what a test can say: of every phrase one that holds, and one
// that fails for its own reason.
func TestPhrases(t *testing.T) {
	shop, err := os.ReadFile("testdata/shop.cob")
	if err != nil {
		t.Fatal(err)
	}
	golden.Run(t, "testdata/tests", func(t *testing.T, a golden.Archive) []golden.File {
		files := map[string]string{"shop.cob": string(shop)}
		for _, f := range a.With(".cob") {
			files[f.Name] = f.Text
		}
		r, program := tested(t, files)
		return []golden.File{{Name: "want", Text: results(r, program)}}
	})
}

// TestCrashesChangeNothing crashes every test of the archives around every commit.
func TestCrashesChangeNothing(t *testing.T) {
	shop, err := os.ReadFile("testdata/shop.cob")
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob("testdata/tests/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no archives", err)
	}
	runs := 0
	for _, path := range paths {
		files := map[string]string{"shop.cob": string(shop)}
		for _, f := range golden.Read(t, path).With(".cob") {
			files[f.Name] = f.Text
		}
		r, program := tested(t, files)
		for _, one := range r.Suite.Tests {
			plain := sim.RunTest(program, one)
			runs += 2 * min(plain.Commits, 30)
			for _, f := range sim.ExploreTest(program, one, 2*min(plain.Commits, 30)).Failures[len(plain.Failures):] {
				t.Errorf("%s: %s: wanted %s, got %s", path, one.Name, f.Wanted, f.Got)
			}
		}
	}
	if runs < 500 {
		t.Errorf("only %d crashes", runs)
	}
}

// TestACrashThatForgetsIsFound holds that a crash which loses something does not
// pass for one that changes nothing.
func TestACrashThatForgetsIsFound(t *testing.T) {
	r, program := tested(t, map[string]string{"a.cob": `package p

process Wait() -> int {
  wait 1d
  return 1
}

test "waits" {
  when Wait()
  then returns 1
}
`})
	plain := sim.RunTest(program, r.Suite.Tests[0])
	if !plain.Passed() || plain.Commits < 3 {
		t.Fatalf("%+v", plain)
	}
	for commit := 1; commit <= plain.Commits; commit++ {
		kept := sim.RunTestCrashing(program, r.Suite.Tests[0], sim.Crash{Commit: commit})
		if !kept.Passed() {
			t.Errorf("a crash behind commit %d is not survived: %+v", commit, kept.Failures)
		}
		lost := sim.RunTestCrashing(program, r.Suite.Tests[0], sim.Crash{Commit: commit, Plant: sim.ForgetfulDisk})
		if lost.Passed() {
			t.Errorf("nobody noticed that commit %d was lost", commit)
		}
	}
}
