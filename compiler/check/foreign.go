package check

import (
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
)

// foreignTypes are names of types in other languages.
var foreignTypes = map[string]string{"integer": "int", "long": "int", "boolean": "bool", "number": "decimal", "double": "float",
	"str": "string", "text": "string", "date": "timestamp", "datetime": "timestamp", "time": "timestamp", "any": "json", "object": "json"}

// foreignFunctions are names of functions in other languages.
var foreignFunctions = map[string]string{"length": "len", "size": "len", "count": "len", "toInt": "int", "to_int": "int", "parseInt": "int",
	"toDecimal": "decimal", "toUpperCase": "upper", "toLowerCase": "lower", "includes": "contains", "startsWith": "starts_with", "endsWith": "ends_with",
	"sha256": "hash", "indexOf": "index_of", "flat": "flatten", "sorted": "sort", "sortBy": "sort_by", "groupBy": "group_by", "unique": "distinct",
	"some": "any", "every": "all", "toBase64": "base64", "fromBase64": "from_base64", "str": "string", "toString": "string"}

// meant adds to the diagnostic of an unknown name what it is called here.
func meant(d diag.Diagnostic, at source.Span, name string, here map[string]string) diag.Diagnostic {
	if word := here[name]; word != "" {
		d.Fixes = nil
		return d.WithHelp("write %s", word).WithFix(at, word)
	}
	return d
}
