package types

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var universe = NewUniverse([]Definition{
	{Name: "t.Line", Kind: RecordDefinition, Fields: []Field{{Name: "sku", Type: Of(String)}, {Name: "qty", Type: Of(Int)}, {Name: "price", Type: Of(Money)}}},
	{Name: "t.Customer", Kind: RecordDefinition, Fields: []Field{{Name: "id", Wire: "customer-id", Type: Of(String)}, {Name: "name", Type: Of(String)}, {Name: "email", Type: OptionalOf(Of(String))}}},
	{Name: "t.Order", Kind: RecordDefinition, Fields: []Field{
		{Name: "id", Type: Of(String)}, {Name: "customer", Type: Ref("t.Customer")}, {Name: "lines", Type: ListOf(Ref("t.Line"))}, {Name: "total", Type: Of(Money)}}},
	{Name: "t.All", Kind: EventDefinition, Fields: []Field{
		{Name: "b", Type: Of(Bool)}, {Name: "i", Type: Of(Int)}, {Name: "f", Type: Of(Float)}, {Name: "d", Type: Of(Decimal)}, {Name: "m", Type: Of(Money)},
		{Name: "s", Type: Of(String)}, {Name: "y", Type: Of(Bytes)}, {Name: "t", Type: Of(Timestamp)}, {Name: "p", Type: Of(Duration)}, {Name: "j", Type: Of(JSON)},
		{Name: "o", Type: OptionalOf(Of(Int))}, {Name: "map", Type: MapOf(Of(Int))}, {Name: "r", Type: RecordOf(Field{Name: "x", Type: Of(Int)})},
		{Name: "e", Type: Ref("t.Status")}, {Name: "u", Type: OptionalOf(Ref("t.Payment"))}}},
	{Name: "t.Status", Kind: EnumDefinition, Values: []string{"open", "closed"}},
	{Name: "t.Payment", Kind: UnionDefinition, Fields: []Field{{Name: "card", Wire: "CARD", Type: Of(String)}, {Name: "transfer", Type: Of(Int)}}},
})

const orderText = `{"customer":{"customer-id":"c-1","email":"ada@example.org","name":"Ada"},"id":"o-1","lines":[{"price":{"amount":"20.00","currency":"EUR"},"qty":1,"sku":"p-1"},{"price":{"amount":"5.50","currency":"EUR"},"qty":3,"sku":"p-2"}],"total":{"amount":"36.50","currency":"EUR"}}`

