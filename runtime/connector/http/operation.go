package httpconnector

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/connector"
)

// operation is an operation ready to be asked: every expression compiled once.
type operation struct {
	name       string
	method     string
	safe       bool // GET and HEAD: asking changes nothing
	idempotent bool // asking twice is asking once
	timeoutNs  int64
	path       []pathPart
	query      []named
	headers    []named
	body       *expression.Program
	bodyType   types.Type
	result     types.Type
	errors     map[int]*faultReader
	universe   *types.Universe
	checker    *expression.Checker
}

type pathPart struct {
	text string
	expr *expression.Program
}

type named struct {
	name string
	expr *expression.Program
}

// Headers that belong to the exchange itself.
var ownHeaders = map[string]bool{
	"host": true, "content-length": true, "transfer-encoding": true, "connection": true, "te": true,
	"trailer": true, "upgrade": true, "keep-alive": true, "expect": true, "accept-encoding": true,
	"idempotency-key": true, "content-type": true,
}

func newOperation(e *plan.Endpoint, p *plan.Operation, u *types.Universe, checker *expression.Checker) (*operation, error) {
	if p.HTTP == nil {
		return nil, errors.New("the plan does not say how it looks in HTTP")
	}
	if !isToken(p.HTTP.Method) {
		return nil, fmt.Errorf("%q is no HTTP method", p.HTTP.Method)
	}
	op := &operation{
		name: p.Name, method: p.HTTP.Method, timeoutNs: p.TimeoutNs, result: p.Result,
		universe: u, checker: checker, errors: map[int]*faultReader{},
		safe: p.HTTP.Method == "GET" || p.HTTP.Method == "HEAD",
	}
	op.idempotent = op.safe || p.Idempotent
	var err error
	for _, part := range p.HTTP.Path {
		next := pathPart{text: part.Text}
		if part.Expr != nil {
			if next.expr, err = expression.Compile(*part.Expr, u); err != nil {
				return nil, fmt.Errorf("its path: %w", err)
			}
		}
		op.path = append(op.path, next)
	}
	if op.query, err = compileNamed(p.HTTP.Query, u); err != nil {
		return nil, fmt.Errorf("its query: %w", err)
	}
	if op.headers, err = compileNamed(p.HTTP.Headers, u); err != nil {
		return nil, fmt.Errorf("its headers: %w", err)
	}
	for _, h := range op.headers {
		if !isToken(h.name) || ownHeaders[strings.ToLower(h.name)] {
			return nil, fmt.Errorf("the header %q cannot be set by an operation", h.name)
		}
	}
	if p.HTTP.Body != nil {
		op.bodyType = p.HTTP.Body.Type
		if op.body, err = expression.Compile(*p.HTTP.Body, u); err != nil {
			return nil, fmt.Errorf("its body: %w", err)
		}
	}
	for i := range p.HTTP.Errors {
		declared := &p.HTTP.Errors[i]
		if op.errors[declared.Status], err = newFaultReader(declared, u); err != nil {
			return nil, fmt.Errorf("its error %d: %w", declared.Status, err)
		}
	}
	return op, nil
}

func compileNamed(trees []plan.NamedTree, u *types.Universe) ([]named, error) {
	out := make([]named, 0, len(trees))
	for i := range trees {
		expr, err := expression.Compile(trees[i].Expr, u)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", trees[i].Name, err)
		}
		out = append(out, named{trees[i].Name, expr})
	}
	return out, nil
}

// rendered is a request in its final form.
type rendered struct {
	head []byte // at the end with the body
	body []byte
	// exchanged is where the answer's body may be read into.
	exchanged []byte
}

// unsendable is why a request cannot be sent at all, whatever the target's
// state: the arguments do not make a request.
type unsendable struct{ why string }

func (u *unsendable) Error() string { return u.why }

func cannot(format string, args ...any) error { return &unsendable{fmt.Sprintf(format, args...)} }

// render writes the request for q into r. location, if set, replaces the path
// and query: a redirect said so. Errors: *unsendable.
func (op *operation) render(r *rendered, q *connector.Request, t *target, location string, o *Options) error {
	r.head, r.body = r.head[:0], r.body[:0]
	if op.body != nil {
		v, err := op.body.Eval(q.Args)
		if err != nil {
			return cannot("its body has no value: %v", err)
		}
		if v == nil && op.bodyType.Kind == types.JSON {
			r.body = append(r.body, "null"...)
		} else {
			r.body = op.universe.EncodeJSON(r.body, v, op.bodyType)
		}
		if int64(len(r.body)) > o.MaxRequestBytes {
			return cannot("its body is larger than %d bytes (limit MaxRequestBytes)", o.MaxRequestBytes)
		}
	}
	r.head = append(append(r.head, op.method...), ' ')
	if location != "" {
		r.head = append(r.head, location...)
	} else if err := op.renderTarget(r, q, t); err != nil {
		return err
	}
	r.head = append(r.head, " HTTP/1.1\r\n"...)
	r.head = append(r.head, t.headers...)
	if err := op.renderHeaders(r, q); err != nil {
		return err
	}
	if len(r.head) > o.MaxHeaderBytes {
		return cannot("its path, query and headers are larger than %d bytes (limit MaxHeaderBytes)", o.MaxHeaderBytes)
	}
	// One write: the target's first read finds the whole request.
	r.head = append(r.head, r.body...)
	return nil
}

