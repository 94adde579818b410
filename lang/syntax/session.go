package syntax

import (
	"strings"
	"sync"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
)

// session is one parse of one file. The generated parsers hand our own
// productions nothing but the tokens, so each token carries the number of its
// session's seat in its column, and its own index in its line; see window.go.
type session struct {
	seat     int
	file     *source.File
	region   *source.Region // of the declaration being parsed
	tokens   []Token
	comments []Comment
	problems []diag.Diagnostic

	nodes   slabs
	reader                      // over the declaration being parsed
	slots   *lexer.PeekingLexer // the window; nil before the first declaration
	size    int                 // of the window, in slots
	lex     *lexer.PeekingLexer // the generated parser's view, inside a list
	headers bool                // `{` opens a body, not a record
	block   blockKind           // what the next block may hold
	// requests says that the settings being read stand beside a request.
	requests bool
	begin    int    // the first token of the production being parsed
	depth    int    // of nesting
	closers  []byte // of the lists being read, innermost last
	// abandoned says that the declaration is given up: nothing more is said about it.
	abandoned bool
	badLines  map[int]bool // lines with a lexical mistake: a syntax mistake there is its echo
	uneven    bool         // the braces of the declaration do not pair up, so indentation decides
}

// maxSessions bounds how many pieces of text are parsed at the same moment; one
// more waits.
const maxSessions = 64

// seats are the places of the sessions. One that is free keeps the room that its
// last session made and did not use, for the next, and the one that was left last is taken first.
var seats = struct {
	taken chan struct{}
	mutex sync.Mutex
	free  []int
	held  [maxSessions]*session
}{taken: make(chan struct{}, maxSessions), free: allSeats()}

func allSeats() []int {
	free := make([]int, maxSessions)
	for i := range free {
		free[i] = i
	}
	return free
}

func newSession(t *Tokens) *session {
	seats.taken <- struct{}{}
	seats.mutex.Lock()
	last := len(seats.free) - 1
	seat := seats.free[last]
	seats.free = seats.free[:last]
	seats.mutex.Unlock()
	s := &session{seat: seat, file: t.Source, tokens: t.Tokens, comments: t.Comments}
	if before := seats.held[seat]; before != nil {
		s.nodes, s.slots, s.size = before.nodes, before.slots, before.size
	}
	seats.held[seat] = s
	return s
}

// maxKept is the longest window that the next session on the same seat takes over.
const maxKept = 4096

func (s *session) close() {
	rest := &session{nodes: s.nodes}
	if s.size <= maxKept {
		rest.slots, rest.size = s.slots, s.size
	}
	seats.held[s.seat] = rest
	seats.mutex.Lock()
	seats.free = append(seats.free, s.seat)
	seats.mutex.Unlock()
	<-seats.taken
}

// report tells the author one thing, unless it is an echo of something told.
func (s *session) report(d diag.Diagnostic) *diag.Diagnostic {
	silent := &diag.Diagnostic{}
	if s.abandoned || s.badLines[d.Primary.From().Line] {
		return silent
	}
	if n := len(s.problems); n > 0 && s.problems[n-1].Primary == d.Primary {
		return silent
	}
	s.wayOut(&d)
	s.problems = append(s.problems, d)
	return &s.problems[len(s.problems)-1]
}

// enter counts one level of nesting. When it returns false the limit is passed,
// the author is told, and the declaration is given up.
func (s *session) enter() bool {
	if s.depth++; s.depth <= MaxNesting {
		return true
	}
	return s.abandon(diag.Errorf(CodeNesting, s.span(s.pos, s.pos+1), "nested more than %d deep", MaxNesting))
}

// chains says whether an expression may go on behind n links.
func (s *session) chains(n int) bool {
	if n <= MaxChain {
		return true
	}
	return s.abandon(diag.Errorf(CodeNesting, s.span(s.pos, s.pos+1), "more than %d operators follow each other", MaxChain))
}

// abandon gives the declaration up.
func (s *session) abandon(d diag.Diagnostic) bool {
	s.report(d).Help = "name an inner part with `let`, or move it into a process of its own"
	s.abandoned = true
	s.pos = s.end
	return false
}

func (s *session) leave() { s.depth-- }

// span covers the tokens from index first up to and without index end.
func (s *session) span(first, end int) source.Span {
	if end <= first {
		at := int(s.tokens[min(first, len(s.tokens)-1)].Start)
		return s.region.Span(at, at)
	}
	last := min(end, len(s.tokens)) - 1
	return s.region.Span(int(s.tokens[first].Start), int(s.tokens[last].End))
}

// since covers the tokens from index first up to where the reader is.
func (s *session) since(first int) source.Span { return s.span(first, s.pos) }

// docs returns the comments, by their indices, that document what begins at a token.
func (s *session) docs(index int) (first, last int) {
	last = int(s.tokens[index].Comments)
	floor := 0
	if index > 0 {
		floor = int(s.tokens[index-1].Comments)
	}
	first = last
	for first > floor && strings.HasPrefix(s.comments[first-1].Text, "///") {
		first--
	}
	return first, last
}

// begins returns the offset at which the declaration begins whose first token is
// this one, its documentation included.
func (s *session) begins(index int) int {
	if first, last := s.docs(index); first < last {
		return s.comments[first].At.Start()
	}
	return int(s.tokens[index].Start)
}

// doc returns the documentation that stands directly before a token.
func (s *session) doc(index int) string {
	first, last := s.docs(index)
	if first == last {
		return ""
	}
	lines := make([]string, 0, last-first)
	for _, c := range s.comments[first:last] {
		lines = append(lines, strings.TrimPrefix(strings.TrimPrefix(c.Text, "///"), " "))
	}
	return strings.Join(lines, "\n")
}
