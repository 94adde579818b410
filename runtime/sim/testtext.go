package sim

import (
	"fmt"
	"strings"

	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

func (m made) String() string {
	return short(m.endpoint) + "." + m.operation + list(m.args, "(", ")")
}

// short is a name as its own package says it.
func short(name string) string {
	if strings.HasPrefix(name, "std.") {
		return name
	}
	if i := strings.IndexByte(name, '.'); i >= 0 {
		return name[i+1:]
	}
	return name
}

func list(all []types.Value, open, end string) string {
	texts := make([]string, len(all))
	for i, v := range all {
		texts[i] = show(v)
	}
	return open + strings.Join(texts, ", ") + end
}

// show is a value as an author would write it.
func show(v types.Value) string {
	switch x := v.(type) {
	case nil:
		return "null"
	case string:
		return fmt.Sprintf("%q", x)
	case []types.Value:
		return list(x, "[", "]")
	case map[string]types.Value:
		if len(x) == 0 {
			return "{}"
		}
		var parts []string
		for _, k := range types.Keys(x) {
			parts = append(parts, k+": "+show(x[k]))
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	}
	return expression.Text(v)
}
