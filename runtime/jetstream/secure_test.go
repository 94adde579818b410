package jetstream

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// An authority makes certificates for a test.
type authority struct {
	t    *testing.T
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	made int64
}

func authorityIn(t *testing.T) *authority {
	a := &authority{t: t, dir: t.TempDir()}
	a.cert, a.key = a.sign("ca.pem", "ca.key", &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	return a
}

func (a *authority) sign(certFile, keyFile string, c *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	a.made++
	c.SerialNumber, c.Subject = big.NewInt(a.made), pkix.Name{CommonName: certFile}
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	text, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "EC PRIVATE KEY", Bytes: text}} {
		if err := os.WriteFile(filepath.Join(a.dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			a.t.Fatal(err)
		}
	}
	return made, key
}

// of is what a host shows.
func (a *authority) of(host string) *TLS {
	c := &x509.Certificate{KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	if ip := net.ParseIP(host); ip != nil {
		c.IPAddresses = []net.IP{ip}
	} else {
		c.DNSNames = []string{host}
	}
	a.sign(host+".pem", host+".key", c)
	return &TLS{Cert: filepath.Join(a.dir, host+".pem"), Key: filepath.Join(a.dir, host+".key"), CA: filepath.Join(a.dir, "ca.pem")}
}

// TestWhoMayReachAMirror: only who shows a certificate of the authority and the token, and believes the one of the mirror.
func TestWhoMayReachAMirror(t *testing.T) {
	ours, others := authorityIn(t), authorityIn(t)
	good := ours.of("127.0.0.1")
	m := housed(t, MirrorHouse{Dir: t.TempDir(), Listen: "127.0.0.1:0", Token: "word", Cloud: "paris", TLS: good})
	m.Handle(func(string, []byte) ([]byte, error) { return []byte("yes"), nil })
	elsewhere := housed(t, MirrorHouse{Dir: t.TempDir(), Listen: "127.0.0.1:0", Token: "word", Cloud: "paris", TLS: ours.of("paris.example")})
	strangers := others.of("127.0.0.1")
	for name, c := range map[string]struct {
		url  string
		tls  *TLS
		want bool
	}{
		"as it should be":                  {"nats://word@" + m.Address(), good, true},
		"wrong token":                      {"nats://other@" + m.Address(), good, false},
		"no token":                         {"nats://" + m.Address(), good, false},
		"plain text":                       {"nats://word@" + m.Address(), nil, false},
		"the mirror has another name":      {"nats://word@" + elsewhere.Address(), good, false},
		"of another authority":             {"nats://word@" + m.Address(), strangers, false},
		"believed, but of a stranger":      {"nats://word@" + m.Address(), &TLS{strangers.Cert, strangers.Key, good.CA}, false},
		"shows itself, believes strangers": {"nats://word@" + m.Address(), &TLS{good.Cert, good.Key, strangers.CA}, false},
	} {
		answer, err := Ask(ctx, c.url, c.tls, "london", "role", nil)
		if got := err == nil && string(answer) == "yes"; got != c.want {
			t.Errorf("%s: %q %v", name, answer, err)
		}
	}
	for name, secure := range map[string]*TLS{"no file": {Cert: "none", Key: "none", CA: good.CA}, "the key of another": {good.Cert, strangers.Key, good.CA}, "no authority": {good.Cert, good.Key, good.Key}} {
		if err := secure.Check(); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	s := start(t, Options{StoreDir: t.TempDir(), Mirror: &MirrorOptions{URL: "nats://word@" + m.Address(), Cloud: "london", Term: 1, TLS: good}})
	if err := mirrored(t, owned(t, s, JournalOptions{}), "over TLS", patience); err != nil {
		t.Fatal(err)
	}
	w, err := OpenWitness(t.TempDir(), "127.0.0.1:0", "secret", good)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, c := range []struct {
		token string
		tls   *TLS
		want  bool
	}{{"secret", good, true}, {"other", good, false}, {"secret", nil, false}, {"secret", strangers, false}} {
		s, err := Open(ctx, Options{URL: "nats://" + c.token + "@" + w.Address(), TLS: c.tls, MaxPayload: 64 << 10, Timeout: 2 * time.Second})
		if (err == nil) != c.want {
			t.Errorf("a witness that is shown %q: %v", c.token, err)
		}
		if err == nil {
			_ = s.Close(ctx)
		}
	}
}

// TestAMirrorAndBadPeers: garbage, a hello that was overheard, and peers that never read do not keep it from answering the others.
func TestAMirrorAndBadPeers(t *testing.T) {
	good := authorityIn(t).of("127.0.0.1")
	m := housed(t, MirrorHouse{Dir: t.TempDir(), Listen: "127.0.0.1:0", Token: "word", Cloud: "paris", TLS: good})
	plain := housed(t, MirrorHouse{Dir: t.TempDir(), Listen: "127.0.0.1:0", Token: "word", Cloud: "paris"})
	for _, m := range []*Mirror{m, plain} {
		m.Handle(func(string, []byte) ([]byte, error) { return make([]byte, 1<<17), nil })
	}
	hello := `CONNECT {"verbose":true,"auth_token":"word","headers":true}` + "\r\n"
	question, err := json.Marshal(mirrorQuestion{Op: "role", Cloud: "london"})
	if err != nil {
		t.Fatal(err)
	}
	send := func(m *Mirror, text string) net.Conn {
		t.Helper()
		c, err := net.Dial("tcp", m.Address())
		if err == nil {
			_, err = c.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	c := send(m, hello+"PING\r\n") // overheard where there was no TLS
	if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	for in := bufio.NewReader(c); ; {
		line, err := in.ReadString('\n')
		if strings.HasPrefix(line, "PONG") || strings.HasPrefix(line, "+OK") {
			t.Fatal("a hello in plain text was taken")
		}
		if err != nil {
			break
		}
	}
	send(m, strings.Repeat("\x16\x03\x01 garbage\r\n", 1000))
	send(plain, strings.Repeat("garbage\r\n", 1000))
	for i := range 4 { // they ask for much, and read nothing
		ask := fmt.Sprintf("SUB in%d 1\r\n", i) + strings.Repeat(fmt.Sprintf("PUB %s in%d %d\r\n%s\r\n", mirrorSubject, i, len(question), question), 50)
		send(plain, hello+ask)
	}
	for m, secure := range map[*Mirror]*TLS{m: good, plain: nil} {
		for end := time.Now().Add(patience); ; {
			answer, err := Ask(ctx, "nats://word@"+m.Address(), secure, "london", "role", nil)
			if err == nil && len(answer) == 1<<17 {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("%d bytes %v", len(answer), err)
			}
		}
	}
}
