package admin

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/cob-lang/cob/runtime/record"
)

// requestHeader says which request it is: one that comes again under the same ID is the
// same one, and is done once.
const requestHeader = "Idempotency-Key"

// requestID is the ID of a request, "" where it has none. Quotes around it, which make it
// a string of a structured header, are not part of it.
func requestID(r *http.Request) string {
	text := strings.TrimSpace(r.Header.Get(requestHeader))
	inner, opens := strings.CutPrefix(text, `"`)
	inner, closes := strings.CutSuffix(inner, `"`)
	if !opens || !closes {
		return text
	}
	return strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(inner)
}

// nameRequest gives a request that changes something an ID of its own where it has none,
// so that it is done once, too, where one node asks another one again. What starts or
// publishes something makes up keys itself.
func nameRequest(r *http.Request) {
	if r.Method == http.MethodPost && r.PathValue("id") != "" && requestID(r) == "" {
		r.Header.Set(requestHeader, rand.Text())
	}
}

// requestOf is the request that somebody makes of an instance or a task, with what it
// says besides its path.
func requestOf(r *http.Request, by string, said []any) record.Request {
	text, _ := json.Marshal(append([]any{r.URL.Path, by}, said...)) // of what came as JSON
	sum := sha256.Sum256(text)
	return record.Request{ID: requestID(r), Of: binary.BigEndian.Uint64(sum[:8])}
}
