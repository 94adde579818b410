package diag_test

import (
	"encoding/json"
	"io"
	"net/url"
	"testing"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
)

// TestSARIFHoldsTogether checks what readers rely on and a golden file does not
// show: indices that fit, references that are relative, and columns in UTF-16.
func TestSARIFHoldsTogether(t *testing.T) {
	f := source.New("a b/größe:1.cob", "// 👩 x\ny\n")
	g := source.New("/tmp/x.cob", "z")
	ds := []diag.Diagnostic{
		diag.Warningf("COB6001", f.Span(8, 9), "one").WithFix(g.Span(0, 1), ""),
		diag.Errorf("COB2001", f.Span(10, 10), "two").WithNote(g.Span(0, 1), "z"),
		diag.Errorf("COB2001", f.Span(10, 10), "two"),
		diag.Errorf("COB6001", source.Span{}, "nowhere"),
	}
	type region struct{ StartLine, StartColumn, EndLine, EndColumn int }
	type location struct {
		PhysicalLocation struct {
			ArtifactLocation struct{ URI string }
			Region           region
		}
	}
	var log struct {
		Runs []struct {
			Tool struct {
				Driver struct {
					Rules []struct {
						ID                   string
						DefaultConfiguration struct{ Level string }
					}
				}
			}
			Results []struct {
				RuleID, Level               string
				RuleIndex                   int
				Locations, RelatedLocations []location
				PartialFingerprints         map[string]string
			}
		}
	}
	if err := json.Unmarshal([]byte(written(t, func(w io.Writer) error { return diag.SARIF(w, ds, nil, "") })), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	prints := map[string]bool{}
	for _, r := range run.Results {
		if rule := run.Tool.Driver.Rules[r.RuleIndex]; rule.ID != r.RuleID {
			t.Errorf("%s has the index of %s", r.RuleID, rule.ID)
		}
		prints[r.PartialFingerprints["cob/v1"]] = true
	}
	if len(prints) != len(ds) {
		t.Errorf("%d fingerprints of %d results", len(prints), len(ds))
	}
	if level := run.Tool.Driver.Rules[1].DefaultConfiguration.Level; level != "error" {
		t.Errorf("COB6001 is once an error, and its level is %s", level)
	}
	first := run.Results[0].Locations[0].PhysicalLocation
	if want := (region{1, 7, 1, 8}); first.Region != want {
		t.Errorf("the x stands at %v, want %v", first.Region, want)
	}
	if u, err := url.Parse(first.ArtifactLocation.URI); err != nil || u.IsAbs() || u.Path != f.Path {
		t.Errorf("%s stands for %q (%v)", first.ArtifactLocation.URI, f.Path, err)
	}
	if got := run.Results[1].RelatedLocations[0].PhysicalLocation.ArtifactLocation.URI; got != "file:///tmp/x.cob" {
		t.Errorf("an absolute path is %s", got)
	}
	if len(run.Results[3].Locations) != 0 {
		t.Error("a diagnostic without a place has one")
	}
}
