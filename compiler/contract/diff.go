package contract

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cob-lang/cob/lang/types"
)

// Class says what a Change means for a program that uses the contract.
type Class string

// The classes, the worse one last.
const (
	Compatible Class = "compatible"
	Breaking   Class = "breaking"
)

// Change is one difference between two contracts.
type Change struct {
	Class   Class  `json:"class"`
	Subject string `json:"subject"` // "operation Stock.Find", "type Item", "type Item, field qty"
	Text    string `json:"text"`    // what is different, one sentence without a full stop
}

func (c Change) String() string { return fmt.Sprintf("%s: %s: %s", c.Class, c.Subject, c.Text) }

// way says where values of a type travel, as bits.
type way uint8

const (
	sent     way = 1 // to the service
	received way = 2
)

// Diff says how a contract differs from an older one, by subject. What is only
// sent may ask for less, what is only received may promise more; everything else
// breaks callers. A type that no operation and no channel reaches is taken to go
// both ways. The two are compared by the names of their types without what
// qualifies them.
func Diff(older, newer *Contract) []Change {
	d := &differ{older: index(older), newer: index(newer), ways: map[string]way{}}
	if older.Connector != newer.Connector && older.Connector != "" {
		d.breaks("contract", "its protocol was %s and is %s", older.Connector, or(newer.Connector, "none"))
	}
	d.reach(d.older)
	d.reach(d.newer)
	d.operations()
	d.channels()
	d.definitions()
	slices.SortStableFunc(d.out, func(a, b Change) int { return cmp.Compare(a.Subject, b.Subject) })
	return slices.Compact(d.out)
}

func or(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}

// indexed is a contract with its parts by name. Types have short names.
type indexed struct {
	types       map[string]*types.Definition
	refinements map[[2]string]map[string]rules
	operations  map[string]*Operation
	channels    map[string]*Channel
}

func index(c *Contract) *indexed {
	x := &indexed{types: map[string]*types.Definition{}, refinements: rulesOf(c.Refinements), operations: map[string]*Operation{}, channels: map[string]*Channel{}}
	for i := range c.Types {
		d := c.Types[i]
		d.Name, d.Fields = short(d.Name), shortFields(d.Fields)
		x.types[d.Name] = &d
	}
	for i := range c.Operations {
		o := c.Operations[i]
		o.Params = slices.Clone(o.Params)
		for k := range o.Params {
			o.Params[k].Type = shortType(o.Params[k].Type)
		}
		o.Result = shortType(o.Result)
		x.operations[strings.TrimPrefix(o.Service+"."+o.Name, ".")] = &o
	}
	for i := range c.Channels {
		x.channels[c.Channels[i].Name] = &c.Channels[i]
	}
	return x
}

