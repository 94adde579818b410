package syntax

// Keywords are the words that begin something, for an editor to propose.
type Keywords struct {
	Declarations []string // in column 1
	Statements   []string // of processes and routes
	Routing      []string // statements that only routes have
	Clauses      []string // of calls, tasks and scopes
	Actions      []string // on the right of `=`
}

// AllKeywords returns the keywords of the grammar, each list sorted.
func AllKeywords() Keywords {
	t := productions()
	k := Keywords{Declarations: DeclKeywords(), Clauses: sortedKeys(t.clauses)}
	for _, word := range sortedKeys(t.statements) {
		p := t.statements[word]
		if p.routing {
			k.Routing = append(k.Routing, word)
		} else {
			k.Statements = append(k.Statements, word)
		}
		if p.action {
			k.Actions = append(k.Actions, word)
		}
	}
	return k
}
