package types

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of data from outside.
const (
	// MaxDepth bounds how deeply JSON from outside may nest.
	MaxDepth = 64
	// MaxProblems bounds how many problems one Decode reports.
	MaxProblems = 20
	// MaxBytes bounds the bytes of one value of type bytes; what is larger does not
	// travel in messages.
	MaxBytes = 4 << 20
)

// Problem is one place where data does not fit its type.
type Problem struct {
	// Path leads to the place: "lines[2].qty"; "" is the whole value.
	Path    string `json:"path"`
	Message string `json:"message"`
}

func (p Problem) String() string {
	if p.Path == "" {
		return p.Message
	}
	return p.Path + ": " + p.Message
}

// Problems is what Decode found wrong; an error when it is not empty.
type Problems []Problem

func (ps Problems) Error() string {
	texts := make([]string, len(ps))
	for i, p := range ps {
		texts[i] = p.String()
	}
	return strings.Join(texts, "; ")
}

// Public is the problem without the value that its message may quote: for whoever may
// not see the value.
func (p Problem) Public() Problem {
	for _, made := range []string{"missing", "want ", "must satisfy", "no such field"} { // of types alone
		if strings.HasPrefix(p.Message, made) {
			return p
		}
	}
	return Problem{p.Path, "does not fit its type"}
}

// Public are the problems without the values that they may quote.
func (ps Problems) Public() Problems {
	out := make(Problems, len(ps))
	for i, p := range ps {
		out[i] = p.Public()
	}
	return out
}

// Fields says what Decode does with a field that the type does not have.
type Fields bool

// Strict refuses unknown fields: right for what a person or a client sends,
// where a typing mistake must not vanish. Tolerant drops them: right for the
// answers of services, which may grow.
const (
	Strict   Fields = true
	Tolerant Fields = false
)

// DecodeJSON reads JSON text as a value of type t. The value fits t except for
// refinements, which lang/expression checks. Errors: Problems.
func (u *Universe) DecodeJSON(text []byte, t Type, fields Fields) (Value, error) {
	raw, err := ReadJSON(text)
	if err != nil {
		return nil, Problems{{Message: err.Error()}}
	}
	return u.Convert(raw, t, fields)
}

// Convert makes a value of type t of a value of type json. It takes ownership
// of raw. Errors: Problems, in the order of the type's fields.
func (u *Universe) Convert(raw Value, t Type, fields Fields) (Value, error) {
	c := converter{u: u, fields: fields}
	v := c.convert(raw, t)
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return v, nil
}

type converter struct {
	u        *Universe
	fields   Fields
	problems Problems
	at       []segment // where the conversion stands
}

// segment is one step of a path; paths are only spelled out for problems. The
// index counts where the name is empty.
type segment struct {
	name  string
	index int
}

func (c *converter) report(format string, args ...any) Value {
	if len(c.problems) >= MaxProblems {
		return nil
	}
	path := ""
	for _, s := range c.at {
		if s.name == "" {
			path += "[" + strconv.Itoa(s.index) + "]"
		} else {
			path = Path(path, s.name)
		}
	}
	c.problems = append(c.problems, Problem{path, fmt.Sprintf(format, args...)})
	return nil
}

// reportIn reports a problem with a field of the present place.
func (c *converter) reportIn(field, format string, args ...any) Value {
	c.at = append(c.at, segment{name: field})
	c.report(format, args...)
	c.at = c.at[:len(c.at)-1]
	return nil
}

// convertIn converts the value of a field of the present place.
func (c *converter) convertIn(field string, raw Value, t Type) Value {
	c.at = append(c.at, segment{name: field})
	v := c.convert(raw, t)
	c.at = c.at[:len(c.at)-1]
	return v
}

func (c *converter) convert(raw Value, t Type) Value {
	switch t.Kind {
	case JSON:
		return raw
	case Optional:
		if raw == nil {
			return nil
		}
		return c.convert(raw, *t.Elem)
	case Null, Void:
		if raw != nil {
			return c.report("want null, not %s", Describe(raw))
		}
		return nil
	case List:
		return c.list(raw, t)
	case Map:
		return c.mapping(raw, t)
	case Record:
		return c.record(raw, t.Fields)
	case Named:
		return c.named(raw, t)
	case Money:
		return c.money(raw)
	}
	return c.scalar(raw, t)
}

func (c *converter) list(raw Value, t Type) Value {
	items, ok := raw.([]Value)
	if !ok {
		return c.report("want a list, not %s", Describe(raw))
	}
	c.at = append(c.at, segment{})
	for i := range items {
		c.at[len(c.at)-1].index = i
		items[i] = c.convert(items[i], *t.Elem)
	}
	c.at = c.at[:len(c.at)-1]
	return items
}

func (c *converter) mapping(raw Value, t Type) Value {
	m, ok := raw.(map[string]Value)
	if !ok {
		return c.report("want a map, not %s", Describe(raw))
	}
	for _, k := range Keys(m) {
		m[k] = c.convertIn(k, m[k], *t.Elem)
	}
	return m
}

