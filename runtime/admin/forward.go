package admin

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/cob-lang/cob/runtime/access"
)

// The headers that a request and its answer have between two nodes: whose token it had,
// and what the trail is to keep. Callers cannot set them.
const (
	grantHeader = "Cob-Between-Grant"
	deedHeader  = "Cob-Between-Deed"
)

// passedKey is where the context of a request says that another node passed it on.
type passedKey struct{}

func passed(r *http.Request) bool { return r.Context().Value(passedKey{}) != nil }

// placed lets the node that owns the instance of a call answer it. The caller was let
// in here, and is not asked again.
func (s *server) placed(handle func(http.ResponseWriter, *http.Request) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		id := r.PathValue("id")
		if id == "" || passed(r) || !s.node.Shared() || s.node.Holds(id) {
			return handle(w, r)
		}
		request, err := between(w, r)
		if err != nil {
			return err
		}
		text, err := s.node.Forward(r.Context(), id, request)
		if err != nil {
			return err
		}
		answer, err := read(text, r)
		if err != nil {
			return err
		}
		return copyAnswer(w, r, answer)
	}
}

// between is a request as it goes to another node, without the token.
func between(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	text, err := body(w, r, MaxBody)
	if err != nil {
		return nil, err
	}
	out := r.Clone(r.Context())
	out.Body, out.ContentLength, out.TransferEncoding = io.NopCloser(bytes.NewReader(text)), int64(len(text)), nil
	for _, name := range []string{"Authorization", "Connection", grantHeader, deedHeader} {
		out.Header.Del(name)
	}
	if g, ok := granted(r); ok {
		grant, err := json.Marshal(g)
		if err != nil {
			return nil, err
		}
		out.Header.Set(grantHeader, string(grant))
	}
	var b bytes.Buffer
	err = out.Write(&b)
	return b.Bytes(), err
}

// read reads the answer of another node.
func read(text []byte, r *http.Request) (*http.Response, error) {
	answer, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(text)), r)
	if err != nil {
		return nil, fmt.Errorf("the answer of another node: %w", err)
	}
	return answer, nil
}

// copyAnswer gives the answer of another node to whoever asked.
func copyAnswer(w http.ResponseWriter, r *http.Request, answer *http.Response) error {
	defer answer.Body.Close()
	var deed struct{ Person, Reason string }
	if text := answer.Header.Get(deedHeader); text != "" && json.Unmarshal([]byte(text), &deed) == nil {
		tell(r, deed.Person, deed.Reason)
	}
	answer.Header.Del(deedHeader)
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	writeWithin(w)
	w.WriteHeader(answer.StatusCode)
	_, err := io.Copy(w, answer.Body)
	return ignoreGone(err)
}

// answerOther answers a request that another node passed on, in the bytes of HTTP.
func (s *server) answerOther(mux http.Handler) func(context.Context, []byte) []byte {
	return func(ctx context.Context, request []byte) []byte {
		w := &written{header: http.Header{}, status: http.StatusOK}
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(request)))
		if err != nil {
			w.status = http.StatusBadRequest
			return w.bytes()
		}
		deed := &Deed{}
		ctx = context.WithValue(context.WithValue(ctx, passedKey{}, true), deedKey{}, deed)
		var g access.Grant
		if text := r.Header.Get(grantHeader); text != "" {
			if err := json.Unmarshal([]byte(text), &g); err != nil {
				w.status = http.StatusBadRequest
				return w.bytes()
			}
			ctx = context.WithValue(ctx, grantKey{}, g)
		}
		mux.ServeHTTP(w, r.WithContext(ctx))
		if text, err := json.Marshal(struct{ Person, Reason string }{deed.Person, deed.Reason}); err == nil {
			w.header.Set(deedHeader, string(text))
		}
		return w.bytes()
	}
}

// written is an answer that is kept.
type written struct {
	header http.Header
	status int
	begun  bool
	body   bytes.Buffer
}

func (w *written) Header() http.Header { return w.header }

func (w *written) WriteHeader(status int) {
	if !w.begun {
		w.status, w.begun = status, true
	}
}

func (w *written) Write(text []byte) (int, error) {
	w.begun = true
	return w.body.Write(text)
}

func (w *written) bytes() []byte {
	answer := http.Response{
		StatusCode: w.status, ProtoMajor: 1, ProtoMinor: 1, Header: w.header,
		Body: io.NopCloser(bytes.NewReader(w.body.Bytes())), ContentLength: int64(w.body.Len()),
	}
	var b bytes.Buffer
	_ = answer.Write(&b) // into memory
	return b.Bytes()
}

// gathered gives the lists of all other nodes for the same request, taken apart into
// whatever make makes. A node that does not answer in time is passed over.
func gathered[T any](s *server, w http.ResponseWriter, r *http.Request) ([]T, error) {
	if passed(r) || !s.node.Shared() {
		return nil, nil
	}
	request, err := between(w, r)
	if err != nil {
		return nil, err
	}
	var all []T
	for _, text := range s.node.Gather(r.Context(), request) {
		answer, err := read(text, r)
		if err != nil {
			return nil, err
		}
		var one T
		if answer.StatusCode == http.StatusOK {
			err = json.NewDecoder(answer.Body).Decode(&one)
		}
		if err != nil {
			return nil, fmt.Errorf("the answer of another node to %s: %w", strings.TrimSpace(r.URL.Path), err)
		}
		all = append(all, one)
	}
	return all, nil
}
