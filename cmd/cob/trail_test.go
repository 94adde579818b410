package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/node"
)

// A trail that cannot be written says so before anything more is done, and what it
// owes comes first.
func TestATrailOwesWhatItCouldNotWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	trail, err := openTrail(path)
	if err != nil {
		t.Fatal(err)
	}
	good := trail.file
	trail.Keep(admin.Deed{Person: "ada"})
	if trail.file, err = os.Open(path); err != nil { // which takes nothing
		t.Fatal(err)
	}
	trail.Keep(admin.Deed{Person: "bob"})
	if err := trail.Ready(); err == nil {
		t.Error("it is ready and owes a deed")
	}
	if err := trail.file.Close(); err != nil {
		t.Fatal(err)
	}
	trail.file = good
	if err := trail.Ready(); err != nil {
		t.Error(err)
	}
	trail.Keep(admin.Deed{Person: "eve"})
	if err := trail.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var people []string
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		_, rest, _ := strings.Cut(line, `"person":"`)
		people = append(people, rest[:3])
	}
	if got := strings.Join(people, " "); got != "ada bob eve" {
		t.Errorf("it has %s", got)
	}
}

// TestATrailHasWhatTheNodeDecidedByItself, as a deed of nobody.
func TestATrailHasWhatTheNodeDecidedByItself(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	trail, err := openTrail(path)
	if err != nil {
		t.Fatal(err)
	}
	trail.Decided(node.Decision{What: "rolled back", Process: "v.P", Newer: "0123456789abcdef", Older: "fedcba9876543210", Found: "4 instances, 2 faulted"})
	if err := trail.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	want := `{"at":"0001-01-01T00:00:00Z","from":"this node","call":"rollout rolled back","path":"/v1/rollouts/v.P","reason":"0123456789ab for fedcba987654: 4 instances, 2 faulted","status":200}` + "\n"
	if err != nil || string(text) != want {
		t.Errorf("it has %s %v, want %s", text, err, want)
	}
}

func TestAnAddedLineStandsAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens")
	for _, before := range []string{"", "# people", "# people\n"} {
		if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
		line := "ada sha256:" + strings.Repeat("0", 64) + " roles=viewer"
		if err := appendLine(path, line); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if want := strings.TrimPrefix(strings.TrimSuffix(before, "\n")+"\n"+line+"\n", "\n"); err != nil || string(text) != want {
			t.Errorf("%q becomes %q, %v", before, text, err)
		}
		if err := appendLine(path, line); err == nil {
			t.Error("the same token twice")
		}
	}
}
