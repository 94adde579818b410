package diag

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/cob-lang/cob/lang/source"
)

const (
	sarifSchema  = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	sarifVersion = "2.1.0"
)

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool       sarifTool     `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID      Code       `json:"id"`
	Short   *sarifText `json:"shortDescription,omitempty"`
	Help    *sarifText `json:"help,omitempty"`
	Default sarifLevel `json:"defaultConfiguration"`
}

type sarifLevel struct {
	Level string `json:"level"`
}

type sarifText struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

type sarifResult struct {
	RuleID       Code              `json:"ruleId"`
	RuleIndex    int               `json:"ruleIndex"`
	Level        string            `json:"level"`
	Message      sarifText         `json:"message"`
	Locations    []sarifLocation   `json:"locations,omitempty"`
	Related      []sarifLocation   `json:"relatedLocations,omitempty"`
	Fixes        []sarifFix        `json:"fixes,omitempty"`
	Fingerprints map[string]string `json:"partialFingerprints"`
}

type sarifLocation struct {
	ID       int           `json:"id,omitempty"`
	Physical sarifPhysical `json:"physicalLocation"`
	Message  *sarifText    `json:"message,omitempty"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
}

type sarifFix struct {
	Description sarifText     `json:"description"`
	Changes     []sarifChange `json:"artifactChanges"`
}

type sarifChange struct {
	Artifact     sarifArtifact      `json:"artifactLocation"`
	Replacements []sarifReplacement `json:"replacements"`
}

type sarifReplacement struct {
	Deleted  sarifRegion `json:"deletedRegion"`
	Inserted *sarifText  `json:"insertedContent,omitempty"`
}

// SARIF writes a log of SARIF 2.1.0 with one run and a line ending. Paths become
// relative references, or file URIs where they are absolute; columns count
// UTF-16 units from one. The rules are those of the diagnostics, with the page of
// the registry as help. Version is that of cob and may be empty.
func SARIF(w io.Writer, ds []Diagnostic, rules Registry, version string) error {
	run := sarifRun{ColumnKind: "utf16CodeUnits", Results: []sarifResult{},
		Tool: sarifTool{sarifDriver{Name: "cob", Version: version, Rules: sarifRules(ds, rules)}}}
	frame := string(encode(sarifLog{Schema: sarifSchema, Version: sarifVersion, Runs: []sarifRun{run}}, ""))
	const place = `"results": []` // nowhere else: quotes within texts are escaped
	before, after, _ := strings.Cut(frame, place)
	if _, err := io.WriteString(w, before+strings.TrimSuffix(place, "[]")); err != nil {
		return err
	}
	index := map[Code]int{}
	for i, r := range run.Tool.Driver.Rules {
		index[r.ID] = i
	}
	prints := fingerprints{}
	return list(w, "      ", ds, func(d Diagnostic) any {
		return sarifResultOf(d, index[d.Code], prints.of(d))
	}, after+"\n")
}

func sarifResultOf(d Diagnostic, rule int, fingerprint string) sarifResult {
	r := sarifResult{RuleID: d.Code, RuleIndex: rule, Level: sarifLevelOf(d.Severity), Message: sarifText{Text: d.summary()},
		Fingerprints: map[string]string{"cob/v1": fingerprint}}
	if d.Primary.Known() {
		r.Locations = []sarifLocation{{Physical: physical(d.Primary), Message: textOf(d.Label)}}
	}
	for _, l := range d.Secondary {
		if l.Span.Known() {
			r.Related = append(r.Related, sarifLocation{ID: len(r.Related) + 1, Physical: physical(l.Span), Message: textOf(l.Text)})
		}
	}
	for _, l := range d.Also {
		r.Related = append(r.Related, sarifLocation{ID: len(r.Related) + 1, Physical: physical(l.Span), Message: textOf(l.Text)})
	}
	if len(d.Fixes) > 0 {
		r.Fixes = []sarifFix{sarifFixOf(d)}
	}
	return r
}

func sarifRules(ds []Diagnostic, rules Registry) []sarifRule {
	out := []sarifRule{}
	worst := map[Code]Severity{}
	for _, d := range ds {
		if old, seen := worst[d.Code]; !seen || d.Severity < old {
			worst[d.Code] = d.Severity
		}
	}
	codes := make([]Code, 0, len(worst))
	for code := range worst {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		r := sarifRule{ID: code, Default: sarifLevel{sarifLevelOf(worst[code])}}
		if rule, ok := rules.Find(code); ok {
			r.Short = textOf(rule.Title)
			r.Help = &sarifText{Text: rule.Page, Markdown: rule.Page}
		}
		out = append(out, r)
	}
	return out
}

func sarifLevelOf(s Severity) string {
	return map[Severity]string{Error: "error", Warning: "warning", Info: "note"}[s]
}

func textOf(text string) *sarifText {
	if text == "" {
		return nil
	}
	return &sarifText{Text: text}
}

func physical(s source.Span) sarifPhysical {
	return sarifPhysical{Artifact: artifact(s), Region: region(s)}
}

func artifact(s source.Span) sarifArtifact {
	u := url.URL{Path: path.Clean(s.Path())}
	if path.IsAbs(u.Path) {
		u.Scheme = "file"
	}
	return sarifArtifact{URI: u.String()}
}

func region(s source.Span) sarifRegion {
	column := func(p source.Position) int {
		_, n := s.File().Lines.UTF16(s.File().Lines.Offset(p))
		return n + 1
	}
	from, to := s.From(), s.To()
	return sarifRegion{StartLine: from.Line, StartColumn: column(from), EndLine: to.Line, EndColumn: column(to)}
}

// sarifFixOf puts the edits of each file together, in the order of the text.
func sarifFixOf(d Diagnostic) sarifFix {
	edits := slices.Clone(d.Fixes)
	slices.SortStableFunc(edits, func(a, b Edit) int { return a.Span.Compare(b.Span) })
	fix := sarifFix{Description: sarifText{Text: d.Help}}
	if d.Help == "" {
		fix.Description.Text = "what cob fix writes"
	}
	for _, e := range edits {
		if n := len(fix.Changes); n == 0 || fix.Changes[n-1].Artifact != artifact(e.Span) {
			fix.Changes = append(fix.Changes, sarifChange{Artifact: artifact(e.Span)})
		}
		last := &fix.Changes[len(fix.Changes)-1]
		last.Replacements = append(last.Replacements, sarifReplacement{Deleted: region(e.Span), Inserted: textOf(e.Text)})
	}
	return fix
}

// fingerprints name diagnostics in a way that survives edits elsewhere in the
// file: by code, path, message, and how many of the same came before.
type fingerprints map[string]int

func (f fingerprints) of(d Diagnostic) string {
	what := strings.Join([]string{string(d.Code), d.Primary.Path(), d.Message}, "\x00")
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", what, f[what]))
	f[what]++
	return hex.EncodeToString(sum[:16])
}
