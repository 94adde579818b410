package expression

import (
	"errors"
	"slices"

	"github.com/cob-lang/cob/lang/types"
)

// Limits of one tree and one evaluation.
const (
	// MaxNodes bounds the nodes of a tree.
	MaxNodes = 10_000
	// MaxItems bounds the items of a list that an evaluation makes or loops over.
	MaxItems = 100_000
	// MaxText bounds the bytes of a text that an evaluation makes.
	MaxText = 4 << 20
	// MaxWork bounds what the lambdas of one evaluation do: one unit for each
	// round of a lambda, for each item or entry that a function in one reads or
	// makes, and for each 64 bytes of text.
	MaxWork = 1_000_000
)

// Program is a compiled tree. It is never changed after Compile and may be used
// by several goroutines at once.
type Program struct {
	tree  *Tree
	reads []string
	// Exactly one of the two engines is set.
	direct   step
	bytecode *bytecode
}

// Compile makes a Program of a checked tree. The tree must not be changed
// afterwards. Errors: *CompileError.
func Compile(tree Tree, u *types.Universe) (*Program, error) {
	l := lowering{u: u}
	root, err := l.tree(&tree, false)
	if err != nil {
		return nil, err
	}
	p := &Program{tree: &tree, reads: Reads(&tree)}
	if !l.loops {
		p.direct = direct(root)
		return p, nil
	}
	p.bytecode, err = assemble(root)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// Eval gives the value of the program where the variables have the values of
// env; a variable that env does not hold is null. It changes nothing in env.
// Errors: *Failure.
func (p *Program) Eval(env map[string]types.Value) (types.Value, error) {
	if p.direct != nil {
		return p.direct(env)
	}
	return p.bytecode.run(env, p.reads)
}

// Reads are the free variables of the program, sorted.
func (p *Program) Reads() []string { return p.reads }

// Type is the type of the value that Eval gives.
func (p *Program) Type() types.Type { return p.tree.Type }

// Reads are the variables that a tree reads and does not bind itself, sorted.
func Reads(t *Tree) []string {
	var free []string
	collect(t, nil, &free)
	slices.Sort(free)
	return slices.Compact(free)
}

func collect(t *Tree, bound []string, free *[]string) {
	if t == nil {
		return
	}
	switch t.Op {
	case Var:
		if !slices.Contains(bound, t.Name) {
			*free = append(*free, t.Name)
		}
	case Lambda:
		bound = append(bound[:len(bound):len(bound)], t.Name)
	}
	for i := range t.Args {
		collect(&t.Args[i], bound, free)
	}
}

// Constant gives the value of a tree that reads no variable; ok is false where
// it reads one. Errors: *CompileError, and *Failure where the value cannot be
// computed (a division by zero, for example), which holds in every run.
func Constant(t *Tree, u *types.Universe) (v types.Value, ok bool, err error) {
	if len(Reads(t)) > 0 {
		return nil, false, nil
	}
	p, err := Compile(*t, u)
	if err != nil {
		return nil, false, err
	}
	v, err = p.Eval(nil)
	var f *Failure
	if errors.As(err, &f) {
		return nil, true, f
	}
	return v, true, nil
}
