package lsp

import (
	"errors"
	"path"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/cob-lang/cob/lsp/ide"
)

// requestFailed is the code of a request that is understood and cannot be done.
const requestFailed = -32803

// cursor is the package and the offset that a request is about. The package is
// nil when it cannot be read.
func (s *session) cursor(u uri.URI, p protocol.Position) (*document, *ide.Snapshot, int, error) {
	d, pkg, err := s.document(u)
	if err != nil {
		return nil, nil, 0, err
	}
	return d, pkg.current(), s.offset(d.File, p), nil
}

func (s *session) hover(p *protocol.HoverParams) (any, error) {
	d, snapshot, offset, err := s.cursor(p.TextDocument.URI, p.Position)
	if err != nil || snapshot == nil {
		return nil, err
	}
	h := snapshot.Hover(d.Path, offset)
	if h == nil {
		return nil, nil
	}
	at := s.rangeOf(d.File, h.Place)
	return &protocol.Hover{Contents: &protocol.MarkupContent{Kind: protocol.MarkupKindMarkdown, Value: h.Text}, Range: &at}, nil
}

func (s *session) signature(p *protocol.SignatureHelpParams) (any, error) {
	d, snapshot, offset, err := s.cursor(p.TextDocument.URI, p.Position)
	if err != nil || snapshot == nil {
		return nil, err
	}
	sig := snapshot.Signature(d.Path, offset)
	if sig == nil {
		return nil, nil
	}
	active := uint32(sig.Active)
	info := protocol.SignatureInformation{Label: sig.Label, Parameters: []protocol.ParameterInformation{}}
	if sig.Doc != "" {
		info.Documentation = markdown(sig.Doc)
	}
	for _, param := range sig.Params {
		info.Parameters = append(info.Parameters, protocol.ParameterInformation{Label: protocol.String(param)})
	}
	return &protocol.SignatureHelp{Signatures: []protocol.SignatureInformation{info}, ActiveSignature: new(uint32(0)),
		ActiveParameter: protocol.NewNullable(active)}, nil
}

func markdown(text string) *protocol.MarkupContent {
	return &protocol.MarkupContent{Kind: protocol.MarkupKindMarkdown, Value: text}
}

func (s *session) definition(p *protocol.DefinitionParams) (any, error) {
	d, snapshot, offset, err := s.cursor(p.TextDocument.URI, p.Position)
	if err != nil || snapshot == nil {
		return nil, err
	}
	return s.locations(snapshot.Definition(d.Path, offset)), nil
}

func (s *session) typeDefinition(p *protocol.TypeDefinitionParams) (any, error) {
	d, snapshot, offset, err := s.cursor(p.TextDocument.URI, p.Position)
	if err != nil || snapshot == nil {
		return nil, err
	}
	return s.locations(snapshot.TypeDefinition(d.Path, offset)), nil
}

func (s *session) references(p *protocol.ReferenceParams) (any, error) {
	d, snapshot, offset, err := s.cursor(p.TextDocument.URI, p.Position)
	if err != nil || snapshot == nil {
		return nil, err
	}
	if x, ok := snapshot.Subject(d.Path, offset); ok {
		return s.locations(s.everywhere(x, p.Context.IncludeDeclaration)), nil
	}
	return s.locations(snapshot.References(d.Path, offset, p.Context.IncludeDeclaration)), nil
}

func (s *session) locations(places []ide.Place) []protocol.Location {
	out := make([]protocol.Location, 0, len(places))
	for _, p := range places {
		if !path.IsAbs(p.Path) && s.docs[p.Path] == nil {
			if p.Path = s.onDisk(p.Path); p.Path == "" {
				continue
			}
		}
		out = append(out, s.location(p))
	}
	return out
}

func (s *session) highlight(p *protocol.DocumentHighlightParams) (any, error) {
	d, snapshot, offset, err := s.cursor(p.TextDocument.URI, p.Position)
	if err != nil || snapshot == nil {
		return nil, err
	}
	out := []protocol.DocumentHighlight{}
	for _, h := range snapshot.Highlights(d.Path, offset) {
		kind := protocol.DocumentHighlightKindRead
		if h.Write {
			kind = protocol.DocumentHighlightKindWrite
		}
		out = append(out, protocol.DocumentHighlight{Range: s.rangeOf(d.File, h.Place), Kind: kind})
	}
	return out, nil
}

func (s *session) prepareRename(p *protocol.PrepareRenameParams) (any, error) {
	d, snapshot, offset, err := s.cursor(p.TextDocument.URI, p.Position)
	if err != nil || snapshot == nil {
		return nil, err
	}
	place, err := snapshot.Renamable(d.Path, offset)
	if err != nil {
		return nil, refusal(err)
	}
	at := s.rangeOf(d.File, place)
	return &at, nil
}

func (s *session) rename(p *protocol.RenameParams) (any, error) {
	d, snapshot, offset, err := s.cursor(p.TextDocument.URI, p.Position)
	if err != nil || snapshot == nil {
		return nil, err
	}
	if _, err := snapshot.Renamable(d.Path, offset); err != nil {
		return nil, refusal(err)
	}
	var edits []ide.Edit
	if x, ok := snapshot.Subject(d.Path, offset); ok {
		edits, err = s.renameEverywhere(x, p.NewName)
	} else {
		edits, err = snapshot.Rename(d.Path, offset, p.NewName)
	}
	if err != nil {
		return nil, refusal(err)
	}
	return s.workspaceEdit(edits), nil
}

func refusal(err error) error {
	var refused *ide.RefusedError
	if errors.As(err, &refused) {
		return failed(refused.Reason)
	}
	return err
}