func TestDecodeNamesThePlace(t *testing.T) {
	rec := func(f string, t Type) Type { return RecordOf(Field{Name: f, Type: t}) }
	for _, c := range []struct {
		text   string
		t      Type
		fields Fields
		want   string // the problems, or "" where it fits
	}{
		{`true`, Of(Bool), Strict, ""}, {`1`, Of(Bool), Strict, "want bool, not an int"}, {`"true"`, Of(Bool), Strict, "want bool, not a string"},
		{`1`, Of(Int), Strict, ""}, {`1.0`, Of(Int), Strict, ""}, {`1e3`, Of(Int), Strict, ""}, {`1.5`, Of(Int), Strict, "want a whole number of 64 bits"},
		{`9223372036854775808`, Of(Int), Strict, "want a whole number of 64 bits"}, {`"1"`, Of(Int), Strict, "want int, not a string"}, {`null`, Of(Int), Strict, "want int, not null"},
		{`1`, Of(Float), Strict, ""}, {`1.5`, Of(Float), Strict, ""}, {`"1.5"`, Of(Float), Strict, "want float, not a string"},
		{`12.50`, Of(Decimal), Strict, ""}, {`"12.50"`, Of(Decimal), Strict, ""}, {`"x"`, Of(Decimal), Strict, `"x" is no decimal number`},
		{`{"amount":"20.00","currency":"EUR"}`, Of(Money), Strict, ""}, {`{"amount":20,"currency":"EUR"}`, Of(Money), Strict, ""},
		{`{"amount":"20","currency":"eur"}`, Of(Money), Strict, "currency: want an ISO 4217 code such as EUR"}, {`{"currency":"EUR"}`, Of(Money), Strict, "amount: want decimal, not null"},
		{`"20 EUR"`, Of(Money), Strict, `want money such as {"amount": "20.00", "currency": "EUR"}, not a string`},
		{`{"amount":1,"currency":"EUR","x":1}`, Of(Money), Strict, "x: no such field; there is amount, currency"}, {`{"amount":1,"currency":"EUR","x":1}`, Of(Money), Tolerant, ""},
		{`"x"`, Of(String), Strict, ""}, {`1`, Of(String), Strict, "want string, not an int"}, {`"AQI="`, Of(Bytes), Strict, ""}, {`"?"`, Of(Bytes), Strict, "want base64"},
		{`"2026-11-21T10:00:00Z"`, Of(Timestamp), Strict, ""}, {`"today"`, Of(Timestamp), Strict, "want a timestamp such as 2026-11-21T10:00:00Z"},
		{`"PT5M"`, Of(Duration), Strict, ""}, {`"5m"`, Of(Duration), Strict, `"5m" is no ISO 8601 duration such as PT5M or P7D (months and years have no fixed length)`},
		{`{"a":[1,null]}`, Of(JSON), Strict, ""}, {`null`, OptionalOf(Of(Int)), Strict, ""}, {`"x"`, OptionalOf(Of(Int)), Strict, "want int, not a string"},
		{`null`, Of(Null), Strict, ""}, {`1`, Of(Void), Strict, "want null, not an int"},
		{`[1,"x",2]`, ListOf(Of(Int)), Strict, "[1]: want int, not a string"}, {`{}`, ListOf(Of(Int)), Strict, "want a list, not a record"},
		{`{"b":"x","a":"y"}`, MapOf(Of(Int)), Strict, "a: want int, not a string; b: want int, not a string"}, {`[]`, MapOf(Of(Int)), Strict, "want a map, not a list"},
		{`{}`, rec("x", Of(Int)), Strict, "x: missing (want int)"}, {`{}`, rec("x", OptionalOf(Of(Int))), Strict, ""}, {`{"x":null}`, rec("x", OptionalOf(Of(Int))), Strict, ""},
		{`{"x":null}`, rec("x", Of(JSON)), Strict, ""}, {`{"x":1,"y":2}`, rec("x", Of(Int)), Strict, "y: no such field; there is x"}, {`{"x":1,"y":2}`, rec("x", Of(Int)), Tolerant, ""},
		{`"open"`, Ref("t.Status"), Strict, ""}, {`"lost"`, Ref("t.Status"), Strict, `"lost" is none of open, closed`}, {`1`, Ref("t.Status"), Strict, "want one of open, closed, not an int"},
		{`{"CARD":"x"}`, Ref("t.Payment"), Strict, ""}, {`{"card":"x"}`, Ref("t.Payment"), Strict, "no case of t.Payment"}, {`{}`, Ref("t.Payment"), Strict, "want an object with one key, the case of t.Payment"},
		{`1`, Ref("t.Nobody"), Strict, "the type t.Nobody is not known here"},
		{strings.Replace(orderText, `"qty":3`, `"qty":"3"`, 1), Ref("t.Order"), Strict, "lines[1].qty: want int, not a string"},
		{strings.Replace(orderText, `"customer-id":`, `"id":`, 1), Ref("t.Order"), Strict, "customer.customer-id: missing (want string); customer.id: no such field; there is customer-id, name, email"},
		{orderText, Ref("t.Order"), Strict, ""},
	} {
		v, err := universe.DecodeJSON([]byte(c.text), c.t, c.fields)
		var problems Problems
		if c.want == "" && err != nil || c.want != "" && (!errors.As(err, &problems) || err.Error() != c.want || v != nil) {
			t.Errorf("%s as %s: %v, %v; want %q", c.text, c.t, v, err, c.want)
		}
	}
}

func TestReadJSONRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"": "the JSON ends too early", "{": "the JSON ends too early", `{"a"`: "the JSON ends too early", `"a`: "the JSON ends too early", "[1,": "the JSON ends too early", "tru": "the JSON ends too early",
		"[1,]": "no JSON: unexpected ']' at byte 3", "{a:1}": "no JSON: unexpected 'a' at byte 1", "01": "there is text after the JSON value", "1.": "the JSON ends too early", "-x": "no JSON: unexpected 'x' at byte 1",
		"1 2": "there is text after the JSON value", "é": "no JSON: unexpected 'é' at byte 0", "\"\x01\"": `no JSON: unexpected '\x01' at byte 1`, "\"\xff\"": "the text is not UTF-8",
		`{"a":1,"a":2}`: `the key "a" at byte 7 stands twice in one object`, `"\x"`: `no JSON: the string at byte 0: invalid character 'x' in string escape code`, "nil": "no JSON: unexpected 'i' at byte 1",
		"1e7000": "the result does not fit in a decimal: exponent beyond 6144",
	} {
		if v, err := ReadJSON([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%q: %v, %v; want %s", text, v, err, want)
		}
	}
}

