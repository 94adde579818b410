package diag

import (
	"encoding/json"
	"fmt"
	"strings"
)

// GitHub returns the annotations of a workflow run, one line each. Columns are
// left out of what spans several lines: GitHub takes them for one line only.
func GitHub(ds []Diagnostic) string {
	var b strings.Builder
	for _, d := range ds {
		kind := map[Severity]string{Error: "error", Warning: "warning", Info: "notice"}[d.Severity]
		b.WriteString("::" + kind + " ")
		if d.Primary.Known() {
			from, to := d.Primary.From(), d.Primary.To()
			fmt.Fprintf(&b, "file=%s,line=%d,", githubProperty.Replace(d.Primary.Path()), from.Line)
			if from.Line == to.Line {
				fmt.Fprintf(&b, "col=%d,", from.Column)
			}
			fmt.Fprintf(&b, "endLine=%d,", to.Line)
			if from.Line == to.Line {
				fmt.Fprintf(&b, "endColumn=%d,", to.Column)
			}
		}
		fmt.Fprintf(&b, "title=%s::%s\n", githubProperty.Replace(string(d.Code)), githubData.Replace(d.summary()))
	}
	return b.String()
}

var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// summary is the message and, on a line of its own, the way out.
func (d Diagnostic) summary() string {
	if d.Help == "" {
		return d.Message
	}
	return d.Message + "\n" + d.Help
}

type gitlabIssue struct {
	Description string `json:"description"`
	CheckName   string `json:"check_name"`
	Fingerprint string `json:"fingerprint"`
	Severity    string `json:"severity"`
	Location    struct {
		Path  string `json:"path"`
		Lines struct {
			Begin int `json:"begin"`
			End   int `json:"end"`
		} `json:"lines"`
	} `json:"location"`
}

// GitLab returns a code quality report: a JSON array with a line ending.
func GitLab(ds []Diagnostic) []byte {
	out := make([]gitlabIssue, len(ds))
	prints := fingerprints(ds)
	for i, d := range ds {
		out[i].Description = d.summary()
		out[i].CheckName = string(d.Code)
		out[i].Fingerprint = prints[i]
		out[i].Severity = map[Severity]string{Error: "major", Warning: "minor", Info: "info"}[d.Severity]
		out[i].Location.Path = d.Primary.Path()
		out[i].Location.Lines.Begin = max(1, d.Primary.From().Line)
		out[i].Location.Lines.End = max(1, d.Primary.To().Line)
	}
	return encode(out)
}

// encode writes a value that cannot fail to encode.
func encode(v any) []byte {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic("diag: strings and numbers cannot fail to encode: " + err.Error())
	}
	return append(text, '\n')
}
