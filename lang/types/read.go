package types

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// ReadJSON reads JSON text as a value of type json. It reads straight into
// values, because every message and every answer of a service passes through
// here. Errors: bad syntax with its place, trailing text, invalid UTF-8, the same
// key twice in an object, nesting deeper than MaxDepth, a number that no decimal
// can hold.
func ReadJSON(text []byte) (Value, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("the text is not UTF-8")
	}
	r := reader{s: text}
	v, err := r.value(0)
	if err != nil {
		return nil, err
	}
	if r.space(); r.at < len(r.s) {
		return nil, errors.New("there is text after the JSON value")
	}
	return v, nil
}

type reader struct {
	s  []byte
	at int
}

// space skips white space.
func (r *reader) space() {
	for r.at < len(r.s) {
		switch r.s[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

// peek is the next byte that is no space, or 0 at the end.
func (r *reader) peek() byte {
	if r.space(); r.at < len(r.s) {
		return r.s[r.at]
	}
	return 0
}

func (r *reader) bad() error {
	if r.at >= len(r.s) {
		return errors.New("the JSON ends too early")
	}
	c, _ := utf8.DecodeRune(r.s[r.at:])
	return fmt.Errorf("no JSON: unexpected %q at byte %d", c, r.at)
}

func (r *reader) value(depth int) (Value, error) {
	if depth > MaxDepth {
		return nil, fmt.Errorf("nested deeper than %d levels", MaxDepth)
	}
	switch c := r.peek(); {
	case c == '{':
		return r.object(depth)
	case c == '[':
		return r.array(depth)
	case c == '"':
		return r.text()
	case c == '-' || c >= '0' && c <= '9':
		return r.number()
	case c == 't':
		return true, r.word("true")
	case c == 'f':
		return false, r.word("false")
	case c == 'n':
		return nil, r.word("null")
	}
	return nil, r.bad()
}

func (r *reader) word(w string) error {
	for i := range len(w) {
		if r.at >= len(r.s) || r.s[r.at] != w[i] {
			return r.bad()
		}
		r.at++
	}
	return nil
}

func (r *reader) object(depth int) (Value, error) {
	m := map[string]Value{}
	r.at++
	if r.peek() == '}' {
		r.at++
		return m, nil
	}
	for {
		if r.peek() != '"' {
			return nil, r.bad()
		}
		start := r.at
		key, err := r.text()
		if err != nil {
			return nil, err
		}
		if r.peek() != ':' {
			return nil, r.bad()
		}
		r.at++
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		known := len(m)
		if m[key] = v; len(m) == known {
			return nil, fmt.Errorf("the key %.40q at byte %d stands twice in one object", key, start)
		}
		switch r.peek() {
		case ',':
			r.at++
		case '}':
			r.at++
			return m, nil
		default:
			return nil, r.bad()
		}
	}
}

func (r *reader) array(depth int) (Value, error) {
	list := []Value{}
	r.at++
	if r.peek() == ']' {
		r.at++
		return list, nil
	}
	for {
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		switch r.peek() {
		case ',':
			r.at++
		case ']':
			r.at++
			return list, nil
		default:
			return nil, r.bad()
		}
	}
}

// text reads a string: one without escapes, nearly every one, in one go; the
// standard library reads the others.
func (r *reader) text() (string, error) {
	start := r.at
	escaped := false
	for r.at++; r.at < len(r.s); r.at++ {
		switch c := r.s[r.at]; {
		case c == '"':
			r.at++
			if !escaped {
				// A copy: a short text must not keep a long message in memory.
				return string(r.s[start+1 : r.at-1]), nil
			}
			var s string
			if err := json.Unmarshal(r.s[start:r.at], &s); err != nil {
				return "", fmt.Errorf("no JSON: the string at byte %d: %w", start, err)
			}
			return s, nil
		case c == '\\':
			escaped = true
			r.at++
		case c < 0x20:
			return "", r.bad()
		}
	}
	return "", r.bad()
}

// digits skips digits and says whether there was one.
func (r *reader) digits() bool {
	start := r.at
	for r.at < len(r.s) && r.s[r.at] >= '0' && r.s[r.at] <= '9' {
		r.at++
	}
	return r.at > start
}

// next skips the byte if it is one of those in set.
func (r *reader) next(set string) bool {
	for i := range len(set) {
		if r.at < len(r.s) && r.s[r.at] == set[i] {
			r.at++
			return true
		}
	}
	return false
}

func (r *reader) number() (Value, error) {
	start := r.at
	r.next("-")
	if !r.next("0") && !r.digits() {
		return nil, r.bad()
	}
	if r.next(".") && !r.digits() {
		return nil, r.bad()
	}
	if r.next("eE") {
		r.next("+-")
		if !r.digits() {
			return nil, r.bad()
		}
	}
	number := string(r.s[start:r.at])
	if n, err := strconv.ParseInt(number, 10, 64); err == nil {
		return n, nil
	}
	return ParseExact(number)
}
