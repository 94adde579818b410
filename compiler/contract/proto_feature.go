package contract

import (
	"strings"

	"google.golang.org/protobuf/types/descriptorpb"
)

// feature is what a file of an edition says about a field, such as IMPLICIT of
// field_presence: at the field itself, or else for all of the file.
func (t *protoType) feature(f *descriptorpb.FieldDescriptorProto, name string) string {
	if t.in.set.GetSyntax() != "editions" {
		return ""
	}
	return firstOf(featureIn(f.GetOptions().GetUninterpretedOption(), name), featureIn(t.in.set.GetOptions().GetUninterpretedOption(), name))
}

// featureIn finds `features.name = VALUE` and `features = { name: VALUE }`.
func featureIn(options []*descriptorpb.UninterpretedOption, name string) string {
	for _, o := range options {
		var parts []string
		for _, part := range o.GetName() {
			parts = append(parts, part.GetNamePart())
		}
		switch strings.Join(parts, ".") {
		case "features." + name:
			return o.GetIdentifierValue()
		case "features":
			words := strings.FieldsFunc(o.GetAggregateValue(), func(c rune) bool { return strings.ContainsRune(" \t\r\n:,;", c) })
			for i := range len(words) - 1 {
				if words[i] == name {
					return words[i+1]
				}
			}
		}
	}
	return ""
}
