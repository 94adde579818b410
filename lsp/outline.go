package lsp

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lsp/ide"
)

// MaxWorkspaceFiles is how many .cob files a search for symbols looks into.
const MaxWorkspaceFiles = 10_000

var symbolKinds = map[string]protocol.SymbolKind{
	"use": protocol.SymbolKindModule, "label": protocol.SymbolKindKey, "type": protocol.SymbolKindStruct, "enum": protocol.SymbolKindEnum,
	"union": protocol.SymbolKindEnum, "fault": protocol.SymbolKindStruct, "event": protocol.SymbolKindEvent, "cloud": protocol.SymbolKindNamespace,
	"endpoint": protocol.SymbolKindInterface, "policy": protocol.SymbolKindClass, "role": protocol.SymbolKindClass,
	"process": protocol.SymbolKindFunction, "route": protocol.SymbolKindFunction, "pattern": protocol.SymbolKindFunction,
	"window": protocol.SymbolKindFunction, "schedule": protocol.SymbolKindFunction, "patternstep": protocol.SymbolKindVariable, "channel": protocol.SymbolKindVariable,
	"sample": protocol.SymbolKindConstant, "test": protocol.SymbolKindMethod, "field": protocol.SymbolKindField,
	"enummember": protocol.SymbolKindEnumMember, "operation": protocol.SymbolKindMethod, "receive": protocol.SymbolKindMethod,
	"binding": protocol.SymbolKindNamespace, "task": protocol.SymbolKindMethod, "call": protocol.SymbolKindMethod,
}

func symbolKind(kind string) protocol.SymbolKind {
	if k, ok := symbolKinds[kind]; ok {
		return k
	}
	return protocol.SymbolKindObject
}

func (s *session) documentSymbol(p *protocol.DocumentSymbolParams) (any, error) {
	d, _, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	return s.outline(d.File, ide.Symbols(d.File)), nil
}

func (s *session) outline(f *source.File, list []ide.Symbol) []protocol.DocumentSymbol {
	out := make([]protocol.DocumentSymbol, 0, len(list))
	for _, x := range list {
		y := protocol.DocumentSymbol{Name: x.Name, Kind: symbolKind(x.Kind), Range: s.rangeOf(f, x.Whole), SelectionRange: s.rangeOf(f, x.Selected)}
		detail := x.Kind
		if x.Detail != "" {
			detail = x.Detail
		}
		y.Detail = &detail
		if len(x.Children) > 0 {
			y.Children = s.outline(f, x.Children)
		}
		out = append(out, y)
	}
	return out
}

func (s *session) workspaceSymbol(p *protocol.WorkspaceSymbolParams) (any, error) {
	out := []protocol.WorkspaceSymbol{}
	for _, name := range s.files() {
		f := s.file(name)
		for _, x := range ide.Symbols(f) {
			if ide.Matches(x.Name, p.Query) {
				out = append(out, protocol.WorkspaceSymbol{
					BaseSymbolInformation: protocol.BaseSymbolInformation{Name: x.Name, Kind: symbolKind(x.Kind)},
					Location:              &protocol.Location{URI: s.uri(name), Range: s.rangeOf(f, x.Selected)},
				})
			}
		}
	}
	return out, nil
}

// files are the .cob files of the client's folders and the open documents, by
// path.
func (s *session) files() []string {
	seen := map[string]bool{}
	for name := range s.docs {
		seen[name] = true
	}
	for _, folder := range s.folders {
		_ = filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return nil // what cannot be read has no symbols
			case len(seen) >= MaxWorkspaceFiles:
				return fs.SkipAll
			case d.IsDir() && name != folder && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules"):
				return fs.SkipDir
			case !d.IsDir() && strings.HasSuffix(name, ".cob"):
				seen[filepath.ToSlash(name)] = true
			}
			return nil
		})
	}
	names := sortedKeys(seen)
	return slices.Clip(names)
}

func (s *session) folding(p *protocol.FoldingRangeParams) (any, error) {
	d, _, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	out := []protocol.FoldingRange{}
	for _, x := range ide.Folds(d.File) {
		start, end := d.Lines.Position(x.Start).Line-1, d.Lines.Position(x.End).Line-1
		if !x.Comment {
			end-- // the closing bracket stays to be seen
		}
		if end <= start {
			continue
		}
		y := protocol.FoldingRange{StartLine: uint32(start), EndLine: uint32(end)}
		if x.Comment {
			y.Kind = protocol.FoldingRangeKindComment
		}
		out = append(out, y)
	}
	return out, nil
}

func (s *session) semanticTokens(p *protocol.SemanticTokensParams) (any, error) {
	d, pkg, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	out := &protocol.SemanticTokens{Data: []uint32{}}
	snapshot := pkg.current()
	if snapshot == nil {
		return out, nil
	}
	var before protocol.Position
	for _, t := range snapshot.Tokens(d.Path) {
		for _, piece := range perLine(d.Text, t.Place) {
			at := s.rangeOf(d.File, piece)
			if at.Start.Line != before.Line {
				before.Character = 0
			}
			out.Data = append(out.Data, at.Start.Line-before.Line, at.Start.Character-before.Character,
				at.End.Character-at.Start.Character, uint32(slices.Index(ide.TokenTypes, t.Type)), t.Modifiers)
			before = at.Start
		}
	}
	return out, nil
}

// perLine cuts a place at the ends of its lines: tokens of the protocol stand on
// one.
func perLine(text string, p ide.Place) []ide.Place {
	var out []ide.Place
	for start := p.Start; start < p.End; {
		end := p.End
		if i := strings.IndexByte(text[start:p.End], '\n'); i >= 0 {
			end = start + i
		}
		if strings.TrimSpace(text[start:end]) != "" {
			out = append(out, ide.Place{Path: p.Path, Start: start, End: end})
		}
		start = end + 1
	}
	return out
}

func (s *session) inlayHint(p *protocol.InlayHintParams) (any, error) {
	d, pkg, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	out := []protocol.InlayHint{}
	if snapshot := pkg.current(); snapshot != nil {
		for _, h := range snapshot.Hints(d.Path, s.offset(d.File, p.Range.Start), s.offset(d.File, p.Range.End)) {
			out = append(out, protocol.InlayHint{Position: s.position(d.File, h.Start), Label: protocol.String(h.Text), Kind: protocol.InlayHintKindType})
		}
	}
	return out, nil
}
