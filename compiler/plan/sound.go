package plan

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// What a field of a plan may say stands beside it, and the schema shows the same:
//
//	one:"queue topic"   one of these words
//	to:"channel"        the name of a declaration of this kind; "channel?" may be empty
//	least:"-1"          the smallest number; 0 where there is no such tag
//
// A field that is left out where it is empty may be empty.

// words are what a type of text may say, wherever it stands.
var words = map[reflect.Type][]string{
	reflect.TypeFor[Kind]():       wordsOf(Kinds()...),
	reflect.TypeFor[Verdict]():    wordsOf(Allow, Deny, Decide),
	reflect.TypeFor[Preference](): wordsOf(Cheapest, Fastest, MostAvailable, Listed, Weighted, Sticky),
	reflect.TypeFor[Overlap]():    wordsOf(OverlapSkip, OverlapWait, OverlapCancel, OverlapAllow),
	reflect.TypeFor[Missed]():     wordsOf(MissedSkip, MissedLast, MissedAll),
	reflect.TypeFor[types.Kind](): wordsOf(types.Bool, types.Int, types.Float, types.Decimal, types.Money, types.String, types.Bytes,
		types.Timestamp, types.Duration, types.JSON, types.Null, types.Void, types.Secret, types.List, types.Map, types.Optional,
		types.Record, types.Named, types.Lambda, types.Handle),
	reflect.TypeFor[types.DefinitionKind](): wordsOf(types.RecordDefinition, types.EnumDefinition, types.UnionDefinition,
		types.FaultDefinition, types.EventDefinition),
}

func wordsOf[T ~string](list ...T) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = string(list[i])
	}
	return out
}

// Words are all that a field of a struct of a plan may say, nil where that is any
// text.
func Words(f reflect.StructField) []string {
	if one := f.Tag.Get("one"); one != "" {
		return strings.Fields(one)
	}
	return words[f.Type]
}

// Least is the smallest number that a field of a struct of a plan may hold.
func Least(f reflect.StructField) int64 {
	least, _ := strconv.ParseInt(f.Tag.Get("least"), 10, 64)
	return least
}

// UnsoundError says that a plan holds what no compiler writes: it was changed
// after it was built.
type UnsoundError struct {
	All []Unsound // in the order of the plan, never empty
}

// Unsound is one thing in a plan that no compiler writes.
type Unsound struct {
	Path string // "processes[3].flow.body[0].call.endpoint"
	At   Place  // of what is around it, "" where nothing has a place
	Why  string
}

// maxUnsound is how many are told in a text.
const maxUnsound = 5

func (e *UnsoundError) Error() string {
	var b strings.Builder
	b.WriteString("this plan is not as cob build writes it: build it again from its source")
	for i, u := range e.All {
		if i == maxUnsound {
			fmt.Fprintf(&b, "; and %d more", len(e.All)-maxUnsound)
			break
		}
		b.WriteString("; ")
		if u.At != "" {
			fmt.Fprintf(&b, "%s: ", u.At)
		}
		fmt.Fprintf(&b, "%s %s", u.Path, u.Why)
	}
	return b.String()
}

// sound is *UnsoundError where a plan holds words, names, references or numbers that
// no compiler writes.
func sound(p *Plan) error {
	s := soundness{names: namesOf(p)}
	s.value(reflect.ValueOf(p).Elem(), "", "")
	if len(s.found) > 0 {
		return &UnsoundError{s.found}
	}
	return nil
}

// namesOf are the names that references may have, by the kind of what they name.
func namesOf(p *Plan) map[string]map[string]bool {
	out := map[string]map[string]bool{}
	add := func(kind, name string) {
		if out[kind] == nil {
			out[kind] = map[string]bool{}
		}
		out[kind][name] = true
	}
	for kind, list := range map[string]any{
		"type": p.Types, "cloud": p.Clouds, "endpoint": p.Endpoints, "failover": p.Failovers, "sla": p.SLAs,
		"policy": p.Policies, "role": p.Roles, "channel": p.Channels, "process": p.Processes,
	} {
		for v, i := reflect.ValueOf(list), 0; i < v.Len(); i++ {
			add(kind, v.Index(i).FieldByName("Name").String())
		}
	}
	for i := range p.Partners {
		for _, shared := range p.Partners[i].Imports {
			if shared.Kind == "process" {
				add("process", shared.Name)
			} else {
				add("channel", shared.Name)
			}
		}
	}
	return out
}

// soundness walks a plan once. The path of what it finds is made only then.
type soundness struct {
	names map[string]map[string]bool
	found []Unsound
}

func (s *soundness) note(path string, at Place, format string, args ...any) {
	s.found = append(s.found, Unsound{path, at, fmt.Sprintf(format, args...)})
}

