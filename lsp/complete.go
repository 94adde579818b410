package lsp

import (
	"fmt"

	"go.lsp.dev/protocol"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lsp/ide"
)

var itemKinds = map[ide.ItemKind]protocol.CompletionItemKind{
	ide.KeywordItem: protocol.CompletionItemKindKeyword, ide.FieldItem: protocol.CompletionItemKindField,
	ide.ValueItem: protocol.CompletionItemKindEnumMember, ide.OperationItem: protocol.CompletionItemKindMethod,
	ide.SettingItem: protocol.CompletionItemKindProperty, ide.VariableItem: protocol.CompletionItemKindVariable,
	ide.FunctionItem: protocol.CompletionItemKindFunction, ide.ItemKind(resolve.Type): protocol.CompletionItemKindStruct,
	ide.ItemKind(resolve.Enum): protocol.CompletionItemKindEnum, ide.ItemKind(resolve.Event): protocol.CompletionItemKindEvent,
	ide.ItemKind(resolve.Process): protocol.CompletionItemKindFunction, ide.ItemKind(resolve.Endpoint): protocol.CompletionItemKindInterface,
}

func (s *session) complete(p *protocol.CompletionParams) (any, error) {
	d, snapshot, offset, err := s.cursor(p.TextDocument.URI, p.Position)
	if err != nil {
		return nil, err
	}
	out := &protocol.CompletionList{Items: []protocol.CompletionItem{}}
	if snapshot == nil {
		return out, nil
	}
	for i, x := range snapshot.Complete(d.Path, offset) {
		kind := itemKinds[x.Kind]
		if kind == 0 {
			kind = protocol.CompletionItemKindClass
		}
		item := protocol.CompletionItem{Label: x.Label, Kind: kind, SortText: protocol.NewOptional(fmt.Sprintf("%05d", i)),
			TextEdit: &protocol.TextEdit{Range: s.rangeOf(d.File, x.Replace), NewText: x.Insert}}
		if x.Detail != "" {
			item.Detail = protocol.NewOptional(x.Detail)
		}
		if x.Doc != "" {
			item.Documentation = markdown(x.Doc)
		}
		if x.Snippet {
			item.InsertTextFormat = protocol.InsertTextFormatSnippet
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}
