package httpconnector

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// head is what the first part of a response says, as far as anybody here wants
// to know.
type head struct {
	status     int
	mediaType  string
	retryAfter bool // it asks to be asked again later
	location   string
}

// garbage is an answer that is no HTTP. Its text never quotes what was sent.
type garbage struct{ what string }

func (g *garbage) Error() string { return "the answer is no HTTP: " + g.what }

// tooLarge is an answer beyond a named limit.
type tooLarge struct {
	what  string
	limit int64
}

func (t *tooLarge) Error() string {
	return fmt.Sprintf("%s is larger than %d bytes (limit %s)", t.what, t.limit, limitName(t.what))
}

func limitName(what string) string {
	if what == headText {
		return "MaxHeaderBytes"
	}
	return "MaxResponseBytes"
}

const headText, bodyText = "the head of the answer", "the body of the answer"

// readHead takes what matters from the head of r.
func readHead(r *http.Response) (head, error) {
	switch {
	case r.StatusCode == http.StatusSwitchingProtocols:
		return head{}, &garbage{"it switches protocols"}
	case r.StatusCode < 200 || r.StatusCode > 599:
		return head{}, &garbage{"a status code outside 100 to 599"}
	}
	mediaType, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return head{
		status: r.StatusCode, mediaType: mediaTypeName(strings.TrimSpace(mediaType)),
		retryAfter: r.Header.Get("Retry-After") != "", location: r.Header.Get("Location"),
	}, nil
}

// mediaTypeName cuts what cannot be shown or is too long for it.
func mediaTypeName(text string) string {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return "an unreadable media type"
		}
	}
	return strings.ToLower(text[:min(len(text), 64)])
}

// readBody reads the body of r into buf, which it may replace.
func readBody(r *http.Response, buf []byte, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		return nil, &tooLarge{bodyText, limit}
	}
	if n := int(r.ContentLength); n >= cap(buf) {
		buf = make([]byte, 0, n+1) // one more, for the read that finds the end
	}
	buf = buf[:0]
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := r.Body.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if int64(len(buf)) > limit {
			return nil, &tooLarge{bodyText, limit}
		}
		if errors.Is(err, io.EOF) {
			return buf, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// complaints are the words by which net/http's errors without a type are known,
// and what they mean. The errors themselves quote the answer.
var complaints = []struct {
	words string
	means string
}{
	{"malformed HTTP", "no status line"},
	{"malformed MIME header", "a malformed header field"},
	{"Content-Length", "a Content-Length that is no single number"},
	{"transfer encoding", "a Transfer-Encoding other than chunked"},
	{"chunk", "broken chunks"},
	{"gzip", "broken compression"},
	{"flate", "broken compression"},
	{"1xx", "too many interim responses"},
	{"stream error", "it reset the stream"},
}

// told is an error of net/http, from after the request was sent, as one whose
// text can be shown.
func told(err error, o *Options) error {
	var network net.Error
	var large *tooLarge
	var bad *garbage
	if errors.As(err, &network) || errors.As(err, &large) || errors.As(err, &bad) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errClosed) {
		return err
	}
	text := err.Error()
	if strings.Contains(text, "server response headers exceeded") || strings.Contains(text, "response header list larger") {
		return &tooLarge{headText, int64(o.MaxHeaderBytes)}
	}
	if strings.Contains(text, "server closed idle connection") {
		return io.EOF
	}
	for _, c := range complaints {
		if strings.Contains(text, c.words) {
			return &garbage{c.means}
		}
	}
	return &garbage{"it cannot be read"}
}
