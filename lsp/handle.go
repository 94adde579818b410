package lsp

import (
	"fmt"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"github.com/cob-lang/cob/lang/source"
)

// handler does one message. The result of a notification is ignored.
type handler func(s *session, params []byte) (any, error)

// on is a handler of messages with parameters of one type.
func on[P any](f func(*session, *P) (any, error)) handler {
	return func(s *session, params []byte) (any, error) {
		p := new(P)
		if err := protocol.Unmarshal(params, p); err != nil {
			return nil, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "reading the parameters: %v", err)
		}
		return f(s, p)
	}
}

// handlers are all messages the server understands.
var handlers = map[string]handler{
	protocol.MethodInitialize:  on((*session).initialize),
	protocol.MethodInitialized: func(s *session, _ []byte) (any, error) { return nil, s.initialized() },
	protocol.MethodShutdown:    func(s *session, _ []byte) (any, error) { s.phase = shut; return nil, nil },

	protocol.MethodTextDocumentDidOpen:             on((*session).didOpen),
	protocol.MethodTextDocumentDidChange:           on((*session).didChange),
	protocol.MethodTextDocumentDidSave:             on((*session).didSave),
	protocol.MethodTextDocumentDidClose:            on((*session).didClose),
	protocol.MethodWorkspaceDidChangeWatchedFiles:  on((*session).didChangeWatchedFiles),
	protocol.MethodWorkspaceDidChangeConfiguration: ignored,
	protocol.MethodSetTrace:                        ignored,

	protocol.MethodTextDocumentCompletion:         on((*session).complete),
	protocol.MethodTextDocumentHover:              on((*session).hover),
	protocol.MethodTextDocumentSignatureHelp:      on((*session).signature),
	protocol.MethodTextDocumentDefinition:         on((*session).definition),
	protocol.MethodTextDocumentTypeDefinition:     on((*session).typeDefinition),
	protocol.MethodTextDocumentReferences:         on((*session).references),
	protocol.MethodTextDocumentDocumentHighlight:  on((*session).highlight),
	protocol.MethodTextDocumentPrepareRename:      on((*session).prepareRename),
	protocol.MethodTextDocumentRename:             on((*session).rename),
	protocol.MethodTextDocumentFormatting:         on((*session).format),
	protocol.MethodTextDocumentRangeFormatting:    on((*session).formatRange),
	protocol.MethodTextDocumentDocumentSymbol:     on((*session).documentSymbol),
	protocol.MethodWorkspaceSymbol:                on((*session).workspaceSymbol),
	protocol.MethodTextDocumentFoldingRange:       on((*session).folding),
	protocol.MethodTextDocumentSemanticTokensFull: on((*session).semanticTokens),
	protocol.MethodTextDocumentInlayHint:          on((*session).inlayHint),
	protocol.MethodTextDocumentCodeAction:         on((*session).codeAction),
	protocol.MethodWorkspaceExecuteCommand:        on((*session).execute),
}

func ignored(*session, []byte) (any, error) { return nil, nil }

// handle does one message.
func (s *session) handle(j *job) (any, error) {
	if j.method == protocol.MethodExit {
		s.early = s.phase != shut
		s.phase = exited
		return nil, nil
	}
	f, known := handlers[j.method]
	switch {
	case s.phase == fresh && j.method != protocol.MethodInitialize:
		return nil, jsonrpc2.Errorf(jsonrpc2.ServerNotInitialized, "%s came before initialize", j.method)
	case s.phase != fresh && j.method == protocol.MethodInitialize:
		return nil, jsonrpc2.Errorf(jsonrpc2.InvalidRequest, "initialize came twice")
	case s.phase == shut:
		return nil, jsonrpc2.Errorf(jsonrpc2.InvalidRequest, "%s came after shutdown", j.method)
	case !known && len(j.method) > 2 && j.method[:2] == "$/" && !j.id.IsValid():
		return nil, nil // the protocol lets a server ignore these
	case !known:
		return nil, jsonrpc2.Errorf(jsonrpc2.MethodNotFound, "%s is not understood", j.method)
	}
	return f(s, j.params)
}

func (s *session) didOpen(p *protocol.DidOpenTextDocumentParams) (any, error) {
	t := &p.TextDocument
	name := pathOf(t.URI)
	s.docs[name] = &document{uri: t.URI, version: t.Version, File: source.New(name, t.Text)}
	s.reread()
	return nil, nil
}

// didChange applies all changes or, when one cannot be applied, none of them and
// those behind it: what the client has is unknown then until it sends all of it.
func (s *session) didChange(p *protocol.DidChangeTextDocumentParams) (any, error) {
	d, _, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	defer s.touch(d)
	for _, c := range p.ContentChanges {
		if err := s.change(d, c); err != nil {
			return nil, fmt.Errorf("version %d: %w", p.TextDocument.Version, err)
		}
	}
	d.version = p.TextDocument.Version
	return nil, nil
}

func (s *session) didSave(_ *protocol.DidSaveTextDocumentParams) (any, error) {
	s.reread()
	return nil, nil
}

func (s *session) didClose(p *protocol.DidCloseTextDocumentParams) (any, error) {
	name := pathOf(p.TextDocument.URI)
	delete(s.docs, name)
	s.reread()
	return nil, nil
}

func (s *session) didChangeWatchedFiles(p *protocol.DidChangeWatchedFilesParams) (any, error) {
	for _, c := range p.Changes {
		delete(s.disk.files, pathOf(c.URI))
	}
	s.reread()
	return nil, nil
}
