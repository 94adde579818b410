package check

import (
	"strconv"
	"strings"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// unlisted is what is taken out with one of n names behind a word: the last one takes the word along.
func unlisted(at source.Span, n int, word string) source.Span {
	if n == 1 {
		return at.Led(word).Alone()
	}
	return at.Listed()
}

// extended adds to d a draft that puts an entry into the block of a statement.
func extended(d diag.Diagnostic, statement source.Span, b *syntax.Block, entry string) diag.Diagnostic {
	e := syntax.Extended(statement, b, entry)
	return d.WithFix(e.Span, e.Text).AsDraft()
}

// returning adds to d a return of an empty value at the end of a block.
func (c *checker) returning(d diag.Diagnostic, b *syntax.Block, gives types.Type) diag.Diagnostic {
	empty, ok := c.empty(gives, 0)
	if !ok {
		return d
	}
	return extended(d, b.Span(), b, "return "+empty)
}

// otherwise adds to d what a value is when it is absent, in front of which and behind
// which stand brackets where it is part of something larger.
func (c *checker) otherwise(d diag.Diagnostic, at source.Span, have types.Type, open, end string) diag.Diagnostic {
	if have.Kind != types.Optional || strings.ContainsAny(at.Text(), " \n") {
		return d
	}
	empty, ok := c.empty(*have.Elem, 0)
	if !ok {
		return d
	}
	if open != "" {
		d = d.WithFix(at.Before(), open)
	}
	return d.WithFix(at.After(), " ?? "+empty+end).AsDraft()
}

// another is a name that no step has, made of one that a step has.
func (f *flow) another(name string) string {
	for n := 2; ; n++ {
		if next := name + "_" + strconv.Itoa(n); !f.ids[next].Given() {
			return next
		}
	}
}

// typedList adds the type of a list to the let that does not say what it is of.
func typedList(d diag.Diagnostic, let *syntax.LetStmt) diag.Diagnostic {
	if d.Code != CodeNoType || d.Primary != let.Value.Span() {
		return d
	}
	return d.WithFix(let.Name.At.After(), ": [string]").AsDraft()
}

// sourced begins a route with a channel of the package: one that has a dead letter,
// and so is read by somebody, before any other.
func (c *checker) sourced(d diag.Diagnostic, b *syntax.Block) diag.Diagnostic {
	name := ""
	for _, s := range c.Info.Symbols {
		ch, ok := s.Decl.(*syntax.ChannelDecl)
		if !ok || s.Kind != resolve.Channel {
			continue
		}
		read := ch.Settings.Find("dead_letter") != nil
		if name == "" || read {
			name = s.Name
		}
		if read {
			break
		}
	}
	if name == "" || !strings.HasPrefix(b.Span().Text(), "{") {
		return d
	}
	return d.WithFix(b.Span().First(1).After(), "\n  from "+name+" as message").AsDraft()
}

// counted leaves out the arguments that are too many, or adds empty ones for
// those that are missing.
func (c *checker) counted(d diag.Diagnostic, args *syntax.Args, params []types.Field) diag.Diagnostic {
	if args == nil {
		return d
	}
	list := args.List
	if many := len(list); many > len(params) {
		extra := list[len(params)].Span().Join(list[many-1].Span())
		if len(params) > 0 {
			extra = list[len(params)-1].Span().After().Join(extra)
		}
		return d.WithFix(extra, "").AsDraft()
	}
	var text strings.Builder
	for i := len(list); i < required(params); i++ {
		empty, ok := c.empty(params[i].Type, 0)
		if !ok {
			return d
		}
		if i > 0 {
			text.WriteString(", ")
		}
		text.WriteString(empty)
	}
	at := args.Span().Last(1).Before()
	if n := len(list); n > 0 {
		at = list[n-1].Span().After()
	}
	return d.WithFix(at, text.String()).AsDraft()
}

// anew replaces the word with which an instance is begun by the words with which this one begins again.
func anew(d diag.Diagnostic, st syntax.Stmt) diag.Diagnostic {
	for _, word := range []string{"start", "spawn"} {
		if strings.HasPrefix(st.Span().Text(), word+" ") {
			return d.WithFix(st.Span().First(len(word)), "continue with").AsDraft()
		}
	}
	return d
}
