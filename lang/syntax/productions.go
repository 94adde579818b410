package syntax

import (
	"fmt"
	"io"
	"sort"
	"strings"
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/cob-lang/cob/lang/source"
)

// production is one construct: its line of the grammar, and how it is read.
type production struct {
	read    func(*session) spanned // at its first token; reports where it stops
	grammar string
	headers bool      // a `{` in an expression of its header opens its body
	block   blockKind // what its blocks may hold
	routing bool      // only routes have it
	action  bool      // may stand on the right of `=`
}

type spanned interface {
	Node
	setSpan(source.Span)
}

// table is all productions.
type table struct {
	decls      map[string]*production
	statements map[string]*production
	clauses    map[string]*production
	assign     *production
	branch     *production
	onArm      *production
	afterArm   *production
	operation  *production
	receive    *production
	binding    *production
	mapping    *production
	rule       *production
	schemaPart *production
	schemaVerb *production
	schemaCode *production

	state       *production
	patternStep *production
	emit        *production
	migrateMove *production
	migrateSet  *production
}

var (
	tableOnce sync.Once
	tableOf   *table
)

// productions returns the table; it is built at the first parse.
func productions() *table {
	tableOnce.Do(func() { tableOf = newTable() })
	return tableOf
}

func newTable() *table {
	body := func(p *production, kind blockKind) *production { p.block = kind; return p }
	header := func(p *production, kind blockKind) *production { p.headers = true; return body(p, kind) }
	act := func(p *production) *production { p.action = true; return p }
	routed := func(p *production) *production { p.routing = true; return p }
	t := &table{
		decls: declTable(body, header),
		statements: map[string]*production{
			"let": byHand[LetStmt](`LetStmt = "let" Name (":" Type)? "=" (Action | Expr) .`), "call": act(body(byHand[CallStmt](`CallStmt = "call" Path Args Block? .`), callBody)),
			"task": act(body(byHand[TaskStmt](`TaskStmt = "task" Name Args Block? .`), taskBody)), "start": act(body(produced[StartStmt](), callBody)),
			"await": act(header(produced[AwaitStmt](), callBody)), "spawn": produced[SpawnStmt](),
			"send": body(produced[SendStmt](), callBody), "publish": produced[PublishStmt](),
			"if": header(byHand[IfStmt](`IfStmt = "if" Expr Block ElseIf* ("else" Block)? .`), statements), "for": header(byHand[ForStmt](`ForStmt = "for" Name "in" Expr ("parallel" Expr?)? Block ("join" Join)? .`), loopBody),
			"while": header(produced[WhileStmt](), loopBody), "parallel": produced[ParallelStmt](),
			"race": produced[RaceStmt](), "select": byHand[SelectStmt](`SelectStmt = "select" SelectArms .`), "wait": produced[WaitStmt](),
			"on":   byHand[SelectStmt](`OnStmt = "on" Path "transient"? ("as" Name)? ("where" Expr)? (("goto" Name) | Block) .`),
			"fail": byHand[FailStmt](`FailStmt = "fail" Expr .`), "return": byHand[ReturnStmt](`ReturnStmt = "return" Expr? .`), "try": body(produced[TryStmt](), statements),
			"scope": body(produced[ScopeStmt](), scopeBody), "match": header(produced[MatchStmt](), statements),
			"from": routed(produced[FromStmt]()), "filter": routed(produced[FilterStmt]()),
			"dedupe": routed(produced[DedupeStmt]()), "split": routed(produced[SplitStmt]()), "to": routed(produced[ToStmt]()),

			"critical": body(produced[CriticalStmt](), statements), "interleave": produced[InterleaveStmt](),
			"milestone": produced[MilestoneStmt](), "during": body(produced[DuringStmt](), statements),
			"cancel": produced[CancelStmt](), "end": produced[EndStmt](), "machine": produced[MachineStmt](), "goto": produced[GotoStmt](),
			"continue": produced[ContinueStmt](), "progress": produced[ProgressStmt](), "audit": produced[AuditStmt](),
			"report": produced[ReportStmt](),

			"enrich": routed(produced[EnrichStmt]()), "aggregate": routed(produced[AggregateStmt]()),
			"resequence": routed(produced[ResequenceStmt]()), "throttle": routed(produced[ThrottleStmt]()),
			"delay": routed(produced[DelayStmt]()), "sample": routed(produced[SampleStmt]()), "tap": routed(produced[TapStmt]()),
			"detour": routed(header(produced[DetourStmt](), statements)), "claim": routed(produced[ClaimStmt]()),
			"wrap": routed(produced[WrapStmt]()), "unwrap": routed(produced[UnwrapStmt]()), "slip": routed(produced[SlipStmt]()),
			"reply": routed(produced[ReplyStmt]()),
		},
		clauses: map[string]*production{
			"compensate": body(byHand[CompensateClause](`CompensateClause = "compensate" Block .`), statements), "catch": body(byHand[CatchClause](`CatchClause = "catch" Path? ("as" Name)? Block .`), statements),
			"on": body(byHand[OnClause](`OnClause = "on" Name Block .`), statements), "within": header(byHand[WithinClause](`WithinClause = "within" Expr ("else" Block)? .`), statements),
			"else": body(byHand[ElseClause](`ElseClause = "else" Block .`), statements),
		},
		assign: byHand[AssignStmt](`AssignStmt = Path "=" (Action | Expr) .`), branch: header(produced[Branch](), loopBody),
		onArm: header(byHand[OnArm](`OnArm = "on" Path "transient"? ("as" Name)? ("where" Expr)? (("goto" Name) | Block) .`), statements), afterArm: header(byHand[AfterArm](`AfterArm = "after" Expr (("goto" Name) | Block) .`), statements),
		operation: byHand[Operation](`Operation = "operation" Name Params ("->" Type)? ("raises" Path ("," Path)*)? OperationBody? .`), receive: produced[Receive](), binding: byHand[Binding](`Binding = "on" Path Settings .`),
		mapping: byHand[ErrorMapping](`ErrorMapping = "error" Expr ":" Expr .`), rule: produced[PolicyRule](),
		schemaPart: produced[SchemaPart](), schemaVerb: byHand[SchemaVerb](`SchemaVerb = "verb" Name Params? ("->" Type)? "idempotent"? Fields? .`), schemaCode: produced[SchemaCode](),
		state: body(produced[State](), stateBody), patternStep: produced[PatternStep](), emit: produced[EmitClause](),
		migrateMove: produced[MigrateMove](), migrateSet: produced[MigrateSet](),
	}
	return t
}

