package contract

import (
	"strings"

	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/cob-lang/cob/lang/types"
)

type known struct {
	is    types.Type
	known bool
}

func knownAs(t types.Type) known { return known{t, true} }

func optionalKind(k types.Kind) known { return knownAs(types.OptionalOf(types.Of(k))) }

// wellKnown are the messages of google.protobuf that mean a type of the
// language; a wrapper is a value that may be absent.
var wellKnown = map[string]known{
	"google.protobuf.Timestamp": knownAs(types.Of(types.Timestamp)), "google.protobuf.Duration": knownAs(types.Of(types.Duration)),
	"google.protobuf.Struct": knownAs(types.MapOf(types.Of(types.JSON))), "google.protobuf.Value": knownAs(types.Of(types.JSON)),
	"google.protobuf.ListValue": knownAs(types.ListOf(types.Of(types.JSON))), "google.protobuf.NullValue": knownAs(types.Of(types.JSON)),
	"google.protobuf.Any": knownAs(types.Of(types.JSON)), "google.protobuf.Empty": knownAs(types.RecordOf()),
	"google.protobuf.Api": knownAs(types.Of(types.JSON)), "google.protobuf.Type": knownAs(types.Of(types.JSON)),
	"google.protobuf.Enum":        knownAs(types.Of(types.JSON)),
	"google.protobuf.FieldMask":   knownAs(types.ListOf(types.Of(types.String))),
	"google.protobuf.StringValue": optionalKind(types.String), "google.protobuf.BytesValue": optionalKind(types.Bytes),
	"google.protobuf.BoolValue": optionalKind(types.Bool), "google.protobuf.DoubleValue": optionalKind(types.Float),
	"google.protobuf.FloatValue": optionalKind(types.Float), "google.protobuf.Int32Value": optionalKind(types.Int),
	"google.protobuf.Int64Value": optionalKind(types.Int), "google.protobuf.UInt32Value": optionalKind(types.Int),
	"google.protobuf.UInt64Value": optionalKind(types.Int),
}

// wellKnownFile says whether a file comes with every installation of Protocol
// Buffers and need not be in the package.
func wellKnownFile(name string) bool { return strings.HasPrefix(name, "google/protobuf/") }

var protoScalars = map[descriptorpb.FieldDescriptorProto_Type]types.Kind{
	descriptorpb.FieldDescriptorProto_TYPE_DOUBLE: types.Float, descriptorpb.FieldDescriptorProto_TYPE_FLOAT: types.Float,
	descriptorpb.FieldDescriptorProto_TYPE_INT64: types.Int, descriptorpb.FieldDescriptorProto_TYPE_UINT64: types.Int,
	descriptorpb.FieldDescriptorProto_TYPE_INT32: types.Int, descriptorpb.FieldDescriptorProto_TYPE_UINT32: types.Int,
	descriptorpb.FieldDescriptorProto_TYPE_FIXED64: types.Int, descriptorpb.FieldDescriptorProto_TYPE_FIXED32: types.Int,
	descriptorpb.FieldDescriptorProto_TYPE_SFIXED64: types.Int, descriptorpb.FieldDescriptorProto_TYPE_SFIXED32: types.Int,
	descriptorpb.FieldDescriptorProto_TYPE_SINT64: types.Int, descriptorpb.FieldDescriptorProto_TYPE_SINT32: types.Int,
	descriptorpb.FieldDescriptorProto_TYPE_BOOL: types.Bool, descriptorpb.FieldDescriptorProto_TYPE_STRING: types.String,
	descriptorpb.FieldDescriptorProto_TYPE_BYTES: types.Bytes,
}

// declare makes a definition of a message or an enum, once. Its name is what the
// full name has behind the package.
func (p *protos) declare(t *protoType) {
	if t.name != "" {
		return
	}
	p.part(span(t.in.file, 0, 0))
	short := strings.TrimPrefix(strings.TrimPrefix(t.full, t.in.set.GetPackage()), ".")
	t.name = p.qualified(p.unused(short))
	d := types.Definition{Name: t.name}
	if t.enum != nil {
		d.Kind = types.EnumDefinition
		p.enums[d.Name] = true
		p.Declared[d.Name] = p.at(t.in, t.in.ast.Node(t.enum))
		for _, v := range t.enum.Value {
			d.Values = append(d.Values, v.GetName())
			p.Proto = append(p.Proto, ProtoField{Type: d.Name, Field: v.GetName(), Number: v.GetNumber()})
		}
		if len(d.Values) > MaxEnum {
			p.fail(CodeBounds, p.Declared[d.Name], "the enum %s has more than %d values", t.full, MaxEnum)
		}
	} else {
		d.Kind = types.RecordDefinition
		p.Declared[d.Name] = p.at(t.in, t.in.ast.Node(t.message))
		d.Fields = p.fields(t)
	}
	p.Types = append(p.Types, d)
}

