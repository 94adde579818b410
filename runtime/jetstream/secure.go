package jetstream

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// TLS is how clouds and their witness know each other: each shows a certificate of the same authority, for the host that the others reach it
// at. A nil TLS is plain text.
type TLS struct {
	Cert, Key string // files of the own certificate, for a server and for a client
	CA        string // file of the authorities that certificates of the others are of
}

// Check reads the files. Errors: which one cannot be used, and why.
func (t *TLS) Check() error {
	_, err := t.config()
	return err
}

func (t *TLS) config() (*tls.Config, error) {
	if t == nil {
		return nil, nil
	}
	own, err := tls.LoadX509KeyPair(t.Cert, t.Key)
	if err != nil {
		return nil, fmt.Errorf("the certificate %s with the key %s cannot be used: %w", t.Cert, t.Key, err)
	}
	text, err := os.ReadFile(t.CA)
	if err != nil {
		return nil, fmt.Errorf("the authority cannot be read: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s holds no certificate of an authority", t.CA)
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{own}, RootCAs: pool, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert,
	}, nil
}

// serve makes a server speak TLS.
func (t *TLS) serve(o *server.Options) error {
	c, err := t.config()
	if c != nil {
		o.TLSConfig, o.TLSVerify, o.TLSTimeout = c, true, mirrorAsk.Seconds()
	}
	return err
}

// dial makes a client speak TLS: with a server that does not it has no word.
func (t *TLS) dial(options []nats.Option) ([]nats.Option, error) {
	c, err := t.config()
	if c != nil {
		options = append(options, nats.Secure(c))
	}
	return options, err
}

// connect reaches a server once.
func (t *TLS) connect(url string, options ...nats.Option) (*nats.Conn, error) {
	options, err := t.dial(options)
	if err != nil {
		return nil, err
	}
	nc, err := nats.Connect(url, options...)
	if t == nil && errors.Is(err, nats.ErrSecureConnRequired) {
		err = fmt.Errorf("it speaks TLS alone: give this side a certificate, too (%w)", err)
	}
	return nc, err
}
