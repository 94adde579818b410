// Package reference makes a site of a package: pages that a browser shows without
// any server, network or script.
//
// In go parsed files and their plan; out come Pages, by name. There is a page for
// each process and route with its picture, one each for types, endpoints, rules
// and channels, and one per file of source. Every name that a declaration of the
// package has is a link to it, and each declaration links to its text.
//
// Deliberately absent: writing files, what other packages declare, and values of
// settings.
package reference
