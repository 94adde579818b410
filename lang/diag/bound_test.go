package diag_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
)

// allocated is how many bytes a function asks for.
func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// wrong is a diagnostic about the only X of a text, with a second place and a fix.
func wrong(text string) diag.Diagnostic {
	f := source.New("a.cob", text)
	at := strings.Index(text, "X")
	return diag.Errorf("COB2001", f.Span(at, at+1), "no name X").WithLabel("here").
		WithNote(f.Span(at-3, at-2), "and there").WithFix(f.Span(at, at+1), "Y")
}

// A line as long as a file costs no more than one that is a little longer than the
// screen, and looks like it, whatever characters it is made of.
func TestALineAsLongAsAFile(t *testing.T) {
	for name, unit := range map[string]string{"letters": "a", "wide": "日", "marks that combine": "à́̂", "no text": "\xff", "blanks": " "} {
		around := func(bytes int) string {
			n := bytes / len(unit)
			return strings.Repeat(unit, n) + " b X c " + strings.Repeat(unit, n)
		}
		short, long := wrong(around(100_000)), wrong(around(16_000_000))
		var a, b string
		a = diag.Terminal([]diag.Diagnostic{short}, diag.Screen{Columns: 100})
		if n := allocated(func() { b = diag.Terminal([]diag.Diagnostic{long}, diag.Screen{Columns: 100}) }); n > 2_000_000 {
			t.Errorf("%s: rendering one place asked for %d bytes", name, n)
		}
		_, a, _ = strings.Cut(a, "|\n")
		_, b, _ = strings.Cut(b, "|\n")
		if a != b || !strings.Contains(b, "-  ^ here") || len(b) > 20_000 {
			t.Errorf("%s: the long line looks like\n%.2000s\nthe shorter one like\n%.2000s", name, b, a)
		}
	}
}

// What a fix removes and the names in a message may be as long as a file, too.
func TestAFixAndAMessageAreCut(t *testing.T) {
	f := source.New("a.cob", strings.Repeat("a\n", 100_000))
	d := diag.Errorf("COB2001", f.Span(0, 1), "no name %s", strings.Repeat("x", 1_000_000)).WithFix(f.Span(0, 200_000), "")
	for i := range 500 {
		d = d.WithNote(f.Span(i*2, i*2+1), "place %d", i)
	}
	got := diag.Terminal([]diag.Diagnostic{d}, diag.Screen{})
	if len(got) > 20_000 || !strings.Contains(got, "lines left out: 99970") || !strings.Contains(got, "places left out: 480") || !strings.Contains(got, "xxx…") {
		t.Errorf("%d bytes: %.3000s", len(got), got)
	}
}

// many gives that many warnings, the last tenth of them errors.
func many(n int) (ds []diag.Diagnostic) {
	f := source.New("a.cob", strings.Repeat("x\n", n))
	for i := range n {
		d := diag.Warningf("COB6001", f.Span(2*i, 2*i+1), "number %d", i)
		if i >= n-n/10 {
			d.Severity = diag.Error
		}
		ds = append(ds, d)
	}
	return ds
}

// A person is shown so many and told of the rest; scripts get all.
func TestSoManyAreShown(t *testing.T) {
	for _, n := range []int{diag.MaxShown, diag.MaxShown + 1, 20 * diag.MaxShown} {
		ds := many(n)
		rest := ""
		if n > diag.MaxShown {
			rest = fmt.Sprintf("and %d more, %d of them errors", n-diag.MaxShown, max(0, n/10-diag.MaxShown))
		}
		for name, text := range map[string]string{
			"text":   diag.Terminal(ds, diag.Screen{}),
			"github": diag.GitHub(ds),
			"junit":  string(diag.JUnit(ds, nil)),
		} {
			head := map[string]string{"text": " --> ", "github": "title=COB", "junit": " --&gt; "}[name]
			if got := strings.Count(text, head); got != diag.MaxShown {
				t.Errorf("%s shows %d of %d", name, got, n)
			}
			if !strings.Contains(text, rest) || rest == "" && strings.Contains(text, " more, ") {
				t.Errorf("%s of %d ends in %q, want %q", name, n, text[len(text)-200:], rest)
			}
			if n/10 <= diag.MaxShown && !strings.Contains(text, fmt.Sprintf("number %d", n-1)) {
				t.Errorf("%s leaves out an error while it shows warnings", name)
			}
		}
		for name, write := range map[string]func(io.Writer) error{
			"json":   func(w io.Writer) error { return diag.JSON(w, ds) },
			"line":   func(w io.Writer) error { return diag.WriteLines(w, ds) },
			"gitlab": func(w io.Writer) error { return diag.GitLab(w, ds) },
			"sarif":  func(w io.Writer) error { return diag.SARIF(w, ds, nil, "") },
		} {
			if got := strings.Count(written(t, write), "number "); got != n {
				t.Errorf("%s gives %d of %d", name, got, n)
			}
		}
	}
}

// counter takes a text in and remembers only the largest piece.
type counter struct{ largest int }

func (c *counter) Write(p []byte) (int, error) {
	c.largest = max(c.largest, len(p))
	return len(p), nil
}

// The report of many is written piece by piece.
func TestReportsAreStreamed(t *testing.T) {
	ds := many(20_000)
	for name, write := range map[string]func(io.Writer) error{
		"json":   func(w io.Writer) error { return diag.JSON(w, ds) },
		"line":   func(w io.Writer) error { return diag.WriteLines(w, ds) },
		"gitlab": func(w io.Writer) error { return diag.GitLab(w, ds) },
		"sarif":  func(w io.Writer) error { return diag.SARIF(w, ds, nil, "") },
	} {
		var c counter
		if err := write(&c); err != nil || c.largest > 8192 {
			t.Errorf("%s: %v, %d bytes at once", name, err, c.largest)
		}
	}
}
