package httpconnector

import (
	"encoding/base64"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/connector"
)

// target is one binding with its address.
type target struct {
	name     string // "orders.payments at paris (http://127.0.0.1:9001)", for people
	address  address
	host     string // as the settings wrote it
	base     string // path before the operation's, escaped, without a slash at the end
	basic    string // Authorization, or ""
	bulkhead *bulkhead
	depot    *depot // nil where it is spoken to by net/http's transport
}

// address is where connections go.
type address struct {
	host   string // with port
	secure bool
}

func (a address) scheme() string {
	if a.secure {
		return "https"
	}
	return "http"
}

// readTarget finds and reads the address of a binding.
func readTarget(endpoint string, b *plan.Binding, settings connector.Settings) (*target, *connector.WrongSetting) {
	wrong := &connector.WrongSetting{Name: b.URL.Setting, Secret: b.URL.Secret, For: endpoint + " on " + b.Cloud}
	text := b.URL.Literal
	if b.URL.Setting != "" {
		value, ok := settings(b.URL.Setting, b.URL.Secret)
		if !ok || value == "" {
			return nil, wrong
		}
		text = value
	}
	u, err := url.Parse(strings.TrimSpace(text))
	switch {
	case err != nil:
		wrong.Problem = "is no URL"
	case u.Scheme != "http" && u.Scheme != "https":
		wrong.Problem = "is no URL that begins with http:// or https://"
	case u.Hostname() == "":
		wrong.Problem = "is a URL without a host"
	case u.RawQuery != "" || u.Fragment != "":
		wrong.Problem = "is a URL with a query or fragment, which an address must not have"
	}
	if wrong.Problem != "" {
		return nil, wrong
	}
	t := &target{address: address{host: withPort(u), secure: u.Scheme == "https"}, host: u.Host, base: strings.TrimRight(u.EscapedPath(), "/")}
	if u.User != nil {
		password, _ := u.User.Password()
		t.basic = "Basic " + base64.StdEncoding.EncodeToString([]byte(u.User.Username()+":"+password))
	}
	t.name = fmt.Sprintf("%s at %s (%s://%s%s)", endpoint, b.Cloud, u.Scheme, u.Host, t.base)
	return t, nil
}

// withPort is the host of u with its port, written or not.
func withPort(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Host
	case u.Scheme == "https":
		return net.JoinHostPort(u.Hostname(), "443")
	}
	return net.JoinHostPort(u.Hostname(), "80")
}