func (c *converter) record(raw Value, want []Field) Value {
	m, ok := raw.(map[string]Value)
	if !ok {
		return c.report("want a record, not %s", Describe(raw))
	}
	known := 0
	for i := range want {
		if _, present := m[want[i].WireName()]; present {
			known++
		}
	}
	if c.fields == Strict && known < len(m) {
		defer c.unknown(m, want)
	}
	out := m
	if known < len(m) || renames(want) {
		out = make(map[string]Value, len(want))
	}
	for i := range want {
		f := &want[i]
		v, present := m[f.WireName()]
		switch {
		case v == nil && f.Type.Kind == Optional:
			delete(out, f.Name)
		case !present:
			c.reportIn(f.WireName(), "missing (want %s)", f.Type)
		default:
			out[f.Name] = c.convertIn(f.WireName(), v, f.Type)
		}
	}
	return out
}

// renames says whether a field has another name in JSON; if none has, a record
// is converted where it is.
func renames(fields []Field) bool {
	for i := range fields {
		if fields[i].Wire != "" {
			return true
		}
	}
	return false
}

func (c *converter) unknown(m map[string]Value, want []Field) {
	names := make([]string, 0, len(want))
	known := map[string]bool{}
	for _, f := range want {
		known[f.WireName()] = true
		names = append(names, f.WireName())
	}
	for _, k := range Keys(m) {
		if !known[k] {
			c.reportIn(k, "no such field; there is %s", strings.Join(names, ", "))
		}
	}
}

func (c *converter) named(raw Value, t Type) Value {
	d := c.u.Lookup(t.Name)
	if d == nil {
		return c.report("the type %s is not known here", t.Name)
	}
	switch d.Kind {
	case EnumDefinition:
		s, ok := raw.(string)
		if !ok {
			return c.report("want one of %s, not %s", strings.Join(d.Values, ", "), Describe(raw))
		}
		for _, v := range d.Values {
			if v == s {
				return s
			}
		}
		return c.report("%.40q is none of %s", s, strings.Join(d.Values, ", "))
	case UnionDefinition:
		if d.Tag != "" {
			return c.tagged(raw, d)
		}
		return c.union(raw, d)
	}
	return c.record(raw, d.Fields)
}

// union reads {"case": value}: one key, the name of the case.
func (c *converter) union(raw Value, d *Definition) Value {
	m, ok := raw.(map[string]Value)
	if !ok || len(m) != 1 {
		return c.report("want an object with one key, the case of %s", d.Name)
	}
	for _, f := range d.Fields {
		if v, ok := m[f.WireName()]; ok {
			return map[string]Value{f.Name: c.convertIn(f.WireName(), v, f.Type)}
		}
	}
	return c.report("no case of %s", d.Name)
}

// money reads {"amount": "20.00", "currency": "EUR"}; the amount may also be a
// JSON number.
func (c *converter) money(raw Value) Value {
	m, ok := raw.(map[string]Value)
	if !ok {
		return c.report(`want money such as {"amount": "20.00", "currency": "EUR"}, not %s`, Describe(raw))
	}
	currency, ok := m["currency"].(string)
	if !ok || !IsCurrency(currency) {
		return c.reportIn("currency", "want an ISO 4217 code such as EUR")
	}
	value, ok := c.convertIn("amount", m["amount"], Of(Decimal)).(Exact)
	if !ok {
		return nil
	}
	if c.fields == Strict && len(m) > 2 {
		c.unknown(m, []Field{{Name: "amount"}, {Name: "currency"}})
	}
	return Amount{value, currency}
}

func (c *converter) scalar(raw Value, t Type) Value {
	switch x := raw.(type) {
	case bool:
		if t.Kind == Bool {
			return x
		}
	case int64:
		switch t.Kind {
		case Int:
			return x
		case Float:
			return float64(x)
		case Decimal:
			return ExactInt(x)
		}
	case Exact:
		switch t.Kind {
		case Float:
			return x.Float()
		case Decimal:
			return x
		case Int:
			if n, ok := x.Int(); ok {
				return n
			}
			return c.report("want a whole number of 64 bits")
		}
	case string:
		v, err := Parse(x, t)
		if err == nil {
			return v
		}
		if !errors.Is(err, errNoText) {
			return c.report("%v", err)
		}
	}
	return c.report("want %s, not %s", t, Describe(raw))
}

