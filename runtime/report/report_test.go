package report_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/report"
)

var steps = []*plan.Step{
	{ID: "charge", Kind: plan.Call, At: "p.cob:3:3", Call: &plan.CallStep{Endpoint: "p.pay", Operation: "charge"}},
	{ID: "if", Kind: plan.If, At: "p.cob:4:3"},
	{ID: "select", Kind: plan.Select, At: "p.cob:5:3"},
}

func step(i uint32) *plan.Step {
	if int(i) < len(steps) {
		return steps[i]
	}
	return nil
}

var orders = &plan.Plan{
	Endpoints: []plan.Endpoint{{Name: "p.pay", Bindings: []plan.Binding{{Cloud: "paris", CostPerCall: "0.02 EUR"}, {Cloud: "rome", CostPerCall: "0.03 USD"}, {Cloud: "oslo"}}}},
	Processes: []plan.Process{{Name: "p.P", SLA: "p.gold"}},
	SLAs:      []plan.SLA{{Name: "p.gold", Completion: plan.Quantile{Ratio: "0.99", WithinNs: 60e9}}},
}

// told is the document of an instance that charged in three clouds and then waited.
func told(at record.Instant, include ...string) *report.Document {
	var p report.Path
	of := func(uint32) *plan.Step { return steps[0] }
	for _, e := range []record.Event{
		record.StepEntered{At: 1e9, Activation: 1, Step: 0},
		record.AttemptStarted{At: 1e9, Activation: 1, Attempt: 1, Cloud: "rome"},
		record.AttemptStarted{At: 2e9, Activation: 1, Attempt: 2, Cloud: "oslo"},
		record.AttemptStarted{At: 3e9, Activation: 1, Attempt: 3, Cloud: "paris"},
		record.AttemptStarted{At: 3e9, Activation: 1, Attempt: 4, Cloud: "paris"},
		record.StepLeft{At: 4e9, Activation: 1, Cloud: "paris"},
		record.StepEntered{At: 4e9, Activation: 2, Step: 1},
		record.StepEntered{At: 4e9, Activation: 3, Step: 2},
		record.EventTaken{At: 5e9, Activation: 3},
		record.StepLeft{At: 9e9, Activation: 3}, // the block of the arm is over
		record.StepEntered{At: 9e9, Activation: 4, Step: 2},
	} {
		p.Note(e, of, step)
	}
	text := types.Of(types.String)
	return report.Make(orders, types.NewUniverse(nil), &report.Subject{
		Report: "done", Process: "p.P", Instance: "i", Key: "k", Digest: "d", Started: 1e9, At: at, Path: &p, Include: include,
		Vars: []report.Var{
			{Name: "b", Type: text, Value: `(<\>`}, {Name: "a", Type: text, Value: "secret", Labels: []string{"health", "personal"}},
			{Name: "none", Type: text}, {Name: "milestone m", Type: types.Of(types.Bool), Value: true},
		},
	}, step)
}

func TestDocument(t *testing.T) {
	want := `{"report":"done","title":"done","process":"p.P","instance":"i","key":"k","plan":"d","started":"1970-01-01T00:00:01Z","at":"1970-01-01T00:01:01Z",` +
		`"data":{"a":"(health, personal)","b":"(<\\>"},` +
		`"path":[{"step":"charge","kind":"call","source":"p.cob:3:3","begun":"1970-01-01T00:00:01Z","ended":"1970-01-01T00:00:04Z","cloud":"paris","attempts":4},` +
		`{"step":"select","kind":"select","source":"p.cob:5:3","begun":"1970-01-01T00:00:04Z","ended":"1970-01-01T00:00:05Z","how":"event"},` +
		`{"step":"select","kind":"select","source":"p.cob:5:3","begun":"1970-01-01T00:00:09Z"}],` +
		`"clouds":[{"endpoint":"p.pay","cloud":"rome","attempts":1,"done":0},{"endpoint":"p.pay","cloud":"oslo","attempts":1,"done":0},{"endpoint":"p.pay","cloud":"paris","attempts":2,"done":1}],` +
		`"cost":["0.03 USD","0.04 EUR"],"sla":{"name":"p.gold","took":"1m","ratio":"0.99","within":"1m","met":true}}`
	d := told(61e9)
	if got := d.JSON(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	read, err := report.Parse(want)
	if err != nil || read.JSON() != want || read.HTML() != d.HTML() || !bytes.Equal(read.PDF(), d.PDF()) {
		t.Errorf("what was written is read as another one: %v", err)
	}
	if late := told(61e9 + 1); *late.SLA.Met {
		t.Error("a nanosecond more is within the minute")
	}
	for _, part := range report.Parts {
		got := told(61e9, part).JSON()
		for _, other := range report.Parts {
			if strings.Contains(got, `"`+other+`":`) != (part == other) {
				t.Errorf("with %s alone: %s", part, got)
			}
		}
	}
}

func TestHTMLHoldsNoMarkup(t *testing.T) {
	page := told(61e9).HTML()
	for _, want := range []string{"<h1>done</h1>", `<td>b</td><td>&#34;(&lt;\\&gt;&#34;</td>`, "took 3s, 4 attempts", "not done", "0.03 USD, 0.04 EUR"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s:\n%s", want, page)
		}
	}
}

// TestPDF checks that every object stands where the table says, and that pages end at
// their limit.
func TestPDF(t *testing.T) {
	d := told(61e9)
	for i := range report.MaxPages * 100 {
		d.Path = append(d.Path, report.Entry{Step: fmt.Sprintf("%s (%d) \\ é €", strings.Repeat("long ", 30), i), Begun: time.Unix(0, 0)})
	}
	for _, pdf := range [][]byte{told(61e9).PDF(), d.PDF()} {
		start, err := strconv.Atoi(string(regexp.MustCompile(`startxref\n(\d+)\n`).FindSubmatch(pdf)[1]))
		if err != nil || !bytes.HasPrefix(pdf[start:], []byte("xref\n")) {
			t.Fatalf("the table is not at %d", start)
		}
		for i, m := range regexp.MustCompile(`(\d{10}) 00000 n `).FindAllSubmatch(pdf[start:], -1) {
			at, _ := strconv.Atoi(string(m[1]))
			if !bytes.HasPrefix(pdf[at:], fmt.Appendf(nil, "%d 0 obj\n", i+1)) {
				t.Fatalf("object %d is not at %d", i+1, at)
			}
		}
		for _, m := range regexp.MustCompile(`(?s)<< /Length (\d+) >>\nstream\n(.*?)\nendstream`).FindAllSubmatch(pdf, -1) {
			if n, _ := strconv.Atoi(string(m[1])); n != len(m[2]) {
				t.Fatalf("a text of %d bytes is told to have %d", len(m[2]), n)
			}
		}
	}
	pdf := d.PDF()
	if n := bytes.Count(pdf, []byte("/Type /Page ")); n != report.MaxPages {
		t.Errorf("%d pages", n)
	}
	if !bytes.Contains(pdf, []byte("more lines are left out")) || !bytes.Contains(pdf, []byte(`\(0\) \\ `+"\xe9 ?")) {
		t.Error("what is left out is not told, or letters are not written as the font has them")
	}
	if one := told(61e9).PDF(); bytes.Count(one, []byte("/Type /Page ")) != 1 || bytes.Contains(one, []byte("left out")) {
		t.Error("a short one has one page")
	}
}
