package plan

import "strings"

// partners tells what the two sides may not do any more.
func (d *differ) partners() {
	each(d.older.Partners, d.newer.Partners, func(p *Partner) string { return p.Name }, func(a, b *Partner) {
		switch {
		case b == nil:
			d.add(Incompatible, "partner "+a.Name, a.At, "it is gone, and who is there can use nothing here any more")
		case a == nil:
			d.add(Safe, "partner "+b.Name, b.At, "it is new")
		default:
			d.partner("partner "+b.Name, a, b)
		}
	})
}

func (d *differ) partner(where string, a, b *Partner) {
	name := func(s *Shared) string { return s.Name }
	each(a.Exports, b.Exports, name, func(x, y *Shared) {
		switch {
		case y == nil:
			d.add(Incompatible, where, b.At, "it may not use %s any more", x.Name)
		case x == nil:
			d.add(Safe, where, b.At, "it may use %s, too", y.Name)
		}
		// What the contract is now is told of the process or the channel.
	})
	each(a.Imports, b.Imports, name, func(x, y *Shared) {
		switch {
		case y == nil:
			d.add(NeedsMigrate, where, b.At, "%s does not run there any more, and a step may wait for it", x.Name)
		case x == nil:
			d.add(Safe, where, b.At, "%s runs there", y.Name)
		case !same(x, y):
			d.add(NeedsMigrate, where, b.At, "%s takes, gives or raises something else, and a step may wait for it", y.Name)
		}
	})
	if !same(a.Trust, b.Trust) || !same(a.URL, b.URL) {
		d.add(Safe, where, b.At, "it is trusted or reached otherwise")
	}
}

// migrations tells which ways from older plans there are.
func (d *differ) migrations() {
	each(d.older.Migrations, d.newer.Migrations, func(m *Migration) string { return m.Process + " from " + m.From }, func(a, b *Migration) {
		switch {
		case b == nil:
			d.add(Safe, "process "+a.Process, a.At, "there is no way from the plan %.8s any more", a.From)
		case a == nil:
			d.add(Safe, "process "+b.Process, b.At, "there is a way from the plan %.8s", b.From)
		case !same(a, b):
			d.add(Safe, "process "+b.Process, b.At, "the way from the plan %.8s is another one", b.From)
		}
	})
}

// movesOf is where the newer plan leads those who wait at the steps of a process
// in the older one: the step of each step.
func (d *differ) movesOf(process string) map[string]string {
	return movesIn(d.migrationTo(process))
}

func movesIn(m *Migration) map[string]string {
	moves := map[string]string{}
	if m != nil {
		for _, x := range m.Moves {
			moves[x.From] = x.To
		}
	}
	return moves
}

// migrationTo is the migration of a process from the older plan, nil where the newer
// one has none.
func (d *differ) migrationTo(process string) *Migration {
	digest := ""
	for i := range d.newer.Migrations {
		m := &d.newer.Migrations[i]
		if m.Process != process {
			continue
		}
		if digest == "" {
			text, err := Encode(d.older)
			if err != nil {
				panic("plan: a plan cannot fail to encode: " + err.Error())
			}
			digest = Digest(text)
		}
		if strings.HasPrefix(digest, m.From) {
			return m
		}
	}
	return nil
}
