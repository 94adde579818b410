package lsp

import (
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lsp/ide"
)

func failed(reason string) error { return jsonrpc2.NewError(requestFailed, reason) }

func (s *session) textEdits(f *source.File, edits []ide.Edit) []protocol.TextEdit {
	out := make([]protocol.TextEdit, 0, len(edits))
	for _, e := range edits {
		out = append(out, protocol.TextEdit{Range: s.rangeOf(f, e.Place), NewText: e.Text})
	}
	return out
}

func (s *session) workspaceEdit(edits []ide.Edit) *protocol.WorkspaceEdit {
	byPath := map[string][]ide.Edit{}
	for _, e := range edits {
		byPath[e.Path] = append(byPath[e.Path], e)
	}
	out := &protocol.WorkspaceEdit{Changes: map[uri.URI][]protocol.TextEdit{}}
	for name, list := range byPath {
		out.Changes[s.uri(name)] = s.textEdits(s.file(name), list)
	}
	return out
}

func (s *session) format(p *protocol.DocumentFormattingParams) (any, error) {
	d, _, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	return s.textEdits(d.File, ide.Format(d.File)), nil
}

func (s *session) formatRange(p *protocol.DocumentRangeFormattingParams) (any, error) {
	d, _, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	first := d.Lines.Position(s.offset(d.File, p.Range.Start)).Line
	last := d.Lines.Position(s.offset(d.File, p.Range.End)).Line
	if p.Range.End.Character == 0 && last > first {
		last--
	}
	start := d.Lines.Offset(source.Position{Line: first, Column: 1})
	end := d.Lines.Offset(source.Position{Line: last + 1, Column: 1})
	if last >= d.Lines.Count() {
		end = len(d.Text)
	}
	return s.textEdits(d.File, ide.Within(ide.LineEdits(d.File), start, end)), nil
}

func (s *session) codeAction(p *protocol.CodeActionParams) (any, error) {
	d, pkg, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	start, end := s.offset(d.File, p.Range.Start), s.offset(d.File, p.Range.End)
	ds := pkg.diagnosed()
	out := []protocol.CodeAction{}
	files := map[string]*source.File{}
	explained := map[diag.Code]bool{}
	for i := range ds {
		x := &ds[i]
		if x.Path != d.Path || x.End < start || x.Start > end {
			continue
		}
		shown := []protocol.Diagnostic{s.diagnostic(files, x)}
		if x.Fix != nil && wanted(p.Context.Only, protocol.CodeActionKindQuickFix) {
			out = append(out, protocol.CodeAction{Title: x.Title, Kind: new(protocol.CodeActionKindQuickFix), IsPreferred: new(!x.Draft),
				Diagnostics: shown, Edit: s.workspaceEdit(x.Fix)})
		}
		if !explained[x.Code] && wanted(p.Context.Only, protocol.CodeActionKindQuickFix) {
			explained[x.Code] = true
			title := "explain " + string(x.Code)
			out = append(out, protocol.CodeAction{Title: title, Kind: new(protocol.CodeActionKindQuickFix), Diagnostics: shown,
				Command: protocol.Command{Title: title, Command: explainCommand, Arguments: []protocol.LSPAny{protocol.LSPAny(`"` + string(x.Code) + `"`)}}})
		}
	}
	if all := ide.FixAll(d.Path, ds); len(all) > 0 && wanted(p.Context.Only, protocol.CodeActionKindSourceFixAll) {
		out = append(out, protocol.CodeAction{Title: "fix all that can be fixed in this file", Kind: new(protocol.CodeActionKindSourceFixAll),
			Edit: s.workspaceEdit(all)})
	}
	return out, nil
}

// wanted says whether a kind of action is asked for: all are when none is named.
func wanted(only []protocol.CodeActionKind, kind protocol.CodeActionKind) bool {
	for _, k := range only {
		if k == kind || len(kind) > len(k) && kind[:len(k)] == k && (k == "" || kind[len(k)] == '.') {
			return true
		}
	}
	return len(only) == 0
}

// execute does a command. The page of a code is its result, and a message for
// clients that have not said that they show results.
func (s *session) execute(p *protocol.ExecuteCommandParams) (any, error) {
	if p.Command != explainCommand {
		return nil, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "no command is called %s", p.Command)
	}
	code := ""
	if len(p.Arguments) != 1 || protocol.Unmarshal(p.Arguments[0], &code) != nil {
		return nil, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "%s wants a code, such as COB2001", explainCommand)
	}
	rules, err := compiler.Rules()
	if err != nil {
		return nil, err
	}
	rule, ok := rules.Find(diag.Code(code))
	if !ok {
		return nil, failed("no rule has the code " + code)
	}
	text := "# " + code + ": " + rule.Title + "\n\n" + rule.Page
	if !s.showsPages {
		s.outbox = append(s.outbox, message{method: protocol.MethodWindowShowMessage,
			params: &protocol.ShowMessageParams{Type: protocol.MessageTypeInfo, Message: text}})
	}
	return protocol.String(text), nil
}
