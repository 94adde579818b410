package sim

import (
	"fmt"

	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// Version is another version of the package of a test, as whoever runs the test found it.
type Version struct {
	Path    string // as the test names it
	Program *engine.Program
	// Problem says why there is no Program.
	Problem string
}

// reload activates a version of the package, "" for the one that is active. What runs
// stays on the version that it began with.
func (b *bench) reload(path string) error {
	next := b.program
	if path != "" {
		v, err := b.version(path)
		if err != nil {
			return err
		}
		next = v
	}
	checker, err := checkerOf(next)
	if err != nil {
		return err
	}
	if path == "" {
		b.trace("the plan was activated again")
	} else {
		b.trace("the version %s was activated", path)
		b.walked.locateAll(next.Plan())
	}
	b.program, b.checker = next, checker
	return b.decide(record.ActivatePlan{Package: next.Plan().Package, Digest: next.Digest()})
}

// version is that of a path, if it is one of the package.
func (b *bench) version(path string) (*engine.Program, error) {
	for _, v := range b.versions {
		switch {
		case v.Path != path:
		case v.Program == nil:
			return nil, fmt.Errorf("%s: %s", path, v.Problem)
		case v.Program.Plan().Package != b.own.Plan().Package:
			return nil, fmt.Errorf("%s is the package %s, and no version of %s", path, v.Program.Plan().Package, b.own.Plan().Package)
		default:
			return v.Program, nil
		}
	}
	return nil, fmt.Errorf("%s was not looked for: cob test finds versions of a package", path)
}

// on is the program that an instance runs.
func (b *bench) on(instance string) *engine.Program { return b.ofDigest(b.plans[instance]) }

func (b *bench) ofDigest(digest string) *engine.Program {
	for _, v := range b.versions {
		if v.Program != nil && v.Program.Digest() == digest {
			return v.Program
		}
	}
	return b.own
}

func checkerOf(p *engine.Program) (*expression.Checker, error) {
	return expression.NewChecker(p.Universe(), p.Plan().Refinements)
}
