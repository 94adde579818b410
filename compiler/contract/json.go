package contract

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonParser reads JSON as RFC 8259 defines it, keeping the place of every
// value. YAML is not a superset in practice: pairs of surrogates and tabs differ.
type jsonParser struct {
	d    *document
	text string
	pos  int
}

func parseJSON(d *document) (root *node, err *parseError) {
	p := &jsonParser{d: d, text: d.file.Text}
	if strings.HasPrefix(p.text, "\ufeff") {
		p.pos = len("\ufeff")
	}
	root, err = p.value(0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.pos < len(p.text) {
		return nil, p.wrong("there is something behind the end")
	}
	return root, nil
}

func (p *jsonParser) wrong(format string, args ...any) *parseError {
	return &parseError{at: p.pos, text: fmt.Sprintf(format, args...)}
}

func (p *jsonParser) space() {
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
}

func (p *jsonParser) peek() byte {
	if p.pos < len(p.text) {
		return p.text[p.pos]
	}
	return 0
}

func (p *jsonParser) value(depth int) (*node, *parseError) {
	p.space()
	if depth > MaxNesting {
		return nil, &parseError{at: p.pos, text: fmt.Sprintf("it nests more than %d deep", MaxNesting), bound: true}
	}
	n := &node{doc: p.d, start: p.pos}
	var err *parseError
	switch c := p.peek(); {
	case c == '{':
		err = p.object(n, depth)
	case c == '[':
		err = p.list(n, depth)
	case c == '"':
		n.shape = text
		n.text, err = p.str()
	case c == '-' || c >= '0' && c <= '9':
		err = p.number(n)
	default:
		err = p.word(n)
	}
	n.end = p.pos
	return n, err
}

func (p *jsonParser) word(n *node) *parseError {
	for w, s := range map[string]shape{"true": boolean, "false": boolean, "null": null} {
		if strings.HasPrefix(p.text[p.pos:], w) {
			n.shape, n.text = s, w
			p.pos += len(w)
			return nil
		}
	}
	if p.pos >= len(p.text) {
		return p.wrong("it ends too early")
	}
	return p.wrong("a value is wanted here")
}

func (p *jsonParser) number(n *node) *parseError {
	start := p.pos
	for p.pos < len(p.text) && strings.IndexByte("+-.eE0123456789", p.text[p.pos]) >= 0 {
		p.pos++
	}
	n.shape, n.text = number, p.text[start:p.pos]
	return nil
}

func (p *jsonParser) list(n *node, depth int) *parseError {
	n.shape = list
	p.pos++
	for p.space(); p.peek() != ']'; p.space() {
		if len(n.items) > 0 {
			if p.peek() != ',' {
				return p.wrong("a comma or ] is wanted here")
			}
			p.pos++
		}
		item, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	p.pos++
	return nil
}

func (p *jsonParser) object(n *node, depth int) *parseError {
	n.shape = object
	p.pos++
	seen := map[string]bool{}
	for p.space(); p.peek() != '}'; p.space() {
		if len(n.items) > 0 {
			if p.peek() != ',' {
				return p.wrong("a comma or } is wanted here")
			}
			p.pos++
			p.space()
		}
		key := &node{doc: p.d, shape: text, start: p.pos}
		if p.peek() != '"' {
			return p.wrong("a name in quotes is wanted here")
		}
		var err *parseError
		if key.text, err = p.str(); err != nil {
			return err
		}
		if key.end = p.pos; seen[key.text] {
			return &parseError{at: key.start, text: fmt.Sprintf("the key %s is there twice", key.text)}
		}
		seen[key.text] = true
		if p.space(); p.peek() != ':' {
			return p.wrong("a colon is wanted here")
		}
		p.pos++
		item, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		n.keys, n.items = append(n.keys, key), append(n.items, item)
	}
	p.pos++
	return nil
}

// str reads a string; p stands at its first quote.
func (p *jsonParser) str() (string, *parseError) {
	p.pos++
	start := p.pos
	var b []byte
	for p.pos < len(p.text) {
		switch c := p.text[p.pos]; {
		case c == '"':
			s := string(append(b, p.text[start:p.pos]...))
			p.pos++
			return s, nil
		case c == '\\':
			b = append(b, p.text[start:p.pos]...)
			c, err := p.escape()
			if err != nil {
				return "", err
			}
			b = utf8.AppendRune(b, c)
			start = p.pos
		case c < 0x20:
			return "", p.wrong("a control character in a string")
		default:
			p.pos++
		}
	}
	return "", p.wrong("the string is not closed")
}

var escapes = map[byte]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func (p *jsonParser) escape() (rune, *parseError) {
	p.pos++
	c := p.peek()
	if r, ok := escapes[c]; ok {
		p.pos++
		return r, nil
	}
	if c != 'u' {
		return 0, p.wrong("no such escape")
	}
	r, ok := p.hex()
	if !ok {
		return 0, p.wrong("four hexadecimal digits are wanted here")
	}
	if utf16.IsSurrogate(r) && strings.HasPrefix(p.text[p.pos:], `\u`) {
		p.pos++
		second, ok := p.hex()
		if pair := utf16.DecodeRune(r, second); ok && pair != utf8.RuneError {
			return pair, nil
		}
		return 0, p.wrong("half a character")
	}
	return r, nil
}

func (p *jsonParser) hex() (rune, bool) {
	p.pos++
	if p.pos+4 > len(p.text) {
		return 0, false
	}
	var r rune
	for _, c := range []byte(p.text[p.pos : p.pos+4]) {
		i := strings.IndexByte("0123456789abcdef", c|0x20)
		if i < 0 {
			return 0, false
		}
		r = r<<4 | rune(i)
	}
	p.pos += 4
	return r, true
}
