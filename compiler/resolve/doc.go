// Package resolve knows which name means which declaration.
//
// In goes a Module; out come Info with the package's symbols, and diagnostics
// for names declared twice. The checker then walks the bodies with Scopes of
// this room, because what a name in a body may mean depends on where it stands;
// every name it looks up is noted in Info.Uses. What was never looked up is
// reported by Unused.
//
// There is one namespace for the declarations of a package, and one per block
// for variables. A variable may have the name of a declaration; it may not have
// the name of another variable of its block, and hiding one of an outer block
// draws a warning.
//
// Deliberately absent: types. A Variable carries the type that the checker gave
// it, this room never looks at it.
package resolve