var (
	typeOfType = reflect.TypeFor[types.Type]()
	typeOfTree = reflect.TypeFor[expression.Tree]()
	typeOfFlow = reflect.TypeFor[Flow]()
)

func (s *soundness) value(v reflect.Value, path string, at Place) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			s.value(v.Elem(), path, at)
		}
	case reflect.Slice:
		s.unique(v, path, at)
		for i := range v.Len() {
			s.value(v.Index(i), path+"["+strconv.Itoa(i)+"]", at)
		}
	case reflect.Struct:
		s.structure(v, path, at)
	}
}

func (s *soundness) structure(v reflect.Value, path string, at Place) {
	t := v.Type()
	if i, ok := t.FieldByName("At"); ok && i.Type == reflect.TypeFor[Place]() {
		if own := Place(v.FieldByIndex(i.Index).String()); own != "" {
			at = own
		}
	}
	switch t {
	case typeOfType:
		s.shape(v.Addr().Interface().(*types.Type), path, at)
	case typeOfTree:
		if op := v.Addr().Interface().(*expression.Tree).Op; !op.Known() {
			s.note(path+".op", at, "is %q, which is no operator", op)
		}
	case typeOfFlow:
		s.ids(v.Addr().Interface().(*Flow), path)
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		s.field(v.Field(i), f, strings.TrimPrefix(path+"."+name, "."), at, option != "")
	}
}

func (s *soundness) field(v reflect.Value, f reflect.StructField, path string, at Place, optional bool) {
	if v.Kind() == reflect.Pointer && !v.IsNil() && v.Elem().Kind() == reflect.Int64 {
		v = v.Elem()
	}
	switch {
	case f.Type == typeOfType && optional && v.IsZero(): // there is none
	case v.Kind() == reflect.String:
		s.text(v.String(), f, path, at, optional)
	case v.Kind() == reflect.Int || v.Kind() == reflect.Int64:
		if least := Least(f); v.Int() < least {
			s.note(path, at, "is %d, and must be at least %d", v.Int(), least)
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.String:
		for i := range v.Len() {
			s.text(v.Index(i).String(), f, path+"["+strconv.Itoa(i)+"]", at, false)
		}
	default:
		s.value(v, path, at)
	}
}

func (s *soundness) text(text string, f reflect.StructField, path string, at Place, optional bool) {
	to, open := strings.CutSuffix(f.Tag.Get("to"), "?")
	if text == "" && (optional || open) {
		return
	}
	if one := Words(f); one != nil && !slices.Contains(one, text) {
		s.note(path, at, "is %q, and must be one of %s", text, strings.Join(one, ", "))
	}
	if to != "" && !s.names[to][text] {
		s.note(path, at, "is %q, and the plan has no %s of this name", text, to)
	}
	if f.Name == "Name" && text == "" {
		s.note(path, at, "is empty")
	}
}

// unique checks that no two structs of a list have one name.
func (s *soundness) unique(list reflect.Value, path string, at Place) {
	elem := list.Type().Elem()
	if elem.Kind() != reflect.Struct || elem == typeOfTree || list.Len() < 2 {
		return
	}
	if _, ok := elem.FieldByName("Name"); !ok {
		return
	}
	seen := make(map[string]bool, list.Len())
	for i := range list.Len() {
		name := list.Index(i).FieldByName("Name").String()
		if name != "" && seen[name] {
			s.note(path, at, "has the name %q twice", name)
		}
		seen[name] = true
	}
}

// shape checks that the parts of a type are those of its kind.
func (s *soundness) shape(t *types.Type, path string, at Place) {
	elem := false
	switch t.Kind {
	case types.List, types.Map, types.Optional, types.Lambda, types.Handle:
		elem = true
	case types.Named:
		if !s.names["type"][t.Name] {
			s.note(path+".name", at, "is %q, and the plan has no type of this name", t.Name)
		}
	}
	switch {
	case elem != (t.Elem != nil):
		s.note(path+".elem", at, "does not fit the kind %s", t.Kind)
	case t.Name != "" && t.Kind != types.Named:
		s.note(path+".name", at, "does not fit the kind %s", t.Kind)
	case len(t.Fields) > 0 && t.Kind != types.Record:
		s.note(path+".fields", at, "do not fit the kind %s", t.Kind)
	}
}

// ids checks that every step of a flow has an id of its own.
func (s *soundness) ids(f *Flow, path string) {
	seen := map[string]bool{}
	Walk(f.Body, func(step *Step) {
		switch {
		case step.ID == "":
			s.note(path, step.At, "has a step without an id")
		case seen[step.ID]:
			s.note(path, step.At, "has two steps of the id %q", step.ID)
		}
		seen[step.ID] = true
	})
}
