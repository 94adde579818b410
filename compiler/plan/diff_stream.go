package plan

// streams compares patterns, windows and schedules. What has begun ends as it
// began, like an instance, and that takes no longer than the old plan says; so
// none of their changes loses anything.
func (d *differ) streams() {
	each(d.older.Patterns, d.newer.Patterns, func(p *Pattern) string { return p.Name }, func(a, b *Pattern) {
		if a == nil || b == nil {
			d.stream("pattern", head(a, b, func(p *Pattern) (string, Place) { return p.Name, p.At }), "matches that have begun come to their end")
			return
		}
		x, y := *a, *b
		x.Emit, y.Emit = Emit{}, Emit{}
		switch {
		case !same(x, y):
			d.add(Safe, "pattern "+b.Name, b.At, "it recognizes something else; matches that have begun come to their end as they are")
		case !same(a.Emit, b.Emit):
			d.add(Safe, "pattern "+b.Name, b.At, "it emits something else; matches that have begun come to their end as they are")
		}
	})
	each(d.older.Windows, d.newer.Windows, func(w *Window) string { return w.Name }, func(a, b *Window) {
		if a == nil || b == nil {
			d.stream("window", head(a, b, func(w *Window) (string, Place) { return w.Name, w.At }), "windows that have begun come to their end")
		} else if !same(a, b) {
			d.add(Safe, "window "+b.Name, b.At, "it changes; windows that have begun come to their end as they are")
		}
	})
	each(d.older.Schedules, d.newer.Schedules, func(s *Schedule) string { return s.Name }, func(a, b *Schedule) {
		if a == nil || b == nil {
			d.stream("schedule", head(a, b, func(s *Schedule) (string, Place) { return s.Name, s.At }), "what it started goes on")
		} else if !same(a, b) {
			d.add(Safe, "schedule "+b.Name, b.At, "it changes, beginning with the next occasion")
		}
	})
}

// appeared is a declaration that only one of two plans has.
type appeared struct {
	name string
	at   Place
	gone bool
}

func head[T any](a, b *T, of func(*T) (string, Place)) appeared {
	x := appeared{gone: b == nil}
	if x.gone {
		x.name, x.at = of(a)
	} else {
		x.name, x.at = of(b)
	}
	return x
}

func (d *differ) stream(word string, x appeared, rest string) {
	if x.gone {
		d.add(Safe, word+" "+x.name, x.at, "it is gone; %s", rest)
		return
	}
	d.add(Safe, word+" "+x.name, x.at, "it is new")
}
