package lsp

import (
	"slices"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"github.com/cob-lang/cob/lsp/ide"
)

// explainCommand gives the page of a code, as Markdown.
const explainCommand = "cob.explain"

func (s *session) initialize(p *protocol.InitializeParams) (any, error) {
	s.phase = running
	if g := p.Capabilities.General; g != nil {
		s.utf8 = slices.Contains(g.PositionEncodings, protocol.PositionEncodingKindUTF8)
	}
	if w := p.Capabilities.Workspace; w != nil && w.DidChangeWatchedFiles != nil && w.DidChangeWatchedFiles.DynamicRegistration != nil {
		s.watches = *w.DidChangeWatchedFiles.DynamicRegistration
	}
	var options struct {
		ShowsPages bool `json:"showsPages"`
	}
	if len(p.InitializationOptions) > 0 && protocol.Unmarshal(p.InitializationOptions, &options) == nil {
		s.showsPages = options.ShowsPages
	}
	if folders, ok := p.WorkspaceFolders.Get(); ok {
		for _, f := range folders {
			s.folders = append(s.folders, pathOf(f.URI))
		}
	}
	//lint:ignore SA1019 clients of before 2018 say nothing else
	if root := p.RootURI; root != nil && len(s.folders) == 0 {
		s.folders = append(s.folders, pathOf(*root))
	}
	return &protocol.InitializeResult{
		Capabilities: s.capabilities(),
		ServerInfo:   protocol.ServerInfo{Name: "cob", Version: protocol.NewOptional(s.version)},
	}, nil
}

func (s *session) capabilities() protocol.ServerCapabilities {
	yes := new(true)
	incremental := protocol.TextDocumentSyncKindIncremental
	encoding := protocol.PositionEncodingKindUTF16
	if s.utf8 {
		encoding = protocol.PositionEncodingKindUTF8
	}
	return protocol.ServerCapabilities{
		PositionEncoding:                encoding,
		TextDocumentSync:                &protocol.TextDocumentSyncOptions{OpenClose: yes, Change: &incremental, Save: protocol.Boolean(true)},
		CompletionProvider:              &protocol.CompletionOptions{TriggerCharacters: []string{".", "@"}},
		SignatureHelpProvider:           &protocol.SignatureHelpOptions{TriggerCharacters: []string{"(", ","}},
		HoverProvider:                   protocol.Boolean(true),
		DefinitionProvider:              protocol.Boolean(true),
		TypeDefinitionProvider:          protocol.Boolean(true),
		ReferencesProvider:              protocol.Boolean(true),
		DocumentHighlightProvider:       protocol.Boolean(true),
		DocumentSymbolProvider:          protocol.Boolean(true),
		WorkspaceSymbolProvider:         protocol.Boolean(true),
		DocumentFormattingProvider:      protocol.Boolean(true),
		DocumentRangeFormattingProvider: protocol.Boolean(true),
		FoldingRangeProvider:            protocol.Boolean(true),
		InlayHintProvider:               protocol.Boolean(true),
		RenameProvider:                  &protocol.RenameOptions{PrepareProvider: yes},
		CodeActionProvider: &protocol.CodeActionOptions{CodeActionKinds: []protocol.CodeActionKind{
			protocol.CodeActionKindQuickFix, protocol.CodeActionKindSourceFixAll}},
		ExecuteCommandProvider: protocol.ExecuteCommandOptions{Commands: []string{explainCommand}},
		SemanticTokensProvider: &protocol.SemanticTokensOptions{
			Legend: protocol.SemanticTokensLegend{TokenTypes: ide.TokenTypes, TokenModifiers: ide.TokenModifiers},
			Full:   protocol.Boolean(true),
		},
	}
}

// initialized asks the client to say when files change that are not open.
func (s *session) initialized() error {
	if !s.watches {
		return nil
	}
	options, err := protocol.Marshal(&protocol.DidChangeWatchedFilesRegistrationOptions{Watchers: []protocol.FileSystemWatcher{
		{GlobPattern: protocol.Pattern("**/*.{cob,yaml,yml,json,proto,wsdl,xsd}")}}})
	if err != nil {
		return err
	}
	s.outbox = append(s.outbox, message{id: jsonrpc2.NewStringID("cob-watch"), method: protocol.MethodClientRegisterCapability,
		params: &protocol.RegistrationParams{Registrations: []protocol.Registration{
			{ID: "cob-watch", Method: protocol.MethodWorkspaceDidChangeWatchedFiles, RegisterOptions: options}}}})
	return nil
}
