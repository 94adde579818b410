package expression

import "github.com/cob-lang/cob/lang/types"

// step is a lowered node as a Go closure.
type step func(env map[string]types.Value) (types.Value, error)

// direct arranges a lowered tree without loops as closures.
func direct(n *lowered) step {
	switch n.form {
	case constant:
		v := n.value
		return func(map[string]types.Value) (types.Value, error) { return v, nil }
	case variable:
		name := n.name
		return func(env map[string]types.Value) (types.Value, error) { return env[name], nil }
	case apply:
		return directApply(n)
	}
	return directBranch(n)
}

func directApply(n *lowered) step {
	at := n.at
	switch {
	case n.run.one != nil:
		a, run := direct(n.args[0]), n.run.one
		return func(env map[string]types.Value) (types.Value, error) {
			x, err := a(env)
			if err != nil {
				return nil, err
			}
			v, err := run(x)
			if err != nil {
				return nil, placed(err, at)
			}
			return v, nil
		}
	case n.run.two != nil:
		a, b, run := direct(n.args[0]), direct(n.args[1]), n.run.two
		return func(env map[string]types.Value) (types.Value, error) {
			x, err := a(env)
			if err != nil {
				return nil, err
			}
			y, err := b(env)
			if err != nil {
				return nil, err
			}
			v, err := run(x, y)
			if err != nil {
				return nil, placed(err, at)
			}
			return v, nil
		}
	}
	args, run := make([]step, len(n.args)), n.run.many
	for i := range n.args {
		args[i] = direct(n.args[i])
	}
	return func(env map[string]types.Value) (types.Value, error) {
		values := make([]types.Value, len(args))
		for i, a := range args {
			v, err := a(env)
			if err != nil {
				return nil, err
			}
			values[i] = v
		}
		v, err := run(values)
		if err != nil {
			return nil, placed(err, at)
		}
		return v, nil
	}
}

func directBranch(n *lowered) step {
	a, b, f, at := direct(n.args[0]), direct(n.args[1]), n.form, n.at
	var c step
	if f == choose {
		c = direct(n.args[2])
	}
	return func(env map[string]types.Value) (types.Value, error) {
		x, err := a(env)
		if err != nil {
			return nil, err
		}
		if f == orElse {
			if x != nil {
				return x, nil
			}
			return b(env)
		}
		holds, err := condition(x)
		switch {
		case err != nil:
			return nil, placed(err, at)
		case f == choose && holds:
			return b(env)
		case f == choose:
			return c(env)
		case holds == (f == either):
			return holds, nil
		}
		y, err := b(env)
		if err != nil {
			return nil, err
		}
		if _, err := condition(y); err != nil {
			return nil, placed(err, at)
		}
		return y, nil
	}
}

func condition(v types.Value) (bool, error) {
	b, ok := v.(bool)
	if !ok {
		return false, fail(WrongType, "want a bool, not %s", types.Describe(v))
	}
	return b, nil
}