func short(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

func shortType(t types.Type) types.Type {
	t.Name, t.Fields = short(t.Name), shortFields(t.Fields)
	if t.Elem != nil {
		elem := shortType(*t.Elem)
		t.Elem = &elem
	}
	return t
}

func shortFields(fields []types.Field) []types.Field {
	out := slices.Clone(fields)
	for i := range out {
		out[i].Type = shortType(out[i].Type)
	}
	return out
}

type differ struct {
	older, newer *indexed
	ways         map[string]way
	out          []Change
}

func (d *differ) breaks(subject, format string, args ...any) {
	d.out = append(d.out, Change{Breaking, subject, fmt.Sprintf(format, args...)})
}

func (d *differ) allows(subject, format string, args ...any) {
	d.out = append(d.out, Change{Compatible, subject, fmt.Sprintf(format, args...)})
}

// when tells a change that breaks where values travel one of the ways in bad.
func (d *differ) when(bad, on way, subject, format string, args ...any) {
	if on&bad != 0 {
		d.breaks(subject, format, args...)
	} else {
		d.allows(subject, format, args...)
	}
}

// reach notes which ways the types of a contract travel.
func (d *differ) reach(x *indexed) {
	for _, name := range slices.Sorted(maps.Keys(x.operations)) {
		o := x.operations[name]
		for _, p := range o.Params {
			d.travels(x, p.Type, sent)
		}
		d.travels(x, o.Result, received)
		for _, f := range o.Faults {
			d.travels(x, types.Ref(short(f.Name)), received)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(x.channels)) {
		c := x.channels[name]
		for _, m := range c.Messages {
			if c.Sends {
				d.travels(x, shortType(m), sent)
			}
			if c.Receives {
				d.travels(x, shortType(m), received)
			}
		}
	}
}

func (d *differ) travels(x *indexed, t types.Type, on way) {
	if t.Elem != nil {
		d.travels(x, *t.Elem, on)
	}
	for _, f := range t.Fields {
		d.travels(x, f.Type, on)
	}
	if t.Kind != types.Named || d.ways[t.Name]&on == on {
		return
	}
	if def := x.types[t.Name]; def != nil {
		d.ways[t.Name] |= on
		for _, f := range def.Fields {
			d.travels(x, f.Type, on)
		}
	}
}

// way of a type that nothing reaches is both.
func (d *differ) way(name string) way {
	if w := d.ways[name]; w != 0 {
		return w
	}
	return sent | received
}

func (d *differ) operations() {
	for _, name := range union(d.older.operations, d.newer.operations) {
		a, b := d.older.operations[name], d.newer.operations[name]
		subject := "operation " + name
		switch {
		case b == nil:
			d.breaks(subject, "it is gone")
		case a == nil:
			d.allows(subject, "it is new")
		default:
			d.operation(subject, a, b)
		}
	}
}

func (d *differ) operation(subject string, a, b *Operation) {
	if x, y := a.travel(), b.travel(); x != y {
		d.breaks(subject, "it was %s and is %s", x, y)
	}
	d.params(subject, a.Params, b.Params)
	if a.Result.Kind == types.Void && b.Result.Kind != types.Void {
		d.allows(subject, "it gives %s, where it gave nothing", b.Result)
	} else {
		d.compare(subject, "its result", a.Result, b.Result, received)
	}
	older, newer := rulesOf(a.Refinements), rulesOf(b.Refinements)
	for _, p := range a.Params {
		if slices.ContainsFunc(b.Params, func(q Param) bool { return q.Name == p.Name }) {
			place := [2]string{"", p.Name}
			d.ruled(subject, "the parameter "+p.Name, older[place], newer[place], sent)
		}
	}
	if a.Result.Kind != types.Void {
		d.ruled(subject, "its result", older[[2]string{}], newer[[2]string{}], received)
	}
	raised := func(o *Operation) map[string]bool {
		names := map[string]bool{}
		for _, f := range o.Faults {
			names[short(f.Name)] = true
		}
		return names
	}
	before, after := raised(a), raised(b)
	for _, f := range union(before, after) {
		switch {
		case !after[f]:
			d.allows(subject, "it does not raise %s any more", f)
		case !before[f]:
			d.breaks(subject, "it raises %s, which is new", f)
		}
	}
}

// travel is how an operation is asked for, in a word.
func (o *Operation) travel() string {
	switch {
	case o.HTTP != nil:
		return o.HTTP.Method + " " + o.HTTP.Path
	case o.GRPC != nil:
		return o.GRPC.Service + "/" + o.GRPC.Method
	case o.SOAP != nil:
		return fmt.Sprintf("SOAP %s %s %s %q", o.SOAP.Version, o.SOAP.Style, o.SOAP.Input, o.SOAP.Action)
	case o.Message != nil:
		return fmt.Sprintf("message %s to %s", o.Message.Name, o.Message.Channel)
	}
	return "nothing"
}

// apart is how the items of a list are told apart.
func (p *Param) apart() string {
	if p.Between == "" {
		return "each by itself"
	}
	return fmt.Sprintf("as one text with %q between them", p.Between)
}

func (d *differ) params(subject string, a, b []Param) {
	find := func(list []Param, name string) int {
		return slices.IndexFunc(list, func(p Param) bool { return p.Name == name })
	}
	var kept []string
	for _, p := range a {
		i := find(b, p.Name)
		if i < 0 {
			d.breaks(subject, "the parameter %s is gone", p.Name)
			continue
		}
		kept = append(kept, p.Name)
		if b[i].Between != p.Between {
			d.breaks(subject, "the items of the parameter %s travelled %s and travel %s", p.Name, p.apart(), b[i].apart())
		}
		if b[i].In != p.In || b[i].WireName() != p.WireName() {
			d.breaks(subject, "the parameter %s was in %s as %s and is in %s as %s", p.Name, or(p.In, "the call"), p.WireName(), or(b[i].In, "the call"), b[i].WireName())
		}
		d.compare(subject, "the parameter "+p.Name, p.Type, b[i].Type, sent)
	}
	last := -1
	for i, p := range b {
		at := slices.Index(kept, p.Name)
		switch {
		case at < 0 && p.Type.Kind != types.Optional:
			d.breaks(subject, "the parameter %s is new and has to be given", p.Name)
		case at < 0 && slices.ContainsFunc(b[i+1:], func(q Param) bool { return slices.Contains(kept, q.Name) }):
			d.breaks(subject, "the parameter %s is new and stands before others", p.Name)
		case at < 0:
			d.allows(subject, "the parameter %s is new and may be left out", p.Name)
		case at < last:
			d.breaks(subject, "the parameter %s stands at another place", p.Name)
		default:
			last = at
		}
	}
}

func (d *differ) channels() {
	for _, name := range union(d.older.channels, d.newer.channels) {
		a, b := d.older.channels[name], d.newer.channels[name]
		subject := "channel " + name
		switch {
		case b == nil:
			d.breaks(subject, "it is gone")
			continue
		case a == nil:
			d.allows(subject, "it is new")
			continue
		}
		if a.Address != b.Address {
			d.breaks(subject, "its address was %s and is %s", a.Address, b.Address)
		}
		if a.Receives && !b.Receives {
			d.breaks(subject, "nothing is received from it any more")
		}
		if a.Sends && !b.Sends {
			d.breaks(subject, "nothing can be sent to it any more")
		}
		messages := func(c *Channel) map[string]bool {
			names := map[string]bool{}
			for _, m := range c.Messages {
				names[shortType(m).String()] = true
			}
			return names
		}
		before, after := messages(a), messages(b)
		for _, m := range union(before, after) {
			switch {
			case !after[m]:
				d.breaks(subject, "its message %s is gone", m)
			case !before[m]:
				d.allows(subject, "its message %s is new", m)
			}
		}
		if b.Receives && maps.Equal(before, after) { // what is sent operations say
			d.ruled(subject, "its message", rulesOf(a.Refinements)[[2]string{}], rulesOf(b.Refinements)[[2]string{}], received)
		}
	}
}

// union are the keys of both, sorted.
func union[V any](a, b map[string]V) []string {
	out := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(out)
	return slices.Compact(out)
}
