package expression

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/cob-lang/cob/lang/types"
)

// ParseLiteral reads the canonical text of a literal, as LiteralOf writes it:
// "true", "12", "12.50", "0.05 EUR", RFC 3339, ISO 8601 for durations, a string
// as it is. An enum's literal is the name of its value, and null has no text.
func ParseLiteral(text string, t types.Type) (types.Value, error) {
	switch t.Kind {
	case types.Null, types.Void:
		return nil, nil
	case types.Optional:
		return ParseLiteral(text, *t.Elem)
	case types.String, types.Named:
		return text, nil
	case types.Bool:
		return strconv.ParseBool(text)
	case types.Int:
		return strconv.ParseInt(text, 10, 64)
	case types.Float:
		f, err := strconv.ParseFloat(text, 64)
		if err == nil && (math.IsNaN(f) || math.IsInf(f, 0)) {
			return nil, fmt.Errorf("%q is no finite float", text)
		}
		return f, err
	case types.Money:
		return types.ParseAmount(text)
	case types.JSON:
		return types.ReadJSON([]byte(text))
	}
	v, err := types.Parse(text, t)
	if err != nil {
		return nil, fmt.Errorf("%.40q is no literal of type %s: %w", text, t, err)
	}
	return v, nil
}

// LiteralOf is the literal node of a value of type t, for scalars; ok is false
// for lists, records and maps, which have no literal form.
func LiteralOf(v types.Value, t types.Type) (tree Tree, ok bool) {
	tree = Tree{Op: Literal, Type: t}
	switch x := v.(type) {
	case []types.Value, map[string]types.Value:
		return Tree{}, false
	case time.Duration:
		tree.Text = types.FormatISODuration(x)
	case nil:
		tree.Type = types.Of(types.Null)
	case string:
		tree.Text = x
		if t.Kind == types.JSON {
			tree.Text = string(types.AppendJSON(nil, x))
		}
	default:
		tree.Text = Text(v)
	}
	return tree, true
}
