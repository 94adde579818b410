package httpconnector

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http/httputil"
)

// readBody reads the body that h announces into buf, which it may replace. It
// says whether the connection is at the beginning of the next response.
func readBody(in *bufio.Reader, h head, buf []byte, limit int64, headLimit int) (body []byte, clean bool, err error) {
	switch {
	case h.chunked:
		body, err = readUpTo(httputil.NewChunkedReader(in), buf, limit)
		if err != nil {
			return nil, false, chunkError(err)
		}
		// The trailer ends with an empty line.
		for left := headLimit; ; {
			line, err := readLine(in, &left, headLimit)
			if err != nil {
				return nil, false, err
			}
			if len(line) == 0 {
				return body, true, nil
			}
			if bytes.IndexByte(line, ':') <= 0 {
				return nil, false, &garbage{"a trailer field without a name"}
			}
		}
	case h.length < 0:
		body, err = readUpTo(in, buf, limit)
		return body, false, err
	case h.length > limit:
		return nil, false, &tooLarge{bodyText, limit}
	}
	n := int(h.length)
	if cap(buf) < n {
		buf = make([]byte, n)
	}
	buf = buf[:n]
	if _, err := io.ReadFull(in, buf); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, false, err
	}
	return buf, true, nil
}

func readUpTo(from io.Reader, buf []byte, limit int64) ([]byte, error) {
	buf = buf[:0]
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := from.Read(buf[len(buf):cap(buf)])
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

// chunkError tells a broken connection from broken chunks: the chunked reader
// has no error type of its own for the latter.
func chunkError(err error) error {
	var large *tooLarge
	if errors.As(err, &large) || errors.Is(err, io.ErrUnexpectedEOF) || isNet(err) {
		return err
	}
	return &garbage{"broken chunks"}
}
