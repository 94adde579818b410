// Package expression is the one expression language of COB as data, and what
// runs it.
//
// In goes a Tree, which the checker has typed: every node knows its type, so
// nothing here guesses. Out comes a Program that gives a value for an
// environment of variables, or a *Failure with a code and a place. The room also
// owns the table of standard functions with their signatures (the checker types
// calls by it, Compile runs them by it), the types of operators, constant
// folding, the checker of refinements, and the text of a value.
//
// # One meaning
//
// Evaluating is total, deterministic and bounded. An int that leaves 64 bits, a
// decimal that leaves 34 digits, and a float that stops being finite are the
// failure overflow. Division and remainder by zero are division_by_zero, for
// floats too. Whole numbers divide towards zero and the remainder has the sign
// of the dividend, so a == a / b * b + a % b. An index or a slice outside its
// list is out_of_range; nothing counts from the end. A key that a map does not
// have is missing_key, except to the left of ?? and after ?., where it is null;
// has(m, k) asks first. A field whose type admits null is null where it is
// missing. Two currencies are the failure currency, for comparison as well, but
// == between them is simply false. Texts are measured and cut in code points.
// Maps are walked in the order of their keys. && || ?: ?? do not evaluate what
// they do not need.
//
// # Two engines, one set of operations
//
// Compile first lowers a tree to operations: Go functions that carry all of the
// meaning above and the place of their failure. A tree with a lambda in it goes
// on to expr-lang/expr: its AST is built node by node, never printed and parsed,
// and expr compiles it to bytecode. A tree without one (nearly all there is in
// practice: fields, comparisons, texts, record literals) is walked directly,
// because entering a virtual machine costs more than such a tree does. Both call
// the same operations, and a property test holds them to the same answers.
//
// # Budgets
//
// MaxNodes bounds a tree, MaxItems a list, MaxText a text, and MaxWork all that
// lambdas do in one evaluation. There is no other way to loop, so with them
// every evaluation ends, and soon.
//
// Deliberately absent: a clock (now is a variable of the environment like any
// other), randomness, I/O, goroutines, labels (the checker follows them), and
// source text (lang/syntax reads it).
package expression
