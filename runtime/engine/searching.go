package engine

import (
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// searched is one value under which instances of a process are found.
type searched struct {
	name string
	run  *evaluator
}

// searchFields compiles the search of a process.
func (l *linker) searchFields() {
	d := l.flow.process
	for i := range d.Search {
		l.flow.search = append(l.flow.search, searched{d.Search[i].Name, l.evaluator(&d.Search[i].Expr, d.At)})
	}
}

// index evaluates under which values an instance with these parameters is found. One
// that cannot be computed or takes more than MaxKey bytes is left out: nothing fails
// because of what it is searched by.
func (f *flow) index(params map[string]types.Value) map[string]types.Value {
	var values map[string]types.Value
	for _, field := range f.search {
		v, err := field.run.eval(params)
		if err != nil || v == nil || record.WeightOf(v) > MaxKey {
			continue
		}
		if values == nil {
			values = make(map[string]types.Value, len(f.search))
		}
		values[field.name] = v
	}
	return values
}

func (s *State) indexed(e *record.Indexed) string {
	x := s.get(e.Instance)
	if x == nil {
		return "there is no instance " + e.Instance
	}
	x.search = nil
	if len(e.Values) > 0 {
		x.search = record.AppendValue(nil, e.Values)
	}
	return ""
}

// found are packed search values as they were.
func found(packed []byte) map[string]types.Value {
	if len(packed) == 0 {
		return nil
	}
	v, _, _ := record.ReadValue(packed) // AppendValue wrote it; of a damaged snapshot it is nothing
	values, _ := v.(map[string]types.Value)
	return values
}