func declTable(body, header func(*production, blockKind) *production) map[string]*production {
	return map[string]*production{
		"package": produced[PackageDecl](), "import": produced[ImportDecl](), "use": produced[UseDecl](),
		"label": produced[LabelDecl](), "type": byHand[TypeDecl](`TypeDecl = "type" Name (Fields | ("=" Type ("where" Expr)?)) .`), "enum": produced[EnumDecl](), "union": produced[UnionDecl](),
		"fault": byHand[FaultDecl](`FaultDecl = "fault" Name Fields? .`), "event": byHand[EventDecl](`EventDecl = "event" Name Fields? .`), "cloud": produced[CloudDecl](),
		"connector": produced[ConnectorDecl](),
		"endpoint":  byHand[EndpointDecl](`EndpointDecl = "endpoint" Name ":" Path EndpointBody? .`), "failover": produced[FailoverDecl](), "sla": body(produced[SLADecl](), slaBody),
		"policy": produced[PolicyDecl](), "role": produced[RoleDecl](), "process": body(byHand[ProcessDecl](`ProcessDecl = "process" Name Params ("->" Type)? ("raises" Path ("," Path)*)? Block .`), processBody),
		"channel": produced[ChannelDecl](), "route": body(produced[RouteDecl](), routeBody),
		"sample": produced[SampleDecl](), "test": produced[TestDecl](),
		"pattern": header(produced[PatternDecl](), 0), "window": header(produced[WindowDecl](), 0),
		"schedule": body(produced[ScheduleDecl](), doing), "tenant": produced[TenantDecl](), "partner": produced[PartnerDecl](),
		"migrate": produced[MigrateDecl](), "rollout": produced[RolloutDecl](),
	}
}

// produced builds the parser of one production from the struct tags of T.
func produced[T any, P interface {
	*T
	spanned
}]() *production {
	parser := participle.MustBuild[T](
		participle.Lexer(definition{}), participle.UseLookahead(0),
		participle.ParseTypeWith(parseExpr), participle.ParseTypeWith(parseType), participle.ParseTypeWith(parseAction))
	trailing := participle.AllowTrailing(true)
	return &production{
		grammar: parser.String(),
		read: func(s *session) spanned {
			return s.generated(func(lex *lexer.PeekingLexer) (spanned, error) {
				n, err := parser.ParseFromLexer(lex, trailing)
				return P(n), err
			})
		},
	}
}

// produce runs a production at the reader. It returns what could be read, with
// its span, and reports where it stopped.
func (s *session) produce(p *production) Node {
	headers, block, start := s.headers, s.block, s.pos
	s.headers, s.block, s.begin = p.headers, p.block|block&routing&mask(p), start
	n := p.read(s)
	s.headers, s.block = headers, block
	if s.abandoned {
		s.pos = s.end
	}
	n.setSpan(s.since(start))
	return n
}

