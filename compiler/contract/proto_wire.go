package contract

import (
	"strings"

	"google.golang.org/protobuf/types/descriptorpb"
)

// ProtoField says how a field of a type, a case of a union or a value of an enum
// travels in Protocol Buffers.
type ProtoField struct {
	Type   string // qualified
	Field  string // of the language; of an enum the value
	Number int32
	As     string // int32, sint64, message, enum; of a map that of the values; empty of a value
	Of     string // full name of the message or enum
	Key    string // type of the keys of a map
	Packed bool
}

// wire notes how a field of a type of the contract travels.
func (p *protos) wire(of, field string, t *protoType, f *descriptorpb.FieldDescriptorProto) {
	out := ProtoField{Type: of, Field: field, Number: f.GetNumber()}
	value := f
	if entry := p.mapEntry(t, f); entry != nil {
		out.Key, _ = p.scalar(t, entry.Field[0])
		value = entry.Field[1]
	}
	out.As, out.Of = p.scalar(t, value)
	if out.As == "message" && out.Key == "" && t.feature(f, "message_encoding") == "DELIMITED" {
		out.As = "group"
	}
	if out.Key == "" && f.GetLabel() == descriptorpb.FieldDescriptorProto_LABEL_REPEATED && out.As != "message" && out.As != "string" && out.As != "bytes" {
		out.Packed = t.in.set.GetSyntax() != "" && t.in.set.GetSyntax() != "proto2" && t.feature(f, "repeated_field_encoding") != "EXPANDED"
		if o := f.GetOptions(); o != nil && o.Packed != nil {
			out.Packed = o.GetPacked()
		}
	}
	p.Proto = append(p.Proto, out)
}

// scalar is the type of one value as the file says it, and the full name where it is
// a message or an enum.
func (p *protos) scalar(t *protoType, f *descriptorpb.FieldDescriptorProto) (as, of string) {
	if f.Type != nil {
		as = strings.ToLower(strings.TrimPrefix(f.GetType().String(), "TYPE_"))
	}
	if f.GetTypeName() == "" {
		return as, ""
	}
	found, full := p.find(t.full, f.GetTypeName())
	if found != nil {
		full = found.full
	}
	switch {
	case as == "group":
	case found != nil && found.enum != nil || full == "google.protobuf.NullValue":
		as = "enum"
	default:
		as = "message"
	}
	return as, full
}
