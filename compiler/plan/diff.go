package plan

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/cob-lang/cob/lang/types"
)

// Class says what a change means for what exists already: instances that run,
// data that is stored, and whoever calls or sends.
type Class string

// The classes, harmless ones first.
const (
	Safe         Class = "safe"
	SafeBefore   Class = "safe for instances not past" // a step, which the change names
	NeedsMigrate Class = "needs migrate"
	Incompatible Class = "incompatible"
)

var classes = []Class{Safe, SafeBefore, NeedsMigrate, Incompatible}

// Rank orders classes: 0 is Safe, 3 is Incompatible.
func (c Class) Rank() int { return slices.Index(classes, c) }

// Change is one difference between two plans.
type Change struct {
	Class Class  `json:"class"`
	Past  string `json:"past,omitempty"` // of SafeBefore: the id of the step
	Where string `json:"where"`          // "process orders.Fulfil"
	What  string `json:"what"`           // one sentence
	At    Place  `json:"at,omitempty"`   // in the new plan, or in the old one where it is gone

	step string // of NeedsMigrate: the id of the older plan's step that it is about, if any
}

// Diff says what changes from one plan to another, the worst first, then by
// where and in the order of the text. No change means that both do the same;
// places in the source do not count.
func Diff(older, newer *Plan) []Change {
	d := &differ{older: older, newer: newer}
	d.definitions()
	d.refinements()
	d.wires()
	d.channels()
	d.endpoints()
	d.processes()
	d.routes()
	d.streams()
	d.partners()
	d.migrations()
	d.rest()
	slices.SortStableFunc(d.changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(b.Class.Rank(), a.Class.Rank()), cmp.Compare(a.Where, b.Where))
	})
	return d.changes
}

// Worst is the class of a list of changes as a whole.
func Worst(changes []Change) Class {
	worst := Safe
	for _, c := range changes {
		if c.Class.Rank() > worst.Rank() {
			worst = c.Class
		}
	}
	return worst
}

type differ struct {
	older, newer *Plan
	changes      []Change
	moves        map[string]string // of the process that is compared; see movesOf
}

func (d *differ) add(class Class, where string, at Place, what string, args ...any) {
	d.changes = append(d.changes, Change{Class: class, Where: where, At: at, What: fmt.Sprintf(what, args...)})
}

// each pairs what two sorted lists have by name and calls f with both, with nil
// for what is missing.
func each[T any](older, newer []T, name func(*T) string, f func(a, b *T)) {
	find := func(list []T, n string) *T {
		for i := range list {
			if name(&list[i]) == n {
				return &list[i]
			}
		}
		return nil
	}
	for i := range older {
		f(&older[i], find(newer, name(&older[i])))
	}
	for i := range newer {
		if find(older, name(&newer[i])) == nil {
			f(nil, &newer[i])
		}
	}
}

// plain is a value as its JSON without what says where it stands.
func plain(v any) any {
	text, err := json.Marshal(v)
	if err != nil {
		panic("plan: a part of a plan cannot fail to encode: " + err.Error())
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		panic("plan: what was encoded cannot fail to decode: " + err.Error())
	}
	return strip(out)
}

func strip(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, item := range v {
			if _, text := item.(string); key == "at" && text || key == "doc" && text {
				delete(v, key)
				continue
			}
			v[key] = strip(item)
		}
	case []any:
		for i := range v {
			v[i] = strip(v[i])
		}
	}
	return v
}

func same(a, b any) bool { return reflect.DeepEqual(plain(a), plain(b)) }

func (d *differ) definitions() {
	each(d.older.Types, d.newer.Types, func(t *types.Definition) string { return t.Name }, func(a, b *types.Definition) {
		switch {
		case b == nil:
			d.add(Safe, string(a.Kind)+" "+a.Name, "", "it is gone; what used it is listed apart")
		case a == nil:
			d.add(Safe, string(b.Kind)+" "+b.Name, "", "it is new")
		case a.Kind != b.Kind:
			d.add(Incompatible, string(b.Kind)+" "+b.Name, "", "it was %s and is %s", article(string(a.Kind)), article(string(b.Kind)))
		default:
			where := string(b.Kind) + " " + b.Name
			if a.Tag != b.Tag {
				d.add(Incompatible, where, "", "its cases are told apart in JSON by %s, not by %s", quoted(b.Tag), quoted(a.Tag))
			}
			d.values(where, a.Values, b.Values)
			d.fields(where, fieldWords[a.Kind], a.Fields, b.Fields)
		}
	})
}

