package httpconnector

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/record"
)

// judge says what a complete answer means.
func (op *operation) judge(args map[string]types.Value, h *head, body []byte, t *target) connector.Reply {
	if declared := op.errors[h.status]; declared != nil {
		return declared.raise(op, args, h, body, t)
	}
	switch {
	case h.status < 300:
		return op.succeed(h, body, t)
	case h.status < 400:
		return op.reply(t, record.Rejected, connector.Alive, "%s, and COB follows a redirect only of a GET to the same address: change the binding's address", answered(h.status))
	case h.status == 429:
		return op.reply(t, record.Refused, connector.Alive, "%s", answered(h.status))
	case h.status == 503 && (h.retryAfter || op.idempotent):
		// Without Retry-After it may be a gateway that lost the answer.
		return op.reply(t, record.Refused, connector.Failing, "%s", answered(h.status))
	case h.status == 408 || h.status == 425:
		// Both say that the request was not acted on and may be sent again.
		return op.reply(t, record.Refused, connector.Alive, "%s", answered(h.status))
	case h.status >= 500:
		return op.reply(t, record.Unknown, connector.Failing, "%s", answered(h.status))
	case (h.status == 404 || h.status == 410) && op.method == "DELETE" && op.idempotent && givesNothing(op.result):
		return op.reply(t, record.Succeeded, connector.Alive, "%s: it is already gone", answered(h.status))
	}
	return op.reply(t, record.Rejected, connector.Alive, "%s", answered(h.status))
}

func answered(status int) string {
	if text := http.StatusText(status); text != "" {
		return fmt.Sprintf("answered %d %s", status, text)
	}
	return fmt.Sprintf("answered %d", status)
}

// reply makes a Reply whose Detail begins with who was asked.
func (op *operation) reply(t *target, o record.Outcome, s connector.Sign, format string, args ...any) connector.Reply {
	return connector.Reply{Outcome: o, Sign: s, Detail: op.name + " of " + t.name + ": " + fmt.Sprintf(format, args...)}
}

func givesNothing(t types.Type) bool {
	return t.Kind == types.Void || t.Kind == types.Null || t.Kind == types.Invalid || t.Kind == types.Optional
}

// succeed reads the result out of a 2xx answer. An answer that cannot be read
// is Unknown, whatever the operation: the target says that it has done it, so
// Rejected would be a lie that leaves the work undone by nobody.
func (op *operation) succeed(h *head, body []byte, t *target) connector.Reply {
	if k := op.result.Kind; k == types.Void || k == types.Invalid {
		return connector.Reply{Outcome: record.Succeeded, Sign: connector.Alive}
	}
	if len(body) == 0 {
		if givesNothing(op.result) {
			return connector.Reply{Outcome: record.Succeeded, Sign: connector.Alive}
		}
		return op.reply(t, record.Unknown, connector.Failing, "%s without a body, where %s is due", answered(h.status), op.result)
	}
	v, err := op.universe.DecodeJSON(body, op.result, types.Tolerant)
	if err == nil {
		if problems := op.checker.CheckAs(op.owner, v, op.result); len(problems) > 0 {
			err = problems
		}
	}
	if err != nil {
		return op.reply(t, record.Unknown, connector.Failing, "%s with a body that does not fit: %s", answered(h.status), unfit(err, h))
	}
	return connector.Reply{Outcome: record.Succeeded, Value: v, Sign: connector.Alive}
}

// maxNamed bounds how many places of a body a Detail names.
const maxNamed = 3

// unfit says where a body does not fit, in words that hold none of its data.
func unfit(err error, h *head) string {
	var problems types.Problems
	if !errors.As(err, &problems) {
		return "it is no JSON"
	}
	var said []string
	for i, p := range problems {
		if i == maxNamed {
			said = append(said, fmt.Sprintf("and %d more", len(problems)-maxNamed))
			break
		}
		said = append(said, placeOf(p, h))
	}
	return strings.Join(said, "; ")
}

func placeOf(p types.Problem, h *head) string {
	if p.Path == "" && !strings.HasPrefix(p.Message, "want ") {
		if h.mediaType != "" && h.mediaType != "application/json" {
			return "it is no JSON but " + h.mediaType
		}
		return "it is no JSON"
	}
	message := p.Public().Message
	if p.Path == "" {
		return message
	}
	return p.Path + ": " + message
}

// faultReader makes a fault of a declared error status.
type faultReader struct {
	fault  string
	fields []faultField
	whole  *expression.Program // where the fields are no record literal
}

type faultField struct {
	name string
	expr *expression.Program
	json bool // the value is still JSON and has to become the field's type
	to   types.Type
}

