package syntax

import "github.com/alecthomas/participle/v2/lexer"

// A generated parser looks at tokens only where its production has a literal: most
// of the text is read by our own productions. So it is not handed the tokens of the
// text but a window: a row of slots, of which only those in front of it are filled,
// and filled again whenever a production of ours has moved the reader. One window
// serves a whole file. A slot is passed for at least one token, so as many slots as
// the longest declaration has tokens always suffice.

// ahead is how many tokens are shown. No production has more literals in a row than
// ahead-1; the last slot shown is the token behind them.
const ahead = 3

// window returns the window for a declaration of that many tokens.
func (s *session) window(tokens int) *lexer.PeekingLexer {
	if need := tokens + ahead; s.size < need {
		s.size = max(need, 2*s.size)
		slots, err := lexer.Upgrade(&blank{s.size})
		if err != nil {
			panic("syntax: handing over blank tokens cannot fail: " + err.Error())
		}
		s.slots = slots
	}
	s.slots.LoadCheckpoint(lexer.Checkpoint{})
	return s.slots
}

// blank hands over slots that are to be filled.
type blank struct{ left int }

// Next returns a blank token, or EOF behind the last.
func (b *blank) Next() (lexer.Token, error) {
	if b.left == 0 {
		return lexer.Token{Type: lexer.EOF}, nil
	}
	b.left--
	return lexer.Token{Type: kindType(Garbage)}, nil
}

// show fills the slots in front of the generated parser from the reader on.
func (s *session) show(lex *lexer.PeekingLexer) {
	at := lex.MakeCheckpoint()
	for i := s.pos; ; i++ {
		slot := lex.Peek()
		slot.Pos.Line, slot.Pos.Column = i, s.seat
		if i >= s.end {
			slot.Type, slot.Value, slot.Pos.Line = lexer.EOF, "", s.end
			break
		}
		t := s.tokens[i]
		slot.Type, slot.Value, slot.Pos.Offset = kindType(t.Kind), s.raw(t), int(t.Start)
		if i == s.pos+ahead-1 {
			break
		}
		lex.Next()
	}
	lex.LoadCheckpoint(at)
}

// reading returns the session that these tokens belong to, its reader at the token
// the generated parser has come to.
func reading(lex *lexer.PeekingLexer) *session {
	t := lex.Peek()
	s := seats.held[t.Pos.Column]
	s.pos = t.Pos.Line
	return s
}

// resume moves the generated parser to where the reader has come to.
func (s *session) resume(lex *lexer.PeekingLexer) {
	if lex.Peek().Pos.Line < s.pos {
		lex.Next()
		s.show(lex)
	}
}