// fields are the fields of a message; those of a oneof are one field whose type
// is a union.
func (p *protos) fields(t *protoType) []types.Field {
	var out fields
	unions := map[int32]bool{}
	for _, f := range t.message.Field {
		p.part(span(t.in.file, 0, 0))
		if f.OneofIndex != nil && !f.GetProto3Optional() {
			i := f.GetOneofIndex()
			if !unions[i] {
				unions[i] = true
				name := t.message.OneofDecl[i].GetName()
				out.add(out.named(name, types.OptionalOf(p.union(t, i, name))))
			}
			continue
		}
		x := out.named(f.GetName(), p.fieldType(t, f))
		p.wire(t.name, x.Name, t, f)
		out.add(x)
	}
	return out.list
}

func (p *protos) union(t *protoType, index int32, name string) types.Type {
	full := p.qualified(p.unused(t.name[strings.LastIndexByte(t.name, '.')+1:] + "_" + name))
	d := types.Definition{Name: full, Kind: types.UnionDefinition}
	p.Declared[full] = p.at(t.in, t.in.ast.Node(t.message.OneofDecl[index]))
	var cases fields
	for _, f := range t.message.Field {
		if f.OneofIndex != nil && f.GetOneofIndex() == index {
			x := cases.named(f.GetName(), p.single(t, f))
			p.wire(full, x.Name, t, f)
			cases.add(x)
		}
	}
	d.Fields = cases.list
	p.Types = append(p.Types, d)
	return types.Ref(full)
}

// fieldType is the type of a field with its presence: a message may be absent,
// and so may what is optional; a scalar of proto3 always has a value.
func (p *protos) fieldType(t *protoType, f *descriptorpb.FieldDescriptorProto) types.Type {
	if entry := p.mapEntry(t, f); entry != nil {
		return types.MapOf(p.single(&protoType{full: t.full, in: t.in, message: entry}, entry.Field[1]))
	}
	x := p.single(t, f)
	switch {
	case f.GetLabel() == descriptorpb.FieldDescriptorProto_LABEL_REPEATED:
		if x.Kind == types.Optional {
			x = *x.Elem
		}
		return types.ListOf(x)
	case f.GetLabel() == descriptorpb.FieldDescriptorProto_LABEL_REQUIRED || t.feature(f, "field_presence") == "LEGACY_REQUIRED":
		return x
	case f.GetProto3Optional() || t.in.set.GetSyntax() != "proto3" && t.feature(f, "field_presence") != "IMPLICIT":
		return types.OptionalOf(x)
	case x.Kind == types.Named && !p.enums[x.Name] || x.Kind == types.Timestamp || x.Kind == types.Duration || x.Kind == types.Record:
		return types.OptionalOf(x)
	}
	return x
}

// mapEntry is the message that stands for map<K, V>, or nil.
func (p *protos) mapEntry(t *protoType, f *descriptorpb.FieldDescriptorProto) *descriptorpb.DescriptorProto {
	for _, inner := range t.message.NestedType {
		if inner.GetOptions().GetMapEntry() && (f.GetTypeName() == inner.GetName() || strings.HasSuffix(f.GetTypeName(), "."+inner.GetName())) {
			return inner
		}
	}
	return nil
}

// single is the type of one value of a field.
func (p *protos) single(t *protoType, f *descriptorpb.FieldDescriptorProto) types.Type {
	if f.Type != nil {
		if k, ok := protoScalars[f.GetType()]; ok {
			return types.Of(k)
		}
	}
	at := p.at(t.in, t.in.ast.Node(f))
	x, _ := p.named(t.full, f.GetTypeName(), t.in, at)
	return x
}
