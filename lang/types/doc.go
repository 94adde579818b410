// Package types holds the shapes of values and the values themselves.
//
// In go declared shapes (Type, Definition) and JSON from outside; out come
// values that are known to fit, or the list of places where they do not. The
// same package owns exact numbers (Decimal, Money), because an amount that was
// once a float can never be trusted again.
//
// A value is one of a closed set of Go types; Value lists them. Records and
// maps are both map[string]Value: a record is told from a map by its Type, not
// by its Go representation, so values travel between processes, messages and
// expressions without conversion.
//
// Deliberately absent: expressions (a refinement is a name here; the room
// lang/expression evaluates it), labels on values (labels are a property of
// places in a program, so the checker tracks them), and every clock.
package types
