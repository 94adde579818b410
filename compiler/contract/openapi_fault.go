package contract

import (
	"slices"
	"strconv"

	"github.com/cob-lang/cob/lang/types"
)

// asked are the statuses that say nothing about the business: the node's own
// credentials, and answers after which a call is tried again.
var asked = []int{401, 407, 408, 425, 429}

// phrases are the names of the statuses that become faults, as RFC 9110 and the
// registry behind it give them.
var phrases = map[int]string{400: "BadRequest", 402: "PaymentRequired", 403: "Forbidden", 404: "NotFound", 405: "MethodNotAllowed",
	406: "NotAcceptable", 409: "Conflict", 410: "Gone", 411: "LengthRequired", 412: "PreconditionFailed", 413: "ContentTooLarge",
	414: "URITooLong", 415: "UnsupportedMediaType", 416: "RangeNotSatisfiable", 417: "ExpectationFailed", 421: "MisdirectedRequest",
	422: "UnprocessableContent", 423: "Locked", 424: "FailedDependency", 426: "UpgradeRequired", 428: "PreconditionRequired",
	431: "HeaderFieldsTooLarge", 451: "UnavailableForLegalReasons"}

// failures notes the answers of the last operation that become faults: those of
// 400 to 499 with a body that is JSON.
func (a *openAPI) failures(op *node) {
	responses := op.get("responses")
	responses.each(func(key, ref *node) {
		status, err := strconv.Atoi(key.text)
		if err != nil || status < 400 || status > 499 || slices.Contains(asked, status) {
			return
		}
		answered, component := a.resolve(ref)
		schema := firstJSON(answered.get("content"))
		if schema == nil {
			return
		}
		last := &a.Operations[len(a.Operations)-1]
		t := a.typeOf(schema, last.Name+"_"+statusName(status)+"_body")
		a.answers = append(a.answers, answer{len(a.Operations) - 1, status, component, t, key.at()})
	})
}

// statusName is the reason phrase of a status as one word: NotFound.
func statusName(status int) string {
	if phrase := phrases[status]; phrase != "" {
		return phrase
	}
	return "Status" + strconv.Itoa(status)
}

// faults makes faults of the answers. A fault has the name of its component, else
// that of its status, with the operation before it where two answers of one
// status differ.
func (a *openAPI) faults() {
	bodies := map[string][]types.Type{} // of a name
	name := func(x answer) string {
		if x.component != "" {
			return x.component
		}
		return statusName(x.status)
	}
	for _, x := range a.answers {
		if n := name(x); !slices.ContainsFunc(bodies[n], x.body.Equal) {
			bodies[n] = append(bodies[n], x.body)
		}
	}
	declared := map[string]string{}
	for _, x := range a.answers {
		op := &a.Operations[x.operation]
		wanted := name(x)
		if len(bodies[wanted]) > 1 {
			wanted = op.Name + "_" + wanted
		}
		full := declared[wanted]
		fields, isRecord := a.fieldsOf(x.body)
		if !isRecord {
			fields = []types.Field{{Name: "body", Type: x.body}}
		}
		if full == "" {
			full = a.declareFault(wanted, fields, x.at)
			declared[wanted] = full
		}
		op.Faults = append(op.Faults, Fault{Name: full, Status: x.status, Body: !isRecord})
	}
}

// fieldsOf are the fields of a record, without the refinements of its type.
func (r *reader) fieldsOf(t types.Type) ([]types.Field, bool) {
	fields, ok := t.Fields, t.Kind == types.Record
	if t.Kind == types.Named {
		for i := range r.Types {
			if d := &r.Types[i]; d.Name == t.Name && d.Kind == types.RecordDefinition {
				fields, ok = d.Fields, true
			}
		}
	}
	out := slices.Clone(fields)
	for i := range out {
		out[i].Refined = false
	}
	return out, ok && len(out) > 0
}
