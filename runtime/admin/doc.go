// Package admin is the operators' and clients' door to a node: the HTTP API.
//
// In go HTTP requests as spec/api.md lists them; out come JSON, or problems as
// RFC 9457 describes them, which name the field, the value's shape and the way
// out. Every handler is thin: it reads the request, asks the node, and writes
// the answer.
//
// Deliberately absent: any state, and any rule of the business. What the API
// refuses, the node refuses for every other door as well.
package admin
