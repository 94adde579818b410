package lsp

import (
	"path"
	"slices"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lsp/ide"
)

// pages is where the pages of the codes are.
const pages = "https://github.com/cob-lang/cob/blob/main/compiler/check/rules/"

// diagnostics are those of all packages that changed since they were told last:
// for each file what is new, and nothing for a file where all is mended.
func (s *session) diagnostics() []*protocol.PublishDiagnosticsParams {
	var out []*protocol.PublishDiagnosticsParams
	dirs := make([]string, 0, len(s.changed))
	for dir := range s.changed {
		dirs = append(dirs, dir)
	}
	slices.Sort(dirs)
	for _, dir := range dirs {
		if p := s.pkgs[dir]; p != nil {
			out = append(out, p.publish()...)
			if !s.isOpen(dir) {
				delete(s.pkgs, dir)
			}
		}
	}
	clear(s.changed)
	return out
}

func (p *pkg) publish() []*protocol.PublishDiagnosticsParams {
	s := p.session
	byPath := map[string][]protocol.Diagnostic{}
	if s.isOpen(p.dir) {
		for name := range s.docs {
			if dirOf(name) == p.dir {
				byPath[name] = []protocol.Diagnostic{}
			}
		}
		files := map[string]*source.File{}
		for _, d := range p.diagnosed() {
			if s.docs[d.Path] == nil && !path.IsAbs(d.Path) || dirOf(d.Path) != p.dir && s.isOpen(dirOf(d.Path)) {
				continue // of the standard library, or told with its own package
			}
			byPath[d.Path] = append(byPath[d.Path], s.diagnostic(files, &d))
		}
	}
	for name := range p.told {
		if _, ok := byPath[name]; !ok {
			byPath[name] = []protocol.Diagnostic{}
		}
	}
	var out []*protocol.PublishDiagnosticsParams
	for _, name := range sortedKeys(byPath) {
		x := &protocol.PublishDiagnosticsParams{URI: s.uri(name), Diagnostics: byPath[name]}
		if d := s.docs[name]; d != nil {
			x.Version = protocol.NewOptional(d.version)
		}
		body, err := protocol.Marshal(x)
		if err != nil || p.told[name] == string(body) {
			continue
		}
		out = append(out, x)
		if p.told[name] = string(body); len(x.Diagnostics) == 0 && s.docs[name] == nil {
			delete(p.told, name)
		}
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// source of a file that many diagnostics stand in.
func (s *session) cached(files map[string]*source.File, name string) *source.File {
	if files[name] == nil {
		files[name] = s.file(name)
	}
	return files[name]
}

func (s *session) diagnostic(files map[string]*source.File, d *ide.Diagnostic) protocol.Diagnostic {
	x := protocol.Diagnostic{
		Range: s.rangeOf(s.cached(files, d.Path), d.Place), Severity: severities[d.Severity],
		Code: protocol.String(d.Code), Source: protocol.NewOptional("cob"), Message: protocol.String(d.Text),
		CodeDescription: protocol.CodeDescription{Href: uri.URI(pages + string(d.Code) + ".txt")},
	}
	for _, r := range d.Related {
		if path.IsAbs(r.Path) || s.docs[r.Path] != nil {
			at := protocol.Location{URI: s.uri(r.Path), Range: s.rangeOf(s.cached(files, r.Path), r.Place)}
			x.RelatedInformation = append(x.RelatedInformation, protocol.DiagnosticRelatedInformation{Location: at, Message: r.Text})
		}
	}
	if d.Unneeded() {
		x.Tags = protocol.NewDiagnosticTags(protocol.DiagnosticTagUnnecessary)
	}
	return x
}

var severities = map[diag.Severity]protocol.DiagnosticSeverity{
	diag.Error: protocol.DiagnosticSeverityError, diag.Warning: protocol.DiagnosticSeverityWarning, diag.Info: protocol.DiagnosticSeverityInformation,
}
