package replay

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// hidden is what stands for data that who recorded may not see.
var hidden = regexp.MustCompile(`^\((hidden|[a-z_][a-z0-9_.]*(, [a-z_][a-z0-9_.]*)*)\)$`)

func hiddenIn(s string) bool {
	return strings.Contains(s, "(") && strings.Contains(s, ")") && hidden.MatchString(s)
}

// equal compares two values as JSON. What is hidden in either is equal to anything.
func equal(a, b any) bool {
	if s, ok := a.(string); ok && hiddenIn(s) {
		return true
	}
	if s, ok := b.(string); ok && hiddenIn(s) {
		return true
	}
	switch a := a.(type) {
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for k := range a {
			if other, there := b[k]; !there || !equal(a[k], other) {
				return false
			}
		}
		return true
	}
	return a == b
}

func equalJSON(a, b json.RawMessage) bool {
	var x, y any
	if len(a) == 0 || len(b) == 0 {
		return len(a) == len(b)
	}
	return decode(a, &x) && decode(b, &y) && equal(x, y)
}

// decode keeps numbers as they are written: an amount is exact.
func decode(text json.RawMessage, to *any) bool {
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	return d.Decode(to) == nil
}

func equalArgs(a, b map[string]json.RawMessage) bool {
	if len(a) != len(b) {
		return false
	}
	for k := range a {
		if other, there := b[k]; !there || !equalJSON(a[k], other) {
			return false
		}
	}
	return true
}

// compare tells what differs in the story as a whole.
func (p *player) compare() {
	if !p.lost {
		for i := range p.then.Asks {
			if a := &p.then.Asks[i]; !p.used[i] {
				p.differs("call", a.Step, "it asked %s with %s, and would not", a.Target, text(a.Args))
			}
		}
	}
	p.order()
	p.path()
	if p.lost {
		p.differs("end", "", "what follows is not known")
		return
	}
	for i := range p.then.Inputs {
		in := &p.then.Inputs[i]
		if (in.Kind == "event" || in.Kind == "message") && !slices.Contains(p.took, in.ID) {
			kind := map[string]string{"event": "the event ", "message": "the message " + in.ID + " of "}[in.Kind]
			p.differs("event", "", "it took %s%s, and would not", kind, in.Event)
		}
	}
	if !slices.Equal(p.then.Undone, p.undone) {
		p.differs("undo", "", "undone was %s and would be %s", listed(p.then.Undone), listed(p.undone))
	}
	p.ends()
}

// order compares in which order the same things were asked for.
func (p *player) order() {
	names := func(list []Ask) []string {
		out := make([]string, len(list))
		for i := range list {
			out[i] = list[i].Step + " (" + list[i].Target + ")"
		}
		return out
	}
	then, now := names(p.then.Asks), names(p.asked)
	if a, b := slices.Sorted(slices.Values(then)), slices.Sorted(slices.Values(now)); !slices.Equal(a, b) {
		return // what is asked for at all differs, and was told
	}
	if !slices.Equal(then, now) {
		i := firstDifference(then, now)
		p.differs("order", "", "it asked for %s where it would ask for %s", then[i], now[i])
	}
}

func firstDifference(a, b []string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// path compares which steps ran.
func (p *player) path() {
	then, now := p.then.Steps, p.ran
	if slices.Equal(then, now) || p.lost && len(now) <= len(then) && slices.Equal(then[:len(now)], now) {
		return
	}
	i := firstDifference(then, now)
	place := func(list []string) string {
		if i < len(list) {
			return "at " + list[i]
		}
		return "over"
	}
	behind := "in the beginning"
	if i > 0 {
		behind = "behind " + then[i-1]
	}
	p.differs("step", "", "%s it was %s and would be %s", behind, place(then), place(now))
}

func listed(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

func (p *player) ends() {
	then, now := p.then.End, p.ended
	switch {
	case then == nil && now == nil:
	case then == nil:
		p.differs("end", "", "it had not ended, and would be %s", said(now))
	case now == nil:
		p.differs("end", "", "it was %s, and would not end", said(then))
	case then.State != now.State || then.Fault != now.Fault || !equalJSON(then.Result, now.Result) || !equalJSON(then.Fields, now.Fields):
		p.differs("end", "", "it was %s and would be %s", said(then), said(now))
	}
}

func said(e *End) string {
	switch {
	case e.Fault != "":
		return fmt.Sprintf("%s with %s %s", e.State, e.Fault, e.Fields)
	case len(e.Result) > 0:
		return fmt.Sprintf("%s with %s", e.State, e.Result)
	}
	return e.State
}
