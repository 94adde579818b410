package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/compiler"
)

// good compiles a package that has to have no errors, for a command that ends soon;
// those it has are shown.
func good(c *cobra.Command, dir string) (*compiler.Result, error) {
	shortLived()
	return sound(c, dir)
}

// sound is good for a command that goes on.
func sound(c *cobra.Command, dir string) (*compiler.Result, error) {
	r, err := compileOne(dir)
	if err != nil {
		return nil, err
	}
	if r.Failed() {
		if err := show(c.ErrOrStderr(), r.Diagnostics); err != nil {
			return nil, err
		}
		return nil, bad(nil)
	}
	return r, nil
}

// goodFlows compiles a package of which only tests may have errors, for a command that
// looks at what the package does and neither runs it nor gives its plan away. Errors
// are shown; where all lie in tests, it goes on with a word about it.
func goodFlows(c *cobra.Command, dir string) (*compiler.Result, error) {
	shortLived()
	r, err := compileOne(dir)
	if err != nil {
		return nil, err
	}
	if !r.Failed() {
		return r, nil
	}
	if err := show(c.ErrOrStderr(), r.Diagnostics); err != nil {
		return nil, err
	}
	if r.Plan == nil {
		return nil, bad(nil)
	}
	fmt.Fprintf(c.ErrOrStderr(), "cob: the errors of %s lie in its test blocks alone, so this goes on; cob build and cob run would not\n", dir)
	return r, nil
}

// compileOne compiles the package that somebody named by its directory or a file in it.
func compileOne(path string) (*compiler.Result, error) {
	dir, err := onePackage(path)
	if err != nil {
		return nil, err
	}
	return compile(dir)
}
