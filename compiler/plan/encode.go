package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// Encode gives the canonical bytes of p: JSON with the fields in the order of
// the Go types, nothing optional spelled out, and a final newline.
func Encode(p *Plan) ([]byte, error) {
	// The lists that grow with a program are encoded item by item, because the
	// encoder copies a value that it encodes as a whole, again and again as it grows.
	w := writer{}
	w.encoder = json.NewEncoder(&w.buffer)
	w.encoder.SetEscapeHTML(false)
	err := w.plan(reflect.ValueOf(p).Elem())
	if err != nil {
		return nil, fmt.Errorf("encoding the plan of %s: %w", p.Package, err)
	}
	return w.buffer.Bytes(), nil
}

type writer struct {
	buffer  bytes.Buffer
	encoder *json.Encoder
}

func (w *writer) plan(p reflect.Value) error {
	w.buffer.WriteByte('{')
	for i := range p.NumField() {
		name, option, _ := strings.Cut(p.Type().Field(i).Tag.Get("json"), ",")
		field := p.Field(i)
		if option == "omitempty" && field.Len() == 0 {
			continue
		}
		if i > 0 {
			w.buffer.WriteByte(',')
		}
		w.buffer.WriteString(`"` + name + `":`)
		if err := w.field(field); err != nil {
			return err
		}
	}
	w.buffer.WriteString("}\n")
	return nil
}

func (w *writer) field(v reflect.Value) error {
	if v.Kind() != reflect.Slice {
		return w.value(v)
	}
	w.buffer.WriteByte('[')
	for i := range v.Len() {
		if i > 0 {
			w.buffer.WriteByte(',')
		}
		if err := w.value(v.Index(i).Addr()); err != nil {
			return err
		}
	}
	w.buffer.WriteByte(']')
	return nil
}

// value encodes a value without the newline that the encoder puts behind it.
func (w *writer) value(v reflect.Value) error {
	err := w.encoder.Encode(v.Interface())
	w.buffer.Truncate(max(0, w.buffer.Len()-1))
	return err
}

// FormatError says that a plan has a form which this program does not read.
type FormatError struct{ Found int }

func (e *FormatError) Error() string {
	return fmt.Sprintf("the plan has format %d and this program reads format %d: use a newer cob, or build the plan again", e.Found, Format)
}

// Decode reads what Encode wrote. Errors: *FormatError for another format;
// *UnsoundError for what no compiler writes; anything that is no plan.
func Decode(text []byte) (*Plan, error) {
	var head struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("reading a plan: %w", err)
	}
	if head.Format == 0 {
		return nil, errors.New("reading a plan: this is JSON and no plan, it has no format: build one with cob build -o FILE")
	}
	if head.Format != Format {
		return nil, &FormatError{head.Format}
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var p Plan
	if err := d.Decode(&p); err != nil {
		return nil, fmt.Errorf("reading a plan: %w", err)
	}
	if err := sound(&p); err != nil {
		return nil, fmt.Errorf("reading a plan: %w", err)
	}
	return &p, nil
}

// Digest is the name of a plan: the SHA-256 of its canonical bytes, in
// hexadecimal.
func Digest(encoded []byte) string {
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:])
}
