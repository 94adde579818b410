package httpconnector

import (
	"bufio"
	"compress/gzip"
	"context"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// atOnce is how large a body may be that leaves before the answer is listened for:
	// an idle connection takes as much without waiting for the target.
	atOnce = 16 << 10
	// lastWord is how long the answer of a target is waited for that takes no more of the
	// request, and how long what is left of the request is when the answer is here.
	lastWord = 50 * time.Millisecond
)

// line is a connection of HTTP/1.1 that carries one exchange after the other, each on
// the goroutine of its caller: nothing is handed to another one and back.
type line struct {
	*conn
	*pulse
	in    *bufio.Reader
	out   []byte
	asked http.Request // for whoever reads the answer: what matters is its method
	room  int          // bytes that may be read of a head; below 0 when more was asked for
	since time.Time    // when it was kept

	// Of the latest exchange.
	left     bool // its whole head was taken: the target may have it
	heard    bool // something of an answer came
	reusable bool
}

func newLine(c *conn) *line {
	l := &line{conn: c, pulse: pulseOf(c.Conn)}
	l.in = bufio.NewReaderSize(limited{l}, bufferBytes)
	return l
}

// limited reads from a line as much as there is room for.
type limited struct{ *line }

func (l limited) Read(p []byte) (int, error) {
	if l.room <= 0 {
		l.room = -1
		return 0, io.ErrUnexpectedEOF
	}
	n, err := l.conn.Read(p[:min(len(p), l.room)])
	l.room -= n
	return n, err
}

// ask carries out one exchange, before the deadline and while ctx lasts.
func (l *line) ask(ctx context.Context, x *exchange, deadline time.Time, buf []byte, o *Options) (head, []byte, error) {
	l.left, l.heard, l.reusable = false, false, false
	if err := l.SetDeadline(deadline); err != nil {
		return head{}, nil, err
	}
	stop := context.AfterFunc(ctx, l.interrupt)
	l.out = x.appendHead(l.out[:0])
	before, size := l.written.Load(), int64(len(l.out))
	h, body, err := l.talk(x, buf, o)
	l.left = l.written.Load()-before >= size
	l.reusable = stop() && l.reusable
	if cap(l.out) > keptBytes {
		l.out = nil
	}
	return h, body, err
}

// interrupt ends whatever waits for the line.
func (l *line) interrupt() { _ = l.SetDeadline(time.Unix(1, 0)) } // a line that is closed waits for nothing

// talk writes the request, whose head is in out, and reads the answer.
func (l *line) talk(x *exchange, buf []byte, o *Options) (head, []byte, error) {
	if len(x.body) > atOnce {
		return l.talkAtOnce(x, buf, o)
	}
	l.out = append(l.out, x.body...)
	if _, err := l.Write(l.out); err != nil {
		return head{}, nil, err
	}
	return l.hear(x, buf, o)
}

// talkAtOnce listens while it writes: a target may answer before it has read all, and
// then read no more.
func (l *line) talkAtOnce(x *exchange, buf []byte, o *Options) (head, []byte, error) {
	sent := make(chan error, 1)
	go func() {
		_, err := l.Write(l.out)
		if err == nil {
			_, err = l.Write(x.body)
		}
		if err != nil && !isTimeout(err) {
			_ = l.SetReadDeadline(time.Now().Add(lastWord)) // it may have said why
		}
		sent <- err
	}()
	h, body, err := l.hear(x, buf, o)
	if err == nil {
		_ = l.SetWriteDeadline(time.Now().Add(lastWord)) // the answer counts
		l.reusable = <-sent == nil && l.reusable
		return h, body, nil
	}
	select {
	case broken := <-sent:
		if broken != nil && isTimeout(err) {
			err = broken
		}
	default:
		_ = l.Close() // ends the writing
		<-sent
	}
	return h, body, err
}

// hear reads the answer.
func (l *line) hear(x *exchange, buf []byte, o *Options) (head, []byte, error) {
	l.room = o.MaxHeaderBytes
	if _, err := l.in.Peek(1); err != nil {
		return head{}, nil, err
	}
	l.heard, l.asked.Method = true, x.method
	var r *http.Response
	for r == nil || interim(r.StatusCode) {
		var err error
		r, err = http.ReadResponse(l.in, &l.asked)
		switch {
		case l.room < 0: // whatever it says of what it could not read
			return head{}, nil, &tooLarge{headText, int64(o.MaxHeaderBytes)}
		case err != nil:
			return head{}, nil, err
		}
	}
	l.room = math.MaxInt
	h, err := readHead(r)
	if err != nil {
		return head{}, nil, err
	}
	if x.zipped() && r.ContentLength != 0 && strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") {
		r.Body, r.ContentLength = &unzipped{from: r.Body}, -1
	}
	body, err := readBody(r, buf, o.MaxResponseBytes)
	if err != nil {
		return head{}, nil, err
	}
	l.reusable = !r.Close && l.in.Buffered() == 0
	return h, body, nil
}

// interim says whether another answer follows one with this status.
func interim(status int) bool {
	return status >= 100 && status < 200 && status != http.StatusSwitchingProtocols
}

// unzipped reads what a body is when it is unpacked. The head is read with the first
// byte, so that an answer that is cut is told as any other.
type unzipped struct {
	from io.ReadCloser
	by   *gzip.Reader
}

func (u *unzipped) Read(p []byte) (n int, err error) {
	if u.by == nil {
		if u.by, err = gzip.NewReader(u.from); err != nil {
			return 0, err
		}
	}
	return u.by.Read(p)
}

func (u *unzipped) Close() error { return u.from.Close() }

// zipped says whether the target is told that it may pack its answer.
func (x *exchange) zipped() bool {
	return x.method != http.MethodHead && !slices.ContainsFunc(x.fields, func(f field) bool { return f.name == "Range" })
}

// appendHead writes the head of the request, in the order in which net/http has it.
func (x *exchange) appendHead(to []byte) []byte {
	to = append(append(to, x.method...), ' ')
	path := x.url.EscapedPath()
	if path == "" {
		path = "/"
	}
	to = append(to, path...)
	if x.url.RawQuery != "" {
		to = append(append(to, '?'), x.url.RawQuery...)
	}
	to = appendField(append(to, " HTTP/1.1\r\n"...), "Host", x.host)
	slices.SortStableFunc(x.fields, func(a, b field) int { return strings.Compare(a.name, b.name) })
	for _, f := range x.fields {
		if f.name == userAgent && f.value != "" {
			to = appendField(to, f.name, f.value)
		}
	}
	if len(x.body) > 0 || x.method == "POST" || x.method == "PUT" || x.method == "PATCH" {
		to = append(strconv.AppendInt(append(to, "Content-Length: "...), int64(len(x.body)), 10), "\r\n"...)
	}
	for _, f := range x.fields {
		if f.name != userAgent {
			to = appendField(to, f.name, f.value)
		}
	}
	if x.zipped() {
		to = append(to, "Accept-Encoding: gzip\r\n"...)
	}
	return append(to, "\r\n"...)
}

func appendField(to []byte, name, value string) []byte {
	to = append(append(to, name...), ": "...)
	return append(append(to, strings.Trim(value, " \t")...), "\r\n"...)
}