// Path is the path of the field name under path: "order.id", or "id" where path
// is the whole value.
func Path(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

var errNoText = errors.New("this type has no text form in JSON")

// Parse reads the JSON string form of a scalar type: decimal, bytes,
// timestamp, duration and string have one.
func Parse(text string, t Type) (Value, error) {
	switch t.Kind {
	case String:
		return text, nil
	case Decimal:
		return ParseExact(text)
	case Bytes:
		if len(text) > base64.StdEncoding.EncodedLen(MaxBytes) {
			return nil, fmt.Errorf("more than %d bytes", MaxBytes)
		}
		b, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil {
			return nil, errors.New("want base64")
		}
		if len(b) > MaxBytes {
			return nil, fmt.Errorf("more than %d bytes", MaxBytes)
		}
		return b, nil
	case Timestamp:
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return nil, errors.New("want a timestamp such as 2026-11-21T10:00:00Z")
		}
		return at.UTC(), nil
	case Duration:
		return ParseISODuration(text)
	}
	return nil, errNoText
}

// EncodeJSON appends v, a value of type t, as canonical JSON: record fields in
// the order of their wire names, map keys sorted, no spaces.
func (u *Universe) EncodeJSON(to []byte, v Value, t Type) []byte {
	switch t.Kind {
	case Optional:
		if v == nil {
			return append(to, "null"...)
		}
		return u.EncodeJSON(to, v, *t.Elem)
	case List:
		items, _ := v.([]Value)
		to = append(to, '[')
		for i, item := range items {
			if i > 0 {
				to = append(to, ',')
			}
			to = u.EncodeJSON(to, item, *t.Elem)
		}
		return append(to, ']')
	case Map:
		m, ok := v.(map[string]Value)
		if !ok {
			return AppendJSON(to, v)
		}
		return appendObject(to, Keys(m), func(to []byte, k string) []byte {
			return u.EncodeJSON(to, m[k], *t.Elem)
		})
	case Record, Named:
		m, ok := v.(map[string]Value)
		if !ok {
			return AppendJSON(to, v)
		}
		return u.encodeFields(to, m, t)
	}
	return AppendJSON(to, v)
}

// encodeFields leaves out an optional field that is absent. A field of another
// type that is null (of type json, say) is written, or it would be missing when
// the text is read again.
func (u *Universe) encodeFields(to []byte, m map[string]Value, t Type) []byte {
	fields := t.Fields
	if t.Kind == Named {
		d := u.Lookup(t.Name)
		if d == nil {
			return AppendJSON(to, m)
		}
		if d.Tag != "" {
			return u.encodeTagged(to, m, d)
		}
		fields = d.Fields
	}
	var few [16]*Field
	present := few[:0]
	for i := range fields {
		f := &fields[i]
		if v, ok := m[f.Name]; v != nil || ok && f.Type.Kind != Optional {
			present = append(present, f)
		}
	}
	slices.SortFunc(present, func(a, b *Field) int { return strings.Compare(a.WireName(), b.WireName()) })
	to = append(to, '{')
	for i, f := range present {
		if i > 0 {
			to = append(to, ',')
		}
		to = appendString(to, f.WireName())
		to = append(to, ':')
		to = u.EncodeJSON(to, m[f.Name], f.Type)
	}
	return append(to, '}')
}

func appendObject(to []byte, keys []string, value func([]byte, string) []byte) []byte {
	to = append(to, '{')
	for i, k := range keys {
		if i > 0 {
			to = append(to, ',')
		}
		to = appendString(to, k)
		to = append(to, ':')
		to = value(to, k)
	}
	return append(to, '}')
}

// AppendJSON appends v as canonical JSON without looking at a type: for values
// of type json, and for people to read.
func AppendJSON(to []byte, v Value) []byte {
	switch x := v.(type) {
	case nil:
		return append(to, "null"...)
	case bool:
		return strconv.AppendBool(to, x)
	case int64:
		return strconv.AppendInt(to, x, 10)
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return append(to, "null"...)
		}
		if x == 0 {
			return append(to, '0') // -0 is the same value
		}
		return strconv.AppendFloat(to, x, 'g', -1, 64)
	case Exact:
		// A JSON number has as many digits as it is given, so nothing is lost.
		return append(to, x.Compact()...)
	case Amount:
		to = append(to, `{"amount":"`...)
		to = append(to, x.Value.Compact()...)
		to = append(to, `","currency":"`...)
		to = append(to, x.Currency...)
		return append(to, `"}`...)
	case string:
		return appendString(to, x)
	case []byte:
		return appendString(to, base64.StdEncoding.EncodeToString(x))
	case time.Time:
		return appendString(to, x.UTC().Format(time.RFC3339Nano))
	case time.Duration:
		return appendString(to, FormatISODuration(x))
	case []Value:
		to = append(to, '[')
		for i, item := range x {
			if i > 0 {
				to = append(to, ',')
			}
			to = AppendJSON(to, item)
		}
		return append(to, ']')
	case map[string]Value:
		return appendObject(to, Keys(x), func(to []byte, k string) []byte { return AppendJSON(to, x[k]) })
	}
	return append(to, "null"...)
}

func appendString(to []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return appendEscaped(to, s)
		}
	}
	to = append(to, '"')
	to = append(to, s...)
	return append(to, '"')
}

func appendEscaped(to []byte, s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil { // a string always encodes
		return append(to, `""`...)
	}
	return append(to, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}
