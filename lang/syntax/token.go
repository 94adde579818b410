package syntax

// Kind says what a token is.
type Kind uint8

const (
	EOF     Kind = iota
	Word         // identifier or contextual keyword
	Number       // a literal that begins with a digit; Literal says of which kind
	String       // "..." or """...""", interpolations included
	Punct        // operator or bracket
	Garbage      // bytes that are no token; a diagnostic says so
)

// Token is a slice of the text. Blank space and comments are between tokens.
type Token struct {
	Kind     Kind
	Literal  LiteralKind // of a Number
	Newline  bool        // a line break or a `;` stands between this token and the one before
	Comments int32       // how many comments of the file end before this token
	Start    int32       // byte range in the text
	End      int32
}

// MaxFileBytes is the largest text that is parsed. A larger one gets one
// diagnostic and an empty tree.
const MaxFileBytes = 4 << 20

// MaxNesting is how deep brackets, blocks, types, operators and interpolations
// may nest within each other. A bracket and the expression in it count once each.
const MaxNesting = 200

// MaxChain is how many operators, or members, indexes and calls, follow each other in
// one expression without brackets: a tree of them is as deep as the chain is long.
const MaxChain = 2000

// DeclKeywords are the words that begin a declaration in column 1, sorted.
func DeclKeywords() []string {
	return []string{
		"channel", "cloud", "connector", "endpoint", "enum", "event", "failover", "fault", "import", "label", "migrate", "package", "partner",
		"pattern", "policy", "process", "role", "rollout", "route", "sample", "schedule", "sla", "tenant", "test", "type",
		"union", "use", "window",
	}
}
