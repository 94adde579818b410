// Package contract reads what other people have written down about their
// services: OpenAPI 3.0 and 3.1, AsyncAPI 2 and 3, Protocol Buffers, WSDL
// 1.1 with its XML Schema, and JSON Schema.
//
// In go a kind, a file system and a path; out come a Contract and diagnostics. A
// Contract is the same whatever it was written in: types, refinements of their
// fields, operations with parameters, result and faults, channels, and how each
// operation travels. Files that the first one refers to are read too, from the
// package's directory alone. Diff says how two contracts differ, and for whom
// that breaks something.
//
// What comes from outside may be wrong, strange or hostile. A part without a form
// in COB is told at its place in the foreign file and left out or read as json,
// while the rest stays usable. What is beyond a limit (all of them are constants
// here) is refused as a whole. Nothing is expanded that was not asked for: an
// alias of YAML is one node, an entity of XML is refused, a schema is looked at
// once wherever it has a name.
//
// Documents in JSON and YAML become trees of nodes that know their places
// (document.go, json.go); resource.go says what a reference in them means, for each $id
// in a file is a base of its own; schema.go turns schemas into types for three of the
// kinds; every kind has a file of its name.
//
// Deliberately absent: networks, code that is made from contracts, and what a
// program makes of an operation, which compiler/check decides.
package contract
