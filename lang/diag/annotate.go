package diag

import (
	"fmt"
	"io"
	"strings"
)

// GitHub returns the annotations of a workflow run, one line each. Columns are
// left out of what spans several lines: GitHub takes them for one line only. Of
// more than MaxShown a last notice says how many were left out.
func GitHub(ds []Diagnostic) string {
	var b strings.Builder
	shown := Foremost(ds, MaxShown)
	for _, d := range shown {
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
	if rest := LeftOut(ds, shown); rest != "" {
		b.WriteString("::notice title=cob::" + githubData.Replace(rest) + "\n")
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

// GitLab writes a code quality report: a JSON array with a line ending.
func GitLab(w io.Writer, ds []Diagnostic) error {
	prints := fingerprints{}
	return list(w, "", ds, func(d Diagnostic) any {
		i := gitlabIssue{Description: d.summary(), CheckName: string(d.Code), Fingerprint: prints.of(d),
			Severity: map[Severity]string{Error: "major", Warning: "minor", Info: "info"}[d.Severity]}
		i.Location.Path = d.Primary.Path()
		i.Location.Lines.Begin = max(1, d.Primary.From().Line)
		i.Location.Lines.End = max(1, d.Primary.To().Line)
		return i
	}, "\n")
}