// renderTarget writes the path and the query.
func (op *operation) renderTarget(r *rendered, q *connector.Request, t *target) error {
	r.head = append(r.head, t.base...)
	start := len(r.head)
	for i := range op.path {
		part := &op.path[i]
		if part.expr == nil {
			r.head = append(r.head, part.text...)
			continue
		}
		v, err := part.expr.Eval(q.Args)
		if err != nil {
			return cannot("part %d of its path has no value: %v", i+1, err)
		}
		text := expression.Text(v)
		// An empty part or a dot would name another resource than the author's.
		if strings.Trim(text, ".") == "" {
			return cannot("part %d of its path is empty or dots only", i+1)
		}
		r.head = appendPathEscaped(r.head, text)
	}
	if len(r.head) == start {
		r.head = append(r.head, '/')
	}
	separator := byte('?')
	for i := range op.query {
		v, err := op.query[i].expr.Eval(q.Args)
		if err != nil {
			return cannot("%s of its query has no value: %v", op.query[i].name, err)
		}
		items, isList := v.([]types.Value)
		if !isList {
			items = []types.Value{v}
		}
		for _, item := range items {
			if item == nil {
				continue
			}
			r.head = append(r.head, separator)
			r.head = append(r.head, url.QueryEscape(op.query[i].name)...)
			r.head = append(append(r.head, '='), url.QueryEscape(expression.Text(item))...)
			separator = '&'
		}
	}
	return nil
}

func (op *operation) renderHeaders(r *rendered, q *connector.Request) error {
	if q.Instance != "" {
		r.head = appendHeader(r.head, "COB-Instance", keyText(q.Instance))
	}
	if !op.safe && q.Key != "" {
		r.head = appendHeader(r.head, "Idempotency-Key", keyText(q.Key))
	}
	for i := range op.headers {
		v, err := op.headers[i].expr.Eval(q.Args)
		if err != nil {
			return cannot("its header %s has no value: %v", op.headers[i].name, err)
		}
		if v == nil {
			continue
		}
		text := expression.Text(v)
		if !isFieldValue(text) {
			return cannot("its header %s holds a line end or another control character", op.headers[i].name)
		}
		r.head = appendHeader(r.head, op.headers[i].name, text)
	}
	if op.body != nil {
		r.head = append(r.head, "Content-Type: application/json\r\n"...)
	}
	if op.body != nil || op.method == "POST" || op.method == "PUT" || op.method == "PATCH" {
		r.head = append(r.head, "Content-Length: "...)
		r.head = strconv.AppendInt(r.head, int64(len(r.body)), 10)
		r.head = append(r.head, "\r\n"...)
	}
	r.head = append(r.head, "\r\n"...)
	return nil
}

func appendHeader(to []byte, name, value string) []byte {
	to = append(append(to, name...), ": "...)
	return append(append(to, value...), "\r\n"...)
}

// appendPathEscaped writes one segment of a path.
func appendPathEscaped(to []byte, text string) []byte {
	for i := range len(text) {
		if !isUnreserved(text[i]) {
			return append(to, url.PathEscape(text)...)
		}
	}
	return append(to, text...)
}

func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.' || c == '~'
}

// maxKeyText is what targets commonly take as an idempotency key.
const maxKeyText = 255

// keyText is a key as a header value: as it is where it can be, else its
// SHA-256, so that equal keys stay equal and different ones different.
func keyText(key string) string {
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return hashed(key)
		}
	}
	if len(key) > maxKeyText {
		return hashed(key)
	}
	return key
}

func hashed(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "sha256-" + hex.EncodeToString(sum[:])
}

func isFieldValue(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' && text[i] != '\t' || text[i] == 0x7f {
			return false
		}
	}
	return true
}

func isToken(text string) bool {
	for i := range len(text) {
		if c := text[i]; !isUnreserved(c) && !strings.ContainsRune("!#$%&'*+^`|", rune(c)) {
			return false
		}
	}
	return text != ""
}
