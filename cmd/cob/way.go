package main

import (
	"net"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/runtime/jetstream"
)

// A secureWay is how clouds and their witness reach each other.
type secureWay struct {
	files  jetstream.TLS
	prefix string // of the flags
	plain  bool
}

func (w *secureWay) flags(c *cobra.Command, prefix, stands string) {
	w.prefix = prefix
	c.Flags().StringVar(&w.files.Cert, prefix+"cert", "", stands+"file with the certificate that this process shows to the clouds and the witness, for the host they reach it at")
	c.Flags().StringVar(&w.files.Key, prefix+"key", "", stands+"file with the key of that certificate")
	c.Flags().StringVar(&w.files.CA, prefix+"ca", "", stands+"file with the authority whose certificates the others have to show")
	c.Flags().BoolVar(&w.plain, prefix+"plain", false, stands+"speak plain text with other machines, where a tunnel between them encrypts")
}

// tls is nil for plain text.
func (w *secureWay) tls() *jetstream.TLS {
	if w.files == (jetstream.TLS{}) {
		return nil
	}
	return &w.files
}

// check refuses to listen where anybody could write, or read what passes.
func (w *secureWay) check(flag, listen, token, setting string) error {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return failure(exitUsage, "%s %s: %v", flag, listen, err)
	}
	some := w.files.Cert != "" || w.files.Key != "" || w.files.CA != ""
	switch {
	case some && w.plain:
		return failure(exitUsage, "--%splain stands without certificates", w.prefix)
	case some:
		if err := w.files.Check(); err != nil {
			return failure(exitUsage, "--%scert, --%skey and --%sca stand together: %v", w.prefix, w.prefix, w.prefix, err)
		}
	case loopback(host):
	case !w.plain:
		return failure(exitUsage, "%s %s: other machines reach it, in plain text; give --%scert, --%skey and --%sca, or --%splain where a tunnel encrypts, or listen on 127.0.0.1", flag, listen, w.prefix, w.prefix, w.prefix, w.prefix)
	case token == "":
		return failure(exitUsage, "%s %s: other machines could write there; set %s, or listen on 127.0.0.1", flag, listen, setting)
	}
	return nil
}

// checkTo refuses to send to another machine what everybody on the way could read.
func (w *secureWay) checkTo(flag, address string) error {
	if address == "" || w.tls() != nil || w.plain {
		return nil
	}
	for _, one := range strings.Split(address, ",") { // any of them may be the one that is spoken to
		u, err := url.Parse(strings.TrimSpace(one))
		switch {
		case err != nil || u.Hostname() == "":
			return failure(exitUsage, "%s: want an address such as nats://HOST:PORT", flag)
		case loopback(u.Hostname()):
			continue
		}
		return failure(exitUsage, "%s %s: what goes there would be plain text; give --%scert, --%skey and --%sca, or --%splain where a tunnel encrypts", flag, jetstream.WithoutPasswords(strings.TrimSpace(one)), w.prefix, w.prefix, w.prefix, w.prefix)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
