package check

import (
	"cmp"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// innerTables are the settings in braces inside of a setting.
func innerTables() []Table {
	return []Table{
		{"basic auth", basicSettings}, {"bearer auth", bearerSettings}, {"mtls auth", mtlsSettings}, {"oauth2 auth", oauth2Settings},
		{"price", priceSettings},
	}
}

var basicSettings = []Setting{
	{Name: "user", Form: "<text>", Required: true, Doc: "the name"},
	{Name: "password", Form: "<secret>", Required: true, Doc: "the password"},
}

var bearerSettings = []Setting{
	{Name: "token", Form: "<secret>", Required: true, Doc: "the token that every request carries"},
}

var oauth2Settings = []Setting{
	{Name: "token_url", Form: "<text>", Required: true, Doc: "where a token is had for the credentials of the client"},
	{Name: "client", Form: "<text>", Required: true, Doc: "the identifier of the client"},
	{Name: "secret", Form: "<secret>", Required: true, Doc: "the secret of the client"},
	{Name: "scopes", Form: "<expression>", Default: "what the server gives by itself", Doc: "what the token is asked for, a list of strings"},
	{Name: "audience", Form: "<text>", Default: "none", Doc: "for whom the token is meant"},
}

var mtlsSettings = []Setting{
	{Name: "certificate", Form: "<secret>", Required: true, Doc: "the certificate of the client with the chain behind it, in PEM"},
	{Name: "key", Form: "<secret>", Required: true, Doc: "the private key of the certificate, in PEM"},
	{Name: "authority", Form: "<text>", Default: "those of the system", Doc: "the certificates of who may have signed that of the service, in PEM"},
}

// auth reads how a binding proves who calls.
func (c *checker) auth(b block) *plan.Auth {
	v, ok := b.first("auth")
	if !ok || v.text == "none" {
		return nil
	}
	out := &plan.Auth{Kind: v.text}
	for _, row := range v.inner.table {
		x, ok := v.inner.first(row.Name)
		switch {
		case !ok:
		case row.Name == "scopes":
			out.Scopes = c.plainStrings(x.expr, "the scopes of a token")
		default:
			out.Parts = append(out.Parts, plan.AuthPart{Name: row.Name, Text: x.source})
		}
	}
	slices.SortFunc(out.Parts, func(a, b plan.AuthPart) int { return cmp.Compare(a.Name, b.Name) })
	c.overheard(b)
	return out
}

// overheard warns about credentials that everybody on the way can read.
func (c *checker) overheard(b block) {
	at, ok := b.first("url")
	if !ok || at.source.Setting != "" {
		return
	}
	u, err := url.Parse(at.source.Literal)
	if err != nil || u.Scheme != "http" || u.Hostname() == "localhost" {
		return
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && ip.IsLoopback() {
		return
	}
	d := diag.Warningf(CodeOverheard, b.span("url"), "the credentials go to %s without TLS: who is on the way can read and use them", u.Host).
		WithHelp("begin the URL with https://")
	if url, ok := at.expr.(*syntax.StringExpr); ok && strings.HasPrefix(url.Span().Text(), `"http:`) {
		d = d.WithFix(url.Span().First(len(`"http`)).After(), "s").AsDraft()
	}
	c.report(d)
}

// plainStrings reads a list of strings that are known before anything runs, sorted.
func (c *checker) plainStrings(e syntax.Expr, what string) []string {
	var out []string
	list, ok := e.(*syntax.ListExpr)
	if !ok {
		c.errorf(CodeSettingValue, spanOf(e), "%s are a list of strings", what)
		return nil
	}
	for _, item := range list.Items {
		if text, ok := c.plainText(item, what); ok {
			out = append(out, text)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
