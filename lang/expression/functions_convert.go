package expression

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"math"
	"net/url"
	"strconv"
	"unicode/utf8"

	"github.com/cob-lang/cob/lang/types"
)

// convertFunctions make a value of one type of a value of another.
var convertFunctions = []Function{
	{Name: "float", Form: "float(int | decimal | string) -> float", Doc: "As a float: the nearest one.", Min: 1, Max: 1,
		Cost: Linear, Fails: []Code{BadText, Overflow},
		result: func(c *call) types.Type {
			c.kind(0, types.Int, types.Decimal, types.Float, types.String, types.JSON)
			return is(types.Float)
		}, make: one(toFloat)},
	{Name: "money", Form: "money(int | decimal, string) -> money", Doc: "An amount of a currency, by its ISO 4217 code.", Min: 2, Max: 2,
		Cost: Fixed, Fails: []Code{BadText},
		result: func(c *call) types.Type {
			c.kind(0, types.Int, types.Decimal)
			c.kind(1, types.String)
			return is(types.Money)
		}, make: two(toMoney)},
	{Name: "amount", Form: "amount(money) -> decimal", Doc: "The number of an amount, without its currency.", Min: 1, Max: 1, Cost: Fixed,
		result: func(c *call) types.Type { c.kind(0, types.Money); return is(types.Decimal) },
		make:   ofMoney(func(a types.Amount) types.Value { return a.Value })},
	{Name: "currency", Form: "currency(money) -> string", Doc: "The ISO 4217 code of an amount.", Min: 1, Max: 1, Cost: Fixed,
		result: func(c *call) types.Type { c.kind(0, types.Money); return is(types.String) },
		make:   ofMoney(func(a types.Amount) types.Value { return a.Currency })},
	{Name: "bytes", Form: "bytes(string) -> bytes", Doc: "The UTF-8 of a text.", Min: 1, Max: 1, Cost: Linear,
		result: texts(types.Bytes), make: one(func(v types.Value) (types.Value, error) {
			s, err := text(v)
			return settle([]byte(s), err)
		})},
	{Name: "text", Form: "text(bytes) -> string", Doc: "The text of UTF-8.", Min: 1, Max: 1, Cost: Linear, Fails: []Code{BadText},
		result: octets(types.String), make: one(toText)},
	{Name: "base64", Form: "base64(string | bytes) -> string", Doc: "Bytes, or the UTF-8 of a text, in base64 (RFC 4648, with padding).", Min: 1, Max: 1,
		Cost: Linear, Fails: []Code{TooLarge}, result: binary_(types.String), make: encoding(MaxText/4*3, base64.StdEncoding.EncodeToString)},
	{Name: "from_base64", Form: "from_base64(string) -> bytes", Doc: "The bytes of base64 (RFC 4648, with padding).", Min: 1, Max: 1,
		Cost: Linear, Fails: []Code{BadText}, result: texts(types.Bytes), make: one(fromBase64)},
	{Name: "hex", Form: "hex(string | bytes) -> string", Doc: "Bytes, or the UTF-8 of a text, in hexadecimal, in small letters.", Min: 1, Max: 1,
		Cost: Linear, Fails: []Code{TooLarge}, result: binary_(types.String), make: encoding(MaxText/2, hex.EncodeToString)},
	{Name: "hash", Form: "hash(string | bytes) -> string", Doc: "The SHA-256 of bytes, or of the UTF-8 of a text, in hexadecimal. It keeps the labels: who can guess a value can compare its hash.",
		Min: 1, Max: 1, Cost: Linear, result: binary_(types.String),
		make: encoding(math.MaxInt, func(b []byte) string { sum := sha256.Sum256(b); return hex.EncodeToString(sum[:]) })},
	{Name: "escape_url", Form: "escape_url(string) -> string", Doc: "A text as one part of a path of a URL.", Min: 1, Max: 1, Cost: Linear, Fails: []Code{TooLarge},
		result: texts(types.String), make: strings1(url.PathEscape)},
	{Name: "to_json", Form: "to_json(T) -> string", Doc: "A value as canonical JSON: the keys in order, no blanks.", Min: 1, Max: 1, Cost: Sorted, Fails: []Code{TooLarge},
		result: func(*call) types.Type { return is(types.String) }, make: makeToJSON},
	{Name: "parse_json", Form: "parse_json(string) -> json", Doc: "The JSON that a text holds.", Min: 1, Max: 1, Cost: Linear, Fails: []Code{BadText},
		result: texts(types.JSON), make: one(func(v types.Value) (types.Value, error) {
			s, err := text(v)
			if err != nil {
				return nil, err
			}
			parsed, err := types.ReadJSON([]byte(s))
			if err != nil {
				return nil, fail(BadText, "the text is no JSON")
			}
			return parsed, nil
		})},
}

// octets types a function of bytes.
func octets(result types.Kind) func(*call) types.Type {
	return func(c *call) types.Type {
		c.kind(0, types.Bytes)
		return is(result)
	}
}

// binary_ types a function of bytes, or of a text for its UTF-8.
func binary_(result types.Kind) func(*call) types.Type {
	return func(c *call) types.Type {
		c.kind(0, types.String, types.Bytes)
		return is(result)
	}
}

// encoding makes a function of at most so many bytes.
func encoding(most int, f func([]byte) string) func(*Tree) (runner, error) {
	return one(func(v types.Value) (types.Value, error) {
		var b []byte
		switch x := v.(type) {
		case string:
			b = []byte(x)
		case []byte:
			b = x
		default:
			return nil, fail(WrongType, "want a string or bytes, not %s", types.Describe(v))
		}
		if len(b) > most {
			return nil, tooLong()
		}
		return f(b), nil
	})
}

func toText(v types.Value) (types.Value, error) {
	b, ok := v.([]byte)
	switch {
	case !ok:
		return nil, fail(WrongType, "want bytes, not %s", types.Describe(v))
	case !utf8.Valid(b):
		return nil, fail(BadText, "the bytes are no UTF-8")
	}
	return string(b), nil
}

func fromBase64(v types.Value) (types.Value, error) {
	s, err := text(v)
	if err != nil {
		return nil, err
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil, fail(BadText, "the text is no base64")
	}
	return b, nil
}

func toFloat(v types.Value) (types.Value, error) {
	switch x := v.(type) {
	case types.Exact:
		return finite(x.Float())
	case string:
		f, err := strconv.ParseFloat(x, 64)
		if err != nil {
			return nil, fail(BadText, "the text is no float")
		}
		return finite(f)
	}
	if f, ok := floatOf(v); ok {
		return f, nil
	}
	return nil, noNumber(v)
}

func toMoney(v, code types.Value) (types.Value, error) {
	value, ok := exactOf(v)
	if !ok {
		return nil, noNumber(v)
	}
	c, err := text(code)
	if err != nil {
		return nil, err
	}
	if !types.IsCurrency(c) {
		return nil, fail(BadText, "the text is no ISO 4217 code, such as EUR")
	}
	return types.Amount{Value: value, Currency: c}, nil
}

func ofMoney(f func(types.Amount) types.Value) func(*Tree) (runner, error) {
	return one(func(v types.Value) (types.Value, error) {
		a, ok := v.(types.Amount)
		if !ok {
			return nil, fail(WrongType, "want money, not %s", types.Describe(v))
		}
		return f(a), nil
	})
}

func makeToJSON(*Tree) (runner, error) {
	return runner{one: func(v types.Value) (types.Value, error) {
		b := types.AppendJSON(nil, v)
		if len(b) > MaxText {
			return nil, tooLong()
		}
		return string(b), nil
	}}, nil
}
