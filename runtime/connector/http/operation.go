package httpconnector

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
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
	owner      string // of the refinements of its result
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
	more bool // one before has the same name
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
		name: p.Name, method: p.HTTP.Method, timeoutNs: p.TimeoutNs, result: p.Result, owner: e.Name + "." + p.Name,
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
	for i, h := range op.headers {
		if !isToken(h.name) || ownHeaders[strings.ToLower(h.name)] {
			return nil, fmt.Errorf("the header %q cannot be set by an operation", h.name)
		}
		op.headers[i].name = http.CanonicalHeaderKey(h.name)
		for _, before := range op.headers[:i] {
			op.headers[i].more = op.headers[i].more || before.name == op.headers[i].name
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
		out = append(out, named{name: trees[i].Name, expr: expr})
	}
	return out, nil
}

// unsendable is why a request cannot be sent at all, whatever the target's
// state: the arguments do not make a request.
type unsendable struct{ why string }

func (u *unsendable) Error() string { return u.why }

func cannot(format string, args ...any) error { return &unsendable{fmt.Sprintf(format, args...)} }

// render makes the request for q. instead, if set, replaces the path and query:
// a redirect said so. Errors: *unsendable.
func (op *operation) render(q *connector.Request, t *target, instead *url.URL, o *Options) (*exchange, error) {
	x := &exchange{method: op.method, host: t.host, again: op.idempotent}
	x.url.Scheme, x.url.Host = t.address.scheme(), t.address.host
	if instead != nil {
		x.url.Path, x.url.RawPath, x.url.RawQuery = instead.Path, instead.RawPath, instead.RawQuery
	} else if err := op.renderPath(&x.url, q, t); err != nil {
		return nil, err
	}
	if err := op.renderHeaders(x, q, t); err != nil {
		return nil, err
	}
	if headBytes(x) > o.MaxHeaderBytes {
		return nil, cannot("its path, query and headers are larger than %d bytes (limit MaxHeaderBytes)", o.MaxHeaderBytes)
	}
	if op.body == nil {
		return x, nil
	}
	v, err := op.body.Eval(q.Args)
	if err != nil {
		return nil, cannot("its body has no value: %v", err)
	}
	if v == nil && op.bodyType.Kind == types.JSON {
		x.body = []byte("null")
	} else {
		x.body = op.universe.EncodeJSON(nil, v, op.bodyType)
	}
	if int64(len(x.body)) > o.MaxRequestBytes {
		return nil, cannot("its body is larger than %d bytes (limit MaxRequestBytes)", o.MaxRequestBytes)
	}
	return x, nil
}

// headBytes is the size of a request's path, query and headers.
func headBytes(x *exchange) int {
	n := len(x.url.EscapedPath()) + len(x.url.RawQuery)
	for _, f := range x.fields {
		n += len(f.name) + len(": ") + len(f.value) + len("\r\n")
	}
	return n
}

// renderPath writes the path and the query.
func (op *operation) renderPath(to *url.URL, q *connector.Request, t *target) error {
	var room [256]byte
	path := append(room[:0], t.base...)
	start := len(path)
	for i := range op.path {
		part := &op.path[i]
		if part.expr == nil {
			path = append(path, part.text...)
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
		path = appendPathEscaped(path, text)
	}
	if len(path) == start {
		path = append(path, '/')
	}
	if err := setEscapedPath(to, string(path)); err != nil {
		return err
	}
	query := room[:0]
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
			if len(query) > 0 {
				query = append(query, '&')
			}
			query = append(query, url.QueryEscape(op.query[i].name)...)
			query = append(append(query, '='), url.QueryEscape(expression.Text(item))...)
		}
	}
	to.RawQuery = string(query)
	return nil
}

// setEscapedPath makes the URL's path go out exactly as escaped.
func setEscapedPath(to *url.URL, escaped string) error {
	to.Path = escaped
	for i := range len(escaped) {
		if c := escaped[i]; !isUnreserved(c) && c != '/' {
			path, err := url.PathUnescape(escaped)
			if err != nil {
				return cannot("its path is malformed: %v", err)
			}
			to.Path, to.RawPath = path, escaped
			break
		}
	}
	return nil
}

func (op *operation) renderHeaders(x *exchange, q *connector.Request, t *target) error {
	x.set(userAgent, "cob")
	x.set("Accept", "application/json")
	if t.basic != "" {
		x.set("Authorization", t.basic)
	}
	if q.Instance != "" {
		x.set("COB-Instance", keyText(q.Instance))
	}
	if !op.safe && q.Key != "" {
		x.set(op.keyHeader(), keyText(q.Key))
	}
	if op.body != nil {
		x.set("Content-Type", "application/json")
	}
	for i := range op.headers {
		h := &op.headers[i]
		v, err := h.expr.Eval(q.Args)
		if err != nil {
			return cannot("its header %s has no value: %v", h.name, err)
		}
		if v == nil {
			continue
		}
		text := expression.Text(v)
		if !isFieldValue(text) {
			return cannot("its header %s holds a line end or another control character", h.name)
		}
		if h.more {
			x.add(h.name, text)
		} else {
			x.set(h.name, text)
		}
	}
	return nil
}

// keyHeader is the name under which the key goes out. Written as it is commonly
// written, it tells net/http to send a request again when its connection dies;
// names of headers have no case for anybody else.
func (op *operation) keyHeader() string {
	if op.idempotent {
		return "Idempotency-Key"
	}
	return "idempotency-key"
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
