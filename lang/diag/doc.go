// Package diag is what we tell the author of a .cob file.
//
// In go Diagnostics, made by the rooms that find something; out come a sorted
// List and its renderings: terminal text, one line each, JSON, SARIF, JUnit, and
// annotations for GitHub and GitLab. A diagnostic has a code, a tight primary span,
// secondary spans that explain, help, and where possible a fix that removes it:
// Repairs gives the texts with all fixes applied that do not overlap.
//
// Codes: COB1xxx lexical and syntax, COB2xxx names, COB3xxx types, COB4xxx flow
// and sagas, COB5xxx endpoints, contracts and policy, COB6xxx style. Each room
// exports its own table, Rules() []Rule; the compiler joins them into a Registry
// for `cob explain`. There is no global table and nothing registers itself.
//
// Deliberately absent: errors of operations (those are Go errors), finding out
// whether a terminal has colours, and writing files.
package diag
