package plan

import (
	"fmt"
	"strings"
)

// Wire says how a field of a type, a case of a union or a value of an enum travels
// in a form that is no JSON. It comes from the contract that declares the type; what a
// connector needs beyond it stands in the operation.
type Wire struct {
	Type  string     `json:"type"`  // qualified
	Field string     `json:"field"` // of the language; of an enum the value
	Proto *ProtoWire `json:"proto,omitempty"`
	XML   *XMLWire   `json:"xml,omitempty"`
}

// ProtoWire is the form of a field in Protocol Buffers. A oneof has none: its cases
// have.
type ProtoWire struct {
	Number int64 `json:"number"`
	// As is the type of the file: "int32", "sint64", "fixed32", "message", "enum". A
	// value of an enum has none. Of a map it is that of the values.
	As string `json:"as,omitempty"`
	// Of is the full name of the message or enum: "google.protobuf.Timestamp".
	Of string `json:"of,omitempty"`
	// Key is the type of the keys of a map; "" where the field is none.
	Key    string `json:"key,omitempty"`
	Packed bool   `json:"packed,omitempty"` // a list of numbers in one piece
}

// XMLWire is the form of a field in XML: an element unless it is an attribute or the
// text of its element.
type XMLWire struct {
	Space     string `json:"space,omitempty"` // of names; "" where the element has none
	Name      string `json:"name,omitempty"`
	Attribute bool   `json:"attribute,omitempty"`
	Text      bool   `json:"text,omitempty"`
}

// form is a Wire in a few words.
func (w *Wire) form() string {
	switch {
	case w.Proto != nil:
		return strings.TrimSpace(fmt.Sprintf("%s %d", w.Proto.As, w.Proto.Number))
	case w.XML != nil && w.XML.Text:
		return "text"
	case w.XML != nil && w.XML.Attribute:
		return "attribute " + w.XML.Name
	case w.XML != nil && w.XML.Space != "":
		return "{" + w.XML.Space + "}" + w.XML.Name
	case w.XML != nil:
		return w.XML.Name
	}
	return "JSON"
}
