package main

import (
	"strings"
	"testing"

	"github.com/cob-lang/cob/runtime/jetstream"
)

// TestPlainTextStaysOnItsMachine: a cloud listens and sends to other machines with
// certificates, or in plain text where somebody says so and there is a token.
func TestPlainTextStaysOnItsMachine(t *testing.T) {
	bad := jetstream.TLS{Cert: "no-such-file"}
	for name, c := range map[string]struct {
		way           secureWay
		listen, token string
		want          string // of the refusal, "" for none
	}{
		"its own machine":     {secureWay{}, "127.0.0.1:1", "", ""},
		"its own by name":     {secureWay{}, "localhost:1", "", ""},
		"all machines":        {secureWay{}, ":1", "word", "in plain text"},
		"another one":         {secureWay{}, "10.1.0.7:1", "word", "in plain text"},
		"a tunnel":            {secureWay{plain: true}, "10.1.0.7:1", "word", ""},
		"without a token":     {secureWay{plain: true}, "10.1.0.7:1", "", "set TOKEN"},
		"half a certificate":  {secureWay{files: bad}, "10.1.0.7:1", "word", "stand together"},
		"plain, and with one": {secureWay{files: bad, plain: true}, "127.0.0.1:1", "", "without certificates"},
		"no address":          {secureWay{}, "here", "", "here"},
	} {
		err := c.way.check("--listen", c.listen, c.token, "TOKEN")
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("listening, %s: %v", name, err)
		}
	}
	for name, c := range map[string]struct {
		way     secureWay
		address string
		want    string
	}{
		"none":            {secureWay{}, "", ""},
		"its own machine": {secureWay{}, "nats://word@127.0.0.1:1", ""},
		"another one":     {secureWay{}, "nats://word@paris:1", "plain text"},
		"two here":        {secureWay{}, "nats://127.0.0.1:1,nats://localhost:2", ""},
		"here and there":  {secureWay{}, "nats://127.0.0.1:1/, nats://word@10.1.0.7:1", "10.1.0.7:1: what goes there would be plain text"},
		"a tunnel":        {secureWay{plain: true}, "nats://word@paris:1", ""},
		"certificates":    {secureWay{files: bad}, "nats://paris:1", ""},
		"no address":      {secureWay{}, "paris", "nats://HOST:PORT"},
	} {
		err := c.way.checkTo("--mirror", c.address)
		if (err == nil) != (c.want == "") || err != nil && (!strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "word")) {
			t.Errorf("sending, %s: %v", name, err)
		}
	}
}