func TestDepthAndProblemsAtTheLimit(t *testing.T) {
	deep := func(n int) []byte { return []byte(strings.Repeat("[", n) + strings.Repeat("]", n)) }
	if _, err := ReadJSON(deep(MaxDepth + 1)); err != nil {
		t.Errorf("%d levels below the first: %v", MaxDepth, err)
	}
	if _, err := ReadJSON(deep(MaxDepth + 2)); err == nil {
		t.Errorf("%d levels below the first are read", MaxDepth+1)
	}
	for _, n := range []int{MaxProblems, MaxProblems + 1} {
		_, err := universe.DecodeJSON([]byte("["+strings.Repeat(`"x",`, n-1)+`"x"]`), ListOf(Of(Int)), Strict)
		if ps, ok := err.(Problems); !ok || len(ps) != MaxProblems {
			t.Errorf("%d wrong items give %d problems", n, len(ps))
		}
	}
}

func anyValue(t *rapid.T, ty Type) Value {
	switch ty.Kind {
	case Bool:
		return rapid.Bool().Draw(t, "bool")
	case Int:
		return rapid.Int64().Draw(t, "int")
	case Float:
		return rapid.Float64Range(-1e300, 1e300).Draw(t, "float")
	case Decimal:
		return anyExact(t, "decimal")
	case Money:
		return Amount{anyExact(t, "amount"), rapid.SampledFrom([]string{"EUR", "USD"}).Draw(t, "currency")}
	case Bytes:
		return rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
	case Timestamp:
		return time.Unix(rapid.Int64Range(-6e10, 2e11).Draw(t, "seconds"), rapid.Int64Range(0, 999999999).Draw(t, "nanoseconds")).UTC()
	case Duration:
		return time.Duration(rapid.Int64Range(-1<<62, 1<<62).Draw(t, "duration"))
	case JSON:
		return rapid.SampledFrom([]Value{nil, true, int64(7), "x", []Value{nil, int64(1)}, map[string]Value{"k": "v"}}).Draw(t, "json")
	case Optional:
		if rapid.Bool().Draw(t, "absent") {
			return nil
		}
		return anyValue(t, *ty.Elem)
	case List:
		out := []Value{}
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			out = append(out, anyValue(t, *ty.Elem))
		}
		return out
	case Map:
		out := map[string]Value{}
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			out[rapid.String().Draw(t, "key")] = anyValue(t, *ty.Elem)
		}
		return out
	case Named:
		switch d := universe.Lookup(ty.Name); d.Kind {
		case EnumDefinition:
			return rapid.SampledFrom(d.Values).Draw(t, "enum")
		case UnionDefinition:
			f := rapid.SampledFrom(d.Fields).Draw(t, "case")
			return map[string]Value{f.Name: anyValue(t, f.Type)}
		}
	}
	if fields, ok := universe.FieldsOf(ty); ok {
		out := map[string]Value{}
		for _, f := range fields {
			if v := anyValue(t, f.Type); v != nil || f.Type.Kind != Optional {
				out[f.Name] = v
			}
		}
		return out
	}
	return rapid.String().Draw(t, "string")
}

// Any value of any type reads back the same, and its text is canonical: the
// same bytes again.
func TestJSONRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ty := rapid.SampledFrom([]Type{Ref("t.All"), Ref("t.Order"), ListOf(OptionalOf(Ref("t.Payment"))), MapOf(Of(Duration))}).Draw(t, "type")
		v := anyValue(t, ty)
		text := universe.EncodeJSON(nil, v, ty)
		back, err := universe.DecodeJSON(text, ty, Strict)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if !Equal(v, back) {
			t.Fatalf("%v reads back as %v from %s", v, back, text)
		}
		if again := universe.EncodeJSON(nil, back, ty); !bytes.Equal(text, again) {
			t.Fatalf("%s becomes %s", text, again)
		}
		if !json.Valid(text) {
			t.Fatalf("%s is no JSON", text)
		}
	})
}

