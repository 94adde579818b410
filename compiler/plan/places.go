package plan

import (
	"path"
	"reflect"
	"strings"
)

// From is v, a plan or a part of one, with its places as they are seen from elsewhere:
// dir stands before their files, so that who works there can follow them. Files of the
// standard library are nowhere and keep their names. v stays as it is.
func From[T any](dir string, v T) T {
	out := reflect.ValueOf(&v).Elem()
	seen := viewed{dir: dir, has: map[reflect.Type]bool{}}
	if dir != "." && seen.holds(out.Type()) {
		out.Set(seen.of(out))
	}
	return v
}

// viewed copies what holds places, and shares the rest.
type viewed struct {
	dir string
	has map[reflect.Type]bool // whether a type holds places; a type that holds itself is one that does
}

func (e *viewed) place(p Place) Place {
	if p == "" || strings.HasPrefix(string(p), "std/") {
		return p
	}
	return Place(path.Join(e.dir, string(p)))
}

var placeType = reflect.TypeFor[Place]()

// holds says whether values of a type may hold places.
func (e *viewed) holds(t reflect.Type) bool {
	if known, ok := e.has[t]; ok {
		return known
	}
	e.has[t] = true
	var yes bool
	switch t.Kind() {
	case reflect.String:
		yes = t == placeType
	case reflect.Pointer, reflect.Slice, reflect.Map:
		yes = e.holds(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			yes = t.Field(i).IsExported() && e.holds(t.Field(i).Type) || yes
		}
	}
	e.has[t] = yes
	return yes
}

// of is a copy of a value whose type holds places.
func (e *viewed) of(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.String:
		out.SetString(string(e.place(Place(v.String()))))
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(e.of(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(e.of(v.Index(i)))
			}
		}
	case reflect.Map:
		if !v.IsNil() {
			out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
			for each := v.MapRange(); each.Next(); {
				out.SetMapIndex(each.Key(), e.of(each.Value()))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && e.holds(f.Type) {
				out.Field(i).Set(e.of(v.Field(i)))
			}
		}
	}
	return out
}
