package httpconnector

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "0": 0, "7": 7 * time.Second, "-7": 0, "soon": 0, "99999999999": 0,
		"Sat, 21 Nov 2026 10:01:00 GMT": time.Minute, "Sat, 21 Nov 2026 09:00:00 GMT": 0,
	} {
		if got := retryAfterNs(text, now); got != int64(want) {
			t.Errorf("%q is %d; want %d", text, got, want)
		}
	}
}

// FuzzHead holds the reader of answers against that of net/http: what ours takes
// net/http takes too, and both read the same status and body.
func FuzzHead(f *testing.F) {
	for _, seed := range []string{
		sized("200 OK", asJSON, goodItem), "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.0 200 OK\n\nabc", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab",
		"HTTP/1.1 200 OK\r\nConnection: keep-alive, close\r\nRetry-After: 3\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		in := bufio.NewReaderSize(bytes.NewReader(answer), 64)
		h, err := readHead(in, 512)
		if err != nil {
			return
		}
		body, _, err := readBody(in, h, nil, 256, 512)
		if err != nil {
			return
		}
		reference := bufio.NewReader(bytes.NewReader(answer))
		var r *http.Response
		for {
			if r, err = http.ReadResponse(reference, &http.Request{Method: "GET"}); err != nil {
				if strings.Contains(err.Error(), "malformed MIME header") {
					return // net/http is stricter about names of headers that nobody reads here
				}
				t.Fatalf("net/http says: %v", err)
			}
			if r.StatusCode >= 200 {
				break
			}
		}
		theirs, err := io.ReadAll(r.Body)
		if err != nil {
			if strings.Contains(err.Error(), "trailer") || strings.Contains(err.Error(), "malformed MIME header") {
				return // nor does anybody here read trailers
			}
			t.Fatalf("net/http reads the body: %v", err)
		}
		if r.StatusCode != h.status || !bytes.Equal(theirs, body) {
			t.Fatalf("got %d %q; net/http says %d %q", h.status, body, r.StatusCode, theirs)
		}
	})
}
