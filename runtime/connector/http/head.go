package httpconnector

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// head is what the first part of a response says, as far as anybody here wants
// to know.
type head struct {
	status     int
	length     int64 // of the body; -1 where only the end of the connection tells
	chunked    bool
	close      bool // the connection must not be used again
	old        bool // HTTP/1.0
	mediaType  string
	retryAfter string
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

// maxInterim bounds the 1xx responses before the real one.
const maxInterim = 8

// readHead reads the head of the response, past interim (1xx) ones.
func readHead(in *bufio.Reader, limit int) (head, error) {
	left := limit
	for range maxInterim {
		h, err := readOneHead(in, &left, limit)
		if err != nil || h.status >= 200 {
			return h, err
		}
		if h.status == 101 {
			return h, &garbage{"it switches protocols"}
		}
	}
	return head{}, &garbage{"too many interim responses"}
}

func readOneHead(in *bufio.Reader, left *int, limit int) (head, error) {
	line, err := readLine(in, left, limit)
	if err != nil {
		return head{}, err
	}
	h, err := parseStatus(line)
	if err != nil {
		return head{}, err
	}
	hasLength := false
	for {
		line, err := readLine(in, left, limit)
		if err != nil {
			return head{}, err
		}
		if len(line) == 0 {
			break
		}
		colon := bytes.IndexByte(line, ':')
		if colon <= 0 || bytes.ContainsAny(line[:colon], " \t") {
			return head{}, &garbage{"a header field without a name"}
		}
		if err := h.field(line[:colon], bytes.Trim(line[colon+1:], " \t"), &hasLength); err != nil {
			return head{}, err
		}
	}
	switch {
	case h.chunked && h.old:
		return head{}, &garbage{"chunks in HTTP/1.0"}
	case h.chunked && hasLength:
		return head{}, &garbage{"both Content-Length and Transfer-Encoding"}
	case !hasLength && !h.chunked:
		h.length = -1
	}
	if h.status < 200 || h.status == 204 || h.status == 304 {
		h.length, h.chunked = 0, false
	}
	return h, nil
}

// parseStatus reads "HTTP/1.1 200 OK".
func parseStatus(line []byte) (head, error) {
	rest, ok := bytes.CutPrefix(line, []byte("HTTP/1."))
	if !ok || len(rest) < 5 || rest[0] != '0' && rest[0] != '1' || rest[1] != ' ' || len(rest) > 5 && rest[5] != ' ' {
		return head{}, &garbage{"no status line"}
	}
	status := 0
	for _, c := range rest[2:5] {
		if c < '0' || c > '9' {
			return head{}, &garbage{"no status code"}
		}
		status = status*10 + int(c-'0')
	}
	if status < 100 || status > 599 {
		return head{}, &garbage{"a status code outside 100 to 599"}
	}
	return head{status: status, close: rest[0] == '0', old: rest[0] == '0'}, nil
}

func (h *head) field(name, value []byte, hasLength *bool) error {
	switch {
	case equalFold(name, "content-length"):
		n, err := strconv.ParseUint(string(value), 10, 63)
		if err != nil || *hasLength && int64(n) != h.length {
			return &garbage{"a Content-Length that is no single number"}
		}
		h.length, *hasLength = int64(n), true
	case equalFold(name, "transfer-encoding"):
		if !equalFold(value, "chunked") || h.chunked {
			return &garbage{"a Transfer-Encoding other than chunked"}
		}
		h.chunked = true
	case equalFold(name, "connection"):
		for _, word := range strings.Split(string(value), ",") {
			switch strings.ToLower(strings.TrimSpace(word)) {
			case "close":
				h.close = true
			case "keep-alive":
				h.close = false
			}
		}
	case equalFold(name, "content-type"):
		mediaType, _, _ := bytes.Cut(value, []byte(";"))
		h.mediaType = mediaTypeName(bytes.TrimSpace(mediaType))
	case equalFold(name, "retry-after"):
		h.retryAfter = string(value)
	case equalFold(name, "location"):
		h.location = string(value)
	}
	return nil
}

// mediaTypeName spares the allocation in the common case, and cuts what is too
// long to be shown.
func mediaTypeName(text []byte) string {
	if equalFold(text, "application/json") {
		return "application/json"
	}
	for _, c := range text {
		if c <= ' ' || c > '~' {
			return "an unreadable media type"
		}
	}
	return strings.ToLower(string(text[:min(len(text), 64)]))
}

func equalFold(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i := range b {
		c := b[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// readLine reads up to a newline, without it and without the return before it.
// The line is good until the next read. left counts down what the head may
// still take.
func readLine(in *bufio.Reader, left *int, limit int) ([]byte, error) {
	line, err := in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		long := append([]byte(nil), line...)
		for errors.Is(err, bufio.ErrBufferFull) && len(long) <= *left {
			line, err = in.ReadSlice('\n')
			long = append(long, line...)
		}
		line = long
	}
	if *left -= len(line); *left < 0 {
		return nil, &tooLarge{headText, int64(limit)}
	}
	if err != nil {
		if errors.Is(err, io.EOF) && len(line) > 0 {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	line = line[:len(line)-1]
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line, nil
}

// retryAfterNs reads a Retry-After header: seconds, or a date. What it cannot
// read, or lies in the past, is 0.
func retryAfterNs(text string, now time.Time) int64 {
	if text == "" {
		return 0
	}
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return int64(seconds) * int64(time.Second)
	}
	for _, layout := range []string{"Mon, 02 Jan 2006 15:04:05 GMT", time.RFC850, time.ANSIC} {
		if at, err := time.Parse(layout, text); err == nil {
			return max(0, int64(at.Sub(now)))
		}
	}
	return 0
}
