package main

import (
	"os"
	"path/filepath"
	"testing"

	rules "github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/lang/diag"
)

// TestFixCleansTheBadExamples applies all fixes to the bad example of every page.
// Where a diagnostic of the page's code has a fix, none of that code is left.
func TestFixCleansTheBadExamples(t *testing.T) {
	pages, err := rules.Pages()
	if err != nil {
		t.Fatal(err)
	}
	mendable := 0
	for _, p := range pages {
		if len(p.Bad) == 0 {
			continue // too large for a page, or no text at all
		}
		dir := t.TempDir()
		for name, text := range p.Bad {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		before, err := compile(dir)
		if err != nil {
			t.Fatal(err)
		}
		if !fixable(before.Diagnostics, p.Code) {
			continue
		}
		mendable++
		m, err := mend(dir, true)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range m.left {
			if d.Code == p.Code {
				t.Errorf("%s: left after all fixes: %s", p.Code, diag.OneLine(d))
			}
		}
	}
	if mendable < 8 {
		t.Errorf("only %d pages show something that can be mended", mendable)
	}
}

func fixable(ds []diag.Diagnostic, code diag.Code) bool {
	for _, d := range ds {
		if d.Code == code && len(d.Fixes) > 0 {
			return true
		}
	}
	return false
}
