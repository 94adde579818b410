package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Encode gives the canonical bytes of p: JSON with the fields in the order of
// the Go types, nothing optional spelled out, and a final newline.
func Encode(p *Plan) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(p); err != nil {
		return nil, fmt.Errorf("encoding the plan of %s: %w", p.Package, err)
	}
	return b.Bytes(), nil
}

// FormatError says that a plan has a form which this program does not read.
type FormatError struct{ Found int }

func (e *FormatError) Error() string {
	return fmt.Sprintf("the plan has format %d and this program reads format %d: use a newer cob, or build the plan again", e.Found, Format)
}

// Decode reads what Encode wrote. Errors: *FormatError for another format;
// anything that is no plan.
func Decode(text []byte) (*Plan, error) {
	var head struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("reading a plan: %w", err)
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
	return &p, nil
}

// Digest is the name of a plan: the SHA-256 of its canonical bytes, in
// hexadecimal.
func Digest(encoded []byte) string {
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:])
}
