package httpconnector

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/cob-lang/cob/runtime/record"
)

// BenchmarkGet asks a server on loopback for a small JSON result: with the
// connector, and with a bare net/http client that only decodes. One caller at a
// time, and eight. The server does nearly nothing, so that the figures are those
// of the clients.
func BenchmarkGet(b *testing.B) {
	url := serveQuickly(b, sized("200 OK", asJSON, goodItem))
	sink := bind(b, newConnector(b, Options{}), url)
	q := request("item")
	bare := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	defer bare.CloseIdleConnections()

	connectorGet := func(b *testing.B) {
		if r := sink.Do(b.Context(), q); r.Outcome != record.Succeeded {
			b.Error(r.Detail)
		}
	}
	bareGet := func(b *testing.B) {
		r, err := bare.Get(url + "/items/p-1")
		if err != nil {
			b.Error(err)
			return
		}
		var item struct {
			SKU   string `json:"sku"`
			Price struct{ Amount, Currency string }
			Stock int
		}
		if err := json.NewDecoder(r.Body).Decode(&item); err != nil {
			b.Error(err)
		}
		_, _ = io.Copy(io.Discard, r.Body)
		r.Body.Close()
	}
	for _, way := range []struct {
		name string
		get  func(*testing.B)
	}{{"connector", connectorGet}, {"net-http", bareGet}} {
		b.Run(way.name+"/alone", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				way.get(b)
			}
		})
		b.Run(way.name+"/eight", func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(4)
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					way.get(b)
				}
			})
		})
	}
}

// BenchmarkRenderAndJudge is the connector's own work for one call, without the
// exchange.
func BenchmarkRenderAndJudge(b *testing.B) {
	sink := bind(b, newConnector(b, Options{}), "http://127.0.0.1:1").(*Sink)
	t := sink.targets[targetKey{"shop.store", "paris"}]
	for _, c := range []struct{ operation, body string }{{"item", goodItem}, {"charge", goodCharge}} {
		op := sink.operations[operationKey{"shop.store", c.operation}]
		q := request(c.operation)
		h := head{status: 200, mediaType: asJSON}
		body := []byte(c.body)
		b.Run(c.operation, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := op.render(&q, t, nil, sink.options); err != nil {
					b.Fatal(err)
				}
				if reply := op.judge(nil, &h, body, t); reply.Outcome != record.Succeeded {
					b.Fatal(reply.Detail)
				}
			}
		})
	}
}

// serveQuickly answers every request without a body with the same bytes.
func serveQuickly(b *testing.B, answer string) (url string) {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				buf := make([]byte, 4096)
				for {
					n, err := c.Read(buf)
					if err != nil || !bytes.HasSuffix(buf[:n], []byte("\r\n\r\n")) {
						return
					}
					if _, err := io.WriteString(c, answer); err != nil {
						return
					}
				}
			}()
		}
	}()
	return "http://" + l.Addr().String()
}