func TestOrderIsCanonical(t *testing.T) {
	v, err := universe.DecodeJSON([]byte(orderText), Ref("t.Order"), Strict)
	if err != nil {
		t.Fatal(err)
	}
	if got := universe.EncodeJSON(nil, v, Ref("t.Order")); string(got) != orderText {
		t.Errorf("got %s", got)
	}
}

// What the reader accepts is what the standard library accepts, apart from the
// limits that this room adds.
func FuzzReadJSON(f *testing.F) {
	for _, seed := range []string{orderText, `[1,2.5e-3,"\u00e9\"",{},[],null,true]`, `{"a":{"a":1}}`, `"\ud800"`, ` [ ] `, `-0`, `1e400`, `[1 2]`, `{"a":1,}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := ReadJSON(text)
		if err == nil && !json.Valid(text) {
			t.Fatalf("%q is read as %v", text, v)
		}
		if err != nil {
			return
		}
		again, err := ReadJSON(AppendJSON(nil, v))
		if err != nil || !Equal(v, again) {
			t.Fatalf("%q is read as %v and then as %v, %v", text, v, again, err)
		}
	})
}

func TestISODurations(t *testing.T) {
	for text, want := range map[string]time.Duration{"PT5M": 5 * time.Minute, "P7D": 168 * time.Hour, "P1W": 168 * time.Hour, "PT0.2S": 200 * time.Millisecond, "-PT1H": -time.Hour, "P1DT1S": 24*time.Hour + time.Second, "PT0S": 0,
		"PT9223372036.854775807S": math.MaxInt64, "-PT9223372036.854775808S": math.MinInt64, "PT4611686018.427387903S": 1<<62 - 1} {
		if got, err := ParseISODuration(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, bad := range []string{"", "P", "PT", "5m", "P1Y", "P1M", "PT1D", "P1H", "PT1", "PTS", "P1DT", "PT1S1", "P1DTT1S", "P1.2.3D", "P106752D", "PT9223372036.854775808S", "P-1D"} {
		if got, err := ParseISODuration(bad); err == nil {
			t.Errorf("%q: %v", bad, got)
		}
	}
	for d, want := range map[time.Duration]string{0: "PT0S", 90 * time.Minute: "PT1H30M", 168 * time.Hour: "P7D", -time.Millisecond: "-PT0.001S", math.MinInt64: "-P106751DT23H47M16.854775808S"} {
		if got := FormatISODuration(d); got != want {
			t.Errorf("%v: %s, want %s", int64(d), got, want)
		}
	}
	for d, want := range map[time.Duration]string{0: "0s", 168 * time.Hour: "7d", 90 * time.Minute: "1h30m", 1500 * time.Microsecond: "1ms500us", -time.Second: "-1s", math.MinInt64: "-106751d23h47m16s854ms775us808ns"} {
		if got := FormatDuration(d); got != want {
			t.Errorf("%v: %s, want %s", int64(d), got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64().Draw(t, "duration"))
		if got, err := ParseISODuration(FormatISODuration(d)); err != nil || got != d {
			t.Fatalf("%d: %d, %v", d, got, err)
		}
	})
}

func TestBytesHaveALimit(t *testing.T) {
	for _, c := range []struct {
		n    int
		fits bool
	}{{0, true}, {MaxBytes, true}, {MaxBytes + 1, false}, {MaxBytes + 3, false}} {
		text := base64.StdEncoding.EncodeToString(make([]byte, c.n))
		v, err := Parse(text, Of(Bytes))
		if (err == nil) != c.fits {
			t.Errorf("%d bytes: %v", c.n, err)
		}
		if b, ok := v.([]byte); c.fits && (!ok || len(b) != c.n) {
			t.Errorf("%d bytes give %d", c.n, len(b))
		}
	}
	for _, text := range []string{"A", "AQ", "AQ=", "AR==", "A Q==", "-_=="} {
		if v, err := Parse(text, Of(Bytes)); err == nil {
			t.Errorf("%q is %v", text, v)
		}
	}
}