// generated runs a generated parser at the reader.
func (s *session) generated(parse func(*lexer.PeekingLexer) (spanned, error)) spanned {
	lex := s.lex
	outer, slot := lex.MakeCheckpoint(), *lex.Peek()
	s.show(lex)
	n, err := parse(lex)
	s.lex = lex
	s.pos = max(s.pos, lex.Peek().Pos.Line)
	lex.LoadCheckpoint(outer)
	*lex.Peek() = slot
	if err != nil {
		s.refuse(err)
	}
	return n
}

// mask lets the words of routes through to the blocks of their statements.
func mask(p *production) blockKind {
	if p.block&statements != 0 {
		return routing
	}
	return 0
}

// refuse reports why a generated parser stopped and moves the reader behind what
// it could not understand.
func (s *session) refuse(err error) {
	unexpected, ok := err.(*participle.UnexpectedTokenError)
	if !ok {
		panic(fmt.Sprintf("syntax: a production failed with %v", err))
	}
	s.pos = max(s.pos, unexpected.Unexpected.Pos.Line)
	s.lacks(wanted(unexpected.Message()))
}

// wanted turns the message of a generated parser into words: the literals and
// productions that could have stood at the place.
func wanted(message string) string {
	_, tail, _ := strings.Cut(message, "(expected ")
	first := firsts(strings.TrimSuffix(tail, ")"))
	for i, f := range first {
		first[i] = plainName(f)
	}
	switch n := len(first); n {
	case 0:
		return "something else"
	case 1:
		return first[0]
	default:
		return strings.Join(first[:n-1], ", ") + " or " + first[n-1]
	}
}

// firsts returns the terminals and productions that can begin a sequence of EBNF.
func firsts(ebnf string) (out []string) {
	for ebnf = strings.TrimSpace(ebnf); ebnf != ""; ebnf = strings.TrimSpace(ebnf) {
		end := termEnd(ebnf)
		term := ebnf[:end]
		ebnf = ebnf[end:]
		optional := strings.HasPrefix(ebnf, "?") || strings.HasPrefix(ebnf, "*")
		ebnf = strings.TrimLeft(ebnf, "?*+")
		if strings.HasPrefix(term, "(") {
			for _, alternative := range strings.Split(term[1:len(term)-1], " | ") {
				out = append(out, firsts(alternative)...)
			}
		} else {
			out = append(out, term)
		}
		if !optional {
			break
		}
	}
	return out
}

// termEnd returns the length of the first term of a sequence of EBNF.
func termEnd(ebnf string) int {
	depth := 0
	quoted := false
	for i, c := range ebnf {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return i + 1
			}
		case depth == 0 && strings.ContainsRune(" ?*+", c):
			return i
		}
	}
	return len(ebnf)
}

func plainName(symbol string) string {
	switch symbol {
	case "Name":
		return "a name"
	case "Path", "PatternSource", "StreamSource":
		return "a name"
	case "Join":
		return "`all`, `any`, a number or `when`"
	case "StepWord":
		return "`then`, `next`, `and` or `or`"
	case "StepRef":
		return "the id of a step"
	case "Expr":
		return "an expression"
	case "Type":
		return "a type"
	case "Action":
		return "`call`"
	case "StringExpr":
		return "a string"
	case "Args", "Params":
		return "`(`"
	case "Block", "Fields", "Settings", "EnumMembers", "ConnectorBody", "EndpointBody", "OperationBody", "PolicyBody", "TestBody",
		"Branches", "SelectArms", "MatchArms", "StreamBody", "MachineBody", "MigrateBody":
		return "`{`"
	}
	return "`" + strings.Trim(symbol, `"`) + "`"
}

