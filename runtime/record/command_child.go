package record

import "github.com/cob-lang/cob/lang/types"

// Watch says who waits for the end of an instance; the zero Watch is nobody.
type Watch struct {
	Instance   string
	Activation uint32
}

// Ending is how an instance ended.
type Ending struct {
	State  State // Completed, Faulted or Cancelled
	Result types.Value
	Fault  string
	Fields map[string]types.Value
	Detail string
}

// ChildEnded tells an instance that another one ended that it waits for.
type ChildEnded struct {
	Watch
	Child string // instance
	Ending
}

// RecallChild says that the instance of Process with Key is not wanted any more:
// it is cancelled where By started it, and else By no longer waits for its end.
// One that does not exist yet will never run.
type RecallChild struct {
	Process string
	Key     string
	By      Watch
}

func (ChildEnded) command()  {}
func (RecallChild) command() {}