func article(word string) string {
	if word != "" && strings.ContainsRune("aeiou", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}

func quoted(text string) string {
	if text == "" {
		return "a name around them"
	}
	return "the field " + text
}

func (d *differ) values(where string, older, newer []string) {
	for _, v := range older {
		if !slices.Contains(newer, v) {
			d.add(Incompatible, where, "", "the value %s is gone, and data may hold it", v)
		}
	}
	for _, v := range newer {
		if !slices.Contains(older, v) {
			d.add(Safe, where, "", "the value %s is new", v)
		}
	}
}

var fieldWords = map[types.DefinitionKind]string{types.UnionDefinition: "case"}

// fields compares the fields of a record, the cases of a union or parameters.
func (d *differ) fields(where, word string, older, newer []types.Field) {
	if word == "" {
		word = "field"
	}
	each(older, newer, func(f *types.Field) string { return f.Name }, func(a, b *types.Field) {
		switch {
		case b == nil:
			d.add(Incompatible, where, "", "the %s %s is gone, and who reads or gives it breaks", word, a.Name)
		case a == nil && (word == "case" || b.Type.Kind == types.Optional):
			d.add(Safe, where, "", "the %s %s is new", word, b.Name)
		case a == nil:
			d.add(Incompatible, where, "", "the %s %s is new and required: data that exists does not have it", word, b.Name)
		default:
			d.field(where, word, a, b)
		}
	})
}

func (d *differ) field(where, word string, a, b *types.Field) {
	if a.WireName() != b.WireName() {
		d.add(Incompatible, where, "", "the %s %s is called %s in JSON, not %s", word, b.Name, b.WireName(), a.WireName())
	}
	switch {
	case same(a.Type, b.Type):
	case b.Type.Kind == types.Optional && same(a.Type, *b.Type.Elem):
		d.add(Incompatible, where, "", "the %s %s may be absent now, and who reads it does not expect that", word, b.Name)
	default:
		d.add(Incompatible, where, "", "the %s %s was %s and is %s", word, b.Name, a.Type, b.Type)
	}
	if !slices.Equal(a.Labels, b.Labels) {
		d.add(Safe, where, "", "the labels of the %s %s were [%s] and are [%s]: policies decide anew", word, b.Name, strings.Join(a.Labels, ", "), strings.Join(b.Labels, ", "))
	}
}

func (d *differ) refinements() {
	name := func(r *Refinement) string { return r.Type + " " + r.Field + strings.Join(r.Within, "") }
	each(d.older.Refinements, d.newer.Refinements, name, func(a, b *Refinement) {
		switch {
		case b == nil:
			d.add(Safe, "type "+a.Type, "", "the condition on %s is gone", a.Field)
		case a == nil:
			d.add(Incompatible, "type "+b.Type, "", "%s has a condition now that data which exists may break", b.Field)
		case !same(a, b):
			d.add(Incompatible, "type "+b.Type, "", "the condition on %s is another one, and data which exists may break it", b.Field)
		}
	})
}

// wires tells how fields travel now: instances keep their values, and the next call
// sends them in the new form.
func (d *differ) wires() {
	name := func(w *Wire) string { return w.Type + " " + w.Field }
	each(d.older.Wires, d.newer.Wires, name, func(a, b *Wire) {
		if a != nil && b != nil && !same(a, b) {
			d.add(Safe, "type "+b.Type, "", "%s travels as %s, not as %s: the next call sends it so", b.Field, b.form(), a.form())
		}
	})
}

func (d *differ) channels() {
	each(d.older.Channels, d.newer.Channels, func(c *Channel) string { return c.Name }, func(a, b *Channel) {
		switch {
		case b == nil:
			d.add(Incompatible, "channel "+a.Name, a.At, "it is gone, with the messages in it and for who sends to it")
		case a == nil:
			d.add(Safe, "channel "+b.Name, b.At, "it is new")
		case a.Kind != b.Kind || !same(a.Type, b.Type):
			d.add(Incompatible, "channel "+b.Name, b.At, "it was a %s of %s and is a %s of %s", a.Kind, a.Type, b.Kind, b.Type)
		case a.DeadLetter != "" && b.DeadLetter == "":
			d.add(Incompatible, "channel "+b.Name, b.At, "what cannot be processed goes nowhere any more, and went to %s, whose readers wait for it", a.DeadLetter)
		case a.DeadLetter != "" && a.DeadLetter != b.DeadLetter:
			d.add(Incompatible, "channel "+b.Name, b.At, "what cannot be processed goes to %s, and the readers of %s wait for it", b.DeadLetter, a.DeadLetter)
		case !same(a, b):
			d.add(Safe, "channel "+b.Name, b.At, "its settings change")
		}
	})
}

func (d *differ) endpoints() {
	each(d.older.Endpoints, d.newer.Endpoints, func(e *Endpoint) string { return e.Name }, func(a, b *Endpoint) {
		switch {
		case b == nil:
			d.add(NeedsMigrate, "endpoint "+a.Name, "", "it is gone, and what was done there could not be undone")
			return
		case a == nil:
			d.add(Safe, "endpoint "+b.Name, "", "it is new")
			return
		}
		where := "endpoint " + b.Name
		each(a.Operations, b.Operations, func(o *Operation) string { return o.Name }, func(x, y *Operation) {
			switch {
			case y == nil:
				d.add(NeedsMigrate, where, "", "the operation %s is gone, and a step may wait for it or be undone by it", x.Name)
			case x == nil:
				d.add(Safe, where, "", "the operation %s is new", y.Name)
			case !same(x.Params, y.Params) || !same(x.Result, y.Result) || !slices.Equal(x.Raises, y.Raises):
				d.add(NeedsMigrate, where, "", "the operation %s takes, gives or raises something else, and a step may wait for it", y.Name)
			case !same(x, y):
				d.add(Safe, where, "", "the operation %s is carried out otherwise", y.Name)
			}
		})
		each(a.Bindings, b.Bindings, func(x *Binding) string { return x.Cloud }, func(x, y *Binding) {
			switch {
			case y == nil:
				d.add(NeedsMigrate, where, x.At, "it is not on %s any more, and what was done there could not be undone", x.Cloud)
			case x == nil:
				d.add(Safe, where, y.At, "it is on %s, too", y.Cloud)
			case !same(x, y):
				d.add(Safe, where, y.At, "what its owner promises on %s, or its address, changes", y.Cloud)
			}
		})
		if !same(a.Options, b.Options) {
			d.add(Safe, where, "", "its settings change")
		}
		if a.Connector != b.Connector {
			d.add(Safe, where, "", "it is reached by %s, not by %s", b.Connector, a.Connector)
		}
	})
}

// rest is what decides anew for every step and keeps nothing, by kind. Whatever
// kinds of declarations a plan has beside those of the rules above are told here.
func (d *differ) rest() {
	a, b := reflect.ValueOf(*d.older), reflect.ValueOf(*d.newer)
	for i := range a.NumField() {
		name := a.Type().Field(i).Name
		if a.Field(i).Kind() != reflect.Slice || slices.Contains([]string{"Types", "Refinements", "Wires", "Channels", "Endpoints", "Processes", "Routes", "Patterns", "Windows", "Schedules", "Partners", "Migrations"}, name) {
			continue
		}
		word := strings.ToLower(strings.TrimSuffix(name, "s"))
		if word == "policie" {
			word = "policy"
		}
		d.named(word, a.Field(i), b.Field(i))
	}
}

func (d *differ) named(word string, older, newer reflect.Value) {
	index := func(list reflect.Value) (names []string, by map[string]reflect.Value) {
		by = map[string]reflect.Value{}
		for i := range list.Len() {
			name := list.Index(i).FieldByName("Name")
			if !name.IsValid() {
				name = list.Index(i).FieldByName("Path") // of a contract
			}
			if !name.IsValid() {
				name = list.Index(i).Field(0)
			}
			names, by[name.String()] = append(names, name.String()), list.Index(i)
		}
		return names, by
	}
	oldNames, oldBy := index(older)
	newNames, newBy := index(newer)
	for _, n := range oldNames {
		switch now, ok := newBy[n]; {
		case !ok && word == "cloud":
			d.add(NeedsMigrate, word+" "+n, "", "it is gone, and what was done there could not be undone")
		case !ok:
			d.add(Safe, word+" "+n, "", "it is gone")
		case !same(oldBy[n].Interface(), now.Interface()):
			d.add(Safe, word+" "+n, "", "it changes")
		}
	}
	for _, n := range newNames {
		if _, ok := oldBy[n]; !ok {
			what := "it is new"
			if word == "setting" {
				what = "the node needs it now"
			}
			d.add(Safe, word+" "+n, "", "%s", what)
		}
	}
}
