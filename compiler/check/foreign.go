package check

import (
	"fmt"
	"strings"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// foreignTypes are names of types in other languages.
var foreignTypes = map[string]string{"integer": "int", "long": "int", "boolean": "bool", "number": "decimal", "double": "float",
	"str": "string", "text": "string", "date": "timestamp", "datetime": "timestamp", "time": "timestamp", "any": "json", "object": "json"}

// foreignGenerics are names of types in other languages that take types: what is
// written here, where %s is the last of them.
var foreignGenerics = map[string]string{"list": "[%s]", "array": "[%s]", "set": "[%s]", "seq": "[%s]", "sequence": "[%s]", "vector": "[%s]", "collection": "[%s]",
	"optional": "%s?", "option": "%s?", "maybe": "%s?", "nullable": "%s?", "map": "map<%s>", "dict": "map<%s>", "dictionary": "map<%s>", "hashmap": "map<%s>", "record": "map<%s>"}

// foreignGeneric reports list<T> and its like, which nobody declares, and gives what
// was meant.
func (c *checker) foreignGeneric(t *syntax.NamedType) (types.Type, bool) {
	n := len(t.Args)
	form := foreignGenerics[strings.ToLower(t.Name.Parts[0].Text)]
	if n == 0 || form == "" || len(t.Name.Parts) > 1 || c.Info.Lookup(t.Name.Parts[0].Text) != nil || n > 1 && !strings.HasPrefix(form, "map") {
		return types.Type{}, false
	}
	written := fmt.Sprintf(form, t.Args[n-1].Span().Text())
	c.report(diag.Errorf(CodeTypeArgs, t.Span(), "no type is called %s", t.Name).WithHelp("write %s", written).WithFix(t.Span(), written))
	of := c.typeOf(t.Args[n-1])
	switch form[0] {
	case '[':
		return wrap(types.List, of), true
	case '%':
		if of.Kind == types.Invalid || of.Kind == types.Optional {
			return of, true
		}
		return types.OptionalOf(of), true
	}
	return wrap(types.Map, of), true
}

// foreignFunctions are names of functions in other languages.
var foreignFunctions = map[string]string{"length": "len", "size": "len", "count": "len", "toInt": "int", "to_int": "int", "parseInt": "int",
	"toDecimal": "decimal", "toUpperCase": "upper", "toLowerCase": "lower", "includes": "contains", "startsWith": "starts_with", "endsWith": "ends_with",
	"sha256": "hash", "indexOf": "index_of", "flat": "flatten", "sorted": "sort", "sortBy": "sort_by", "groupBy": "group_by", "keyBy": "index_by", "associateBy": "index_by", "fromEntries": "from_entries", "unique": "distinct",
	"some": "any", "every": "all", "toBase64": "base64", "fromBase64": "from_base64", "str": "string", "toString": "string"}

// meant adds to the diagnostic of an unknown name what it is called here.
func meant(d diag.Diagnostic, at source.Span, name string, here map[string]string) diag.Diagnostic {
	if word := here[name]; word != "" {
		d.Fixes = nil
		return d.WithHelp("write %s", word).WithFix(at, word)
	}
	return d
}