// handWritten is the grammar of the productions that no struct tag describes.
const handWritten = `File = Decl* .
Name = <word> .
Path = <word> ("." <word>)* .
Fields = "{" Field ("," Field)* "}" .
Field = <word> ":" Type ("where" Expr | "@" Path ("(" Expr ("," Expr)* ")")?)* .
Params = "(" (Field ("," Field)*)? ")" .
Args = "(" (Expr ("," Expr)*)? ")" .
EnumMembers = "{" <word> ("," <word>)* "}" .
Type = (Path ("<" Type ("," Type)* ">")? | "[" Type "]" | Fields) "?"? .
Settings = "{" (Setting ("," Setting)*)? "}" .
Setting = <word> ":" Phrase ("," Phrase)* .
Phrase = Expr+ .
EndpointBody = "{" (Setting | Operation | Receive | Binding)* "}" .
OperationBody = "{" (Request | Setting | ErrorMapping)* "}" .
Request = <word> (StringExpr Settings? | Settings) .
ConnectorBody = "{" (SchemaPart | SchemaVerb | SchemaCode)* "}" .
PolicyBody = "{" (Setting | PolicyRule)* "}" .
TestBody = "{" (Setting | TestStep)* "}" .
TestStep = ("given" | "when" | "then") Phrase ("," Phrase)* .
Block = "{" (Setting | Clause | OnArm | AfterArm | (<word> ":")? Stmt)* "}" .
Branches = "{" Branch* "}" .
Join = ("when" Expr | Expr) ("cancel" | "keep")? .
SelectArms = "{" (OnArm | AfterArm | ElseClause)* "}" .
MatchArms = "{" MatchArm ("," MatchArm)* "}" .
MatchArm = ("else" | Expr ("as" <word>)?) "=>" (Block | Stmt) .
MachineBody = "{" (Setting | State)* "}" .
StreamBody = "{" ((Setting | PatternStep | EmitClause) ","?)* "}" .
StreamSource = Path ("by" Expr)? .
StepWord = "first" | "every" | "then" | "next" | "and" | "or" | "without" .
PatternSource = "not"? (<word> "=")? Path .
MigrateBody = "{" ((MigrateMove | MigrateSet) ","?)* "}" .
StepRef = Path | <string> .
Catches = CatchClause+ .
ElseIf = "else" "if" Expr Block .
Action = CallStmt | TaskStmt | StartStmt | AwaitStmt .
StringExpr = <string> .
Expr = Else ("?" Expr ":" Expr)? .
Else = Or ("??" Or)* .
Or = And ("||" And)* .
And = Equal ("&&" Equal)* .
Equal = Compare (("==" | "!=") Compare)* .
Compare = Range (("<" | "<=" | ">" | ">=" | "in") Range)* .
Range = Sum (".." Sum)* .
Sum = Product (("+" | "-") Product)* .
Product = Unary (("*" | "/" | "%") Unary)* .
Unary = ("!" | "-") Unary | Operand (("." | "?.") <word> | "[" Expr "]" | "[" Expr? ":" Expr? "]" | Args)* .
Operand = <number> | <clock> | <string> | "true" | "false" | "null" | <word> | "(" Expr ")" | List | Record | Lambda .
List = "[" (Expr ("," Expr)*)? "]" .
Record = Path? "{" (FieldInit ("," FieldInit)*)? "}" .
FieldInit = (<word> | <string>) (":" Expr)? .
Lambda = (<word> | "(" <word> ("," <word>)* ")") "=>" Expr | ("." <word>)+ .`

// Grammar returns the grammar of the language in EBNF. In braces a line break
// stands for a comma, or between statements where no comma is written.
func Grammar() string {
	t := productions()
	out := []string{choice("Decl", t.decls), choice("Stmt", t.statements, t.assign), choice("Clause", t.clauses)}
	seen := map[string]bool{}
	add := func(p *production) {
		for _, line := range strings.Split(p.grammar, "\n") {
			if !seen[line] {
				seen[line] = true
				out = append(out, line)
			}
		}
	}
	for _, group := range []map[string]*production{t.decls, t.statements, t.clauses} {
		for _, word := range sortedKeys(group) {
			add(group[word])
		}
	}
	for _, p := range []*production{t.assign, t.branch, t.onArm, t.afterArm, t.operation, t.receive, t.binding, t.mapping, t.rule,
		t.schemaPart, t.schemaVerb, t.schemaCode,
		t.state, t.patternStep, t.emit, t.migrateMove, t.migrateSet} {
		add(p)
	}
	return strings.Join(out, "\n") + "\n" + handWritten + "\n"
}

func choice(name string, group map[string]*production, more ...*production) string {
	var names []string
	for _, word := range sortedKeys(group) {
		names = append(names, productionName(group[word]))
	}
	for _, p := range more {
		names = append(names, productionName(p))
	}
	return name + " = " + strings.Join(names, " | ") + " ."
}

func productionName(p *production) string {
	name, _, _ := strings.Cut(p.grammar, " ")
	return name
}

func sortedKeys(m map[string]*production) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// definition tells the grammar generator the kinds of tokens. Texts are cut by
// Lex; the generated parsers are only ever given tokens.
type definition struct{}

func (definition) Symbols() map[string]lexer.TokenType {
	return map[string]lexer.TokenType{
		"EOF": lexer.EOF, "Word": kindType(Word), "Number": kindType(Number), "String": kindType(String),
		"Punct": kindType(Punct), "Garbage": kindType(Garbage),
	}
}

func (definition) Lex(string, io.Reader) (lexer.Lexer, error) {
	return nil, fmt.Errorf("reading COB through a generated parser: call syntax.Parse instead")
}

func kindType(k Kind) lexer.TokenType { return lexer.EOF - lexer.TokenType(k) }
