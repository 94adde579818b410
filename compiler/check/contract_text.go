package check

import (
	"github.com/cob-lang/cob/compiler/contract"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// asText is the value of a parameter as it stands in a path, a query or a header of
// OpenAPI. Most values have one text everywhere. A duration has that of JSON there,
// and a list may be one text.
func asText(p *contract.Param) expression.Tree {
	v := expression.Tree{Op: expression.Var, Type: p.Type, Name: p.Name}
	of := p.Type
	if of.Kind == types.Optional {
		of = *of.Elem
	}
	there := v
	there.Type = of
	text, changed := textOf(there, p.Between)
	switch {
	case !changed:
		return v
	case p.Type.Kind != types.Optional:
		return text
	}
	null := expression.Tree{Op: expression.Literal, Type: types.Of(types.Null)}
	absent := expression.Tree{Op: expression.Eq, Type: types.Of(types.Bool), Args: []expression.Tree{v, null}}
	return expression.Tree{Op: expression.Cond, Type: types.OptionalOf(text.Type), Args: []expression.Tree{absent, null, text}}
}

// textOf is v with everything written that its own text would not say, and whether
// there was anything.
func textOf(v expression.Tree, between string) (expression.Tree, bool) {
	switch v.Type.Kind {
	case types.Duration:
		// "PT1M" in JSON is a text, and that text is meant.
		return invoke("string", types.String, invoke("parse_json", types.JSON, invoke("to_json", types.String, v))), true
	case types.List:
		item := expression.Tree{Op: expression.Var, Type: *v.Type.Elem, Name: "item"}
		text, changed := textOf(item, "")
		if between == "" && !changed {
			return v, false
		}
		if !changed {
			text = invoke("string", types.String, item)
		}
		each := expression.Tree{Op: expression.Lambda, Type: types.LambdaOf(text.Type), Name: "item", Args: []expression.Tree{text}}
		texts := expression.Tree{Op: expression.Call, Type: types.ListOf(text.Type), Name: "map", Args: []expression.Tree{v, each}}
		if between == "" {
			return texts, true
		}
		apart := expression.Tree{Op: expression.Literal, Type: types.Of(types.String), Text: between}
		return invoke("join", types.String, texts, apart), true
	}
	return v, false
}

func invoke(function string, gives types.Kind, args ...expression.Tree) expression.Tree {
	return expression.Tree{Op: expression.Call, Type: types.Of(gives), Name: function, Args: args}
}