func newFaultReader(p *plan.HTTPError, u *types.Universe) (*faultReader, error) {
	f := &faultReader{fault: p.Fault}
	d := u.Lookup(p.Fault)
	if d == nil {
		return nil, fmt.Errorf("the plan has no fault %s", p.Fault)
	}
	var err error
	if p.Fields.Op != expression.RecordOf {
		f.whole, err = expression.Compile(p.Fields, u)
		return f, err
	}
	for i, name := range p.Fields.Keys {
		declared, ok := d.Field(name)
		if !ok {
			return nil, fmt.Errorf("%s has no field %s", p.Fault, name)
		}
		field := faultField{name: name, to: declared.Type, json: p.Fields.Args[i].Type.Kind == types.JSON}
		if field.expr, err = expression.Compile(p.Fields.Args[i], u); err != nil {
			return nil, fmt.Errorf("field %s: %w", name, err)
		}
		f.fields = append(f.fields, field)
	}
	return f, nil
}

// raise reads the fault out of an answer with a declared status. The status
// alone says that the target will not do it, so a body that does not give the
// fault's fields is Rejected: asking again would get the same answer, and there
// is nothing to undo.
func (f *faultReader) raise(op *operation, args map[string]types.Value, h *head, body []byte, t *target) connector.Reply {
	fields, why := f.read(op, args, h, body)
	if why != "" {
		return op.reply(t, record.Rejected, connector.Failing, "%s, which means %s, but its body does not give the fault's fields: %s", answered(h.status), f.fault, why)
	}
	r := op.reply(t, record.Raised, connector.Alive, "%s", answered(h.status))
	r.Fault, r.Fields = f.fault, fields
	return r
}

func (f *faultReader) read(op *operation, args map[string]types.Value, h *head, body []byte) (fields map[string]types.Value, why string) {
	raw := map[string]types.Value{}
	if f.whole != nil {
		v, err := f.eval(f.whole, args, body)
		if err != nil {
			return nil, safeWhy(err, h)
		}
		fitting, err := op.universe.Convert(v, types.Ref(f.fault), types.Tolerant)
		if err != nil {
			return nil, unfit(err, h)
		}
		raw, _ = fitting.(map[string]types.Value)
	}
	for i := range f.fields {
		field := &f.fields[i]
		v, err := f.eval(field.expr, args, body)
		if err != nil {
			return nil, field.name + ": " + safeWhy(err, h)
		}
		if field.json {
			if v, err = op.universe.Convert(v, field.to, types.Tolerant); err != nil {
				return nil, field.name + ": " + unfit(err, h)
			}
		}
		if v != nil {
			raw[field.name] = v
		}
	}
	if problems := op.checker.Check(raw, types.Ref(f.fault)); len(problems) > 0 {
		return nil, unfit(problems, h)
	}
	return raw, ""
}

// eval evaluates over the arguments and a response of its own: converting
// changes JSON in place, and two fields may read the same part.
func (f *faultReader) eval(expr *expression.Program, args map[string]types.Value, body []byte) (types.Value, error) {
	env := maps.Clone(args)
	if env == nil {
		env = map[string]types.Value{}
	}
	if slices.Contains(expr.Reads(), "response") {
		response, err := types.ReadJSON(body)
		if err != nil {
			return nil, types.Problems{{Message: err.Error()}}
		}
		env["response"] = response
	}
	return expr.Eval(env)
}

func safeWhy(err error, h *head) string {
	var failure *expression.Failure
	if errors.As(err, &failure) {
		return failure.Detail
	}
	return unfit(err, h)
}

// broken says what an exchange means that ended without an answer.
func (s *Sink) broken(ctx context.Context, op *operation, t *target, err error) connector.Reply {
	stopping := ctx.Err() != nil || s.connector.lines.closed()
	var unsent *notSent
	if errors.As(err, &unsent) {
		sign := connector.Failing
		if stopping {
			sign = connector.Silent
		}
		return op.reply(t, record.Refused, sign, "%s; nothing was sent", reason(err))
	}
	sign := connector.Failing
	if stopping {
		sign, err = connector.Silent, errClosed
		if ctx.Err() != nil {
			err = ctx.Err()
		}
	}
	return op.reply(t, record.Unknown, sign, "%s, after the request was sent", reason(err))
}

// reason is an error of the network in plain words, without addresses (the
// Detail has it) and without anything that was sent.
func reason(err error) string {
	var dns *net.DNSError
	var bad *garbage
	var large *tooLarge
	switch {
	case errors.As(err, &dns):
		return "the name " + dns.Name + " has no address"
	case errors.Is(err, errClosed):
		return err.Error()
	case errors.Is(err, context.Canceled):
		return errClosed.Error()
	case isTimeout(err):
		return "no answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset"
	case errors.Is(err, io.EOF):
		return "connection closed without an answer"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed in the middle of the answer"
	case errors.As(err, &bad), errors.As(err, &large):
		return err.Error()
	}
	return "no connection: " + err.Error()
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}
