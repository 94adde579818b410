package httpconnector

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

func TestMaxResponseBytes(t *testing.T) {
	const limit = 1000
	for _, how := range []string{"length", "chunks", "end", "compression"} {
		for size, want := range map[int]record.Outcome{limit: record.Succeeded, limit + 1: record.Unknown} {
			body := goodItem + strings.Repeat(" ", size-len(goodItem))
			answer := sized("200 OK", asJSON, body)
			switch how {
			case "chunks":
				answer = fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", size, body)
			case "compression":
				var small bytes.Buffer
				zip := gzip.NewWriter(&small)
				_, _ = io.WriteString(zip, body)
				zip.Close()
				answer = fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", small.Len(), small.String())
			case "end":
				answer = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body
			}
			w := serveWire(t, say(answer))
			r := do(t, bind(t, newConnector(t, Options{MaxResponseBytes: limit}), w.url()), request("item"))
			if r.Outcome != want || want != record.Succeeded && !strings.Contains(r.Detail, "larger than 1000 bytes (limit MaxResponseBytes)") {
				t.Errorf("%d bytes by %s: got %s: %s", size, how, r.Outcome, r.Detail)
			}
		}
	}
}

func TestMaxHeaderBytesOfAnAnswer(t *testing.T) {
	const limit = 8 << 10 // more than the read buffer, so that long lines are tried too
	frame := len("HTTP/1.1 200 OK\r\nX: \r\nContent-Length: 66\r\n\r\n")
	for _, c := range []struct {
		size int
		want record.Outcome
	}{{limit, record.Succeeded}, {limit + 1, record.Unknown}, {40 * limit, record.Unknown}} {
		w := serveWire(t, say(fmt.Sprintf("HTTP/1.1 200 OK\r\nX: %s\r\nContent-Length: %d\r\n\r\n%s", strings.Repeat("x", c.size-frame), len(goodItem), goodItem)))
		r := do(t, bind(t, newConnector(t, Options{MaxHeaderBytes: limit}), w.url()), request("item"))
		if r.Outcome != c.want || c.want != record.Succeeded && !strings.Contains(r.Detail, "larger than 8192 bytes (limit MaxHeaderBytes)") {
			t.Errorf("%d bytes: got %s: %s", c.size, r.Outcome, r.Detail)
		}
	}
}

func TestMaxRequestBytes(t *testing.T) {
	args := map[string]types.Value{"order": "", "amount": euros("1")}
	whole, err := rendering(t, "charge", args, Options{})
	if err != nil {
		t.Fatal(err)
	}
	limit := len(whole.body) + 10
	for extra, fits := range map[int]bool{10: true, 11: false} {
		args["order"] = strings.Repeat("x", extra)
		_, err := rendering(t, "charge", args, Options{MaxRequestBytes: int64(limit)})
		if (err == nil) != fits || err != nil && !strings.Contains(err.Error(), "limit MaxRequestBytes") {
			t.Errorf("a body of %d bytes under a limit of %d: %v", len(whole.body)+extra, limit, err)
		}
	}
}

func TestMaxHeaderBytesOfARequest(t *testing.T) {
	const limit = 300
	const others = len("/items/" + "Accept: application/json\r\n" + "User-Agent: cob\r\n" + "COB-Instance: i1\r\n")
	for size, fits := range map[int]bool{limit: true, limit + 1: false} {
		_, err := rendering(t, "item", map[string]types.Value{"sku": strings.Repeat("x", size-others)}, Options{MaxHeaderBytes: limit})
		if (err == nil) != fits || err != nil && !strings.Contains(err.Error(), "limit MaxHeaderBytes") {
			t.Errorf("a head of %d bytes: %v", size, err)
		}
	}
}

func TestOptions(t *testing.T) {
	if _, err := New(Options{}); err != nil {
		t.Errorf("the defaults: %v", err)
	}
	for _, o := range []Options{
		{MaxResponseBytes: -1}, {MaxResponseBytes: 1<<30 + 1}, {MaxRequestBytes: -1}, {MaxHeaderBytes: 255}, {MaxHeaderBytes: 1<<20 + 1},
		{MaxConcurrent: -1}, {MaxConcurrent: 1<<16 + 1}, {IdleFor: 1}, {IdleFor: 2 * time.Hour}, {DialFor: 1}, {DialFor: 2 * time.Hour}, {TimeoutNs: -1},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
	if err := (Options{MaxHeaderBytes: 255}).Validate(); err == nil || err.Error() != "http connector: MaxHeaderBytes is 255; want 256 to 1048576" {
		t.Errorf("got %v", err)
	}
	closed := newConnector(t, Options{})
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := closed.Bind(shop(planText("http://127.0.0.1:1")), nothingSet); !errors.Is(err, errClosed) {
		t.Errorf("binding on a closed connector: %v", err)
	}
}
