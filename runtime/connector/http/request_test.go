package httpconnector

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// rendering is a request as it would be sent.
func rendering(t *testing.T, operation string, args map[string]types.Value, o Options) (*exchange, error) {
	t.Helper()
	sink := bind(t, newConnector(t, o), "http://shop.test").(*Sink)
	q := request(operation)
	q.Args = args
	return sink.operations[operationKey{"shop.store", operation}].render(&q, sink.targets[targetKey{"shop.store", "paris"}], nil, sink.options)
}

func TestRequests(t *testing.T) {
	const common = "Host: shop.test\r\nUser-Agent: cob\r\n"
	const more = "Accept: application/json\r\n"
	const zip = "Accept-Encoding: gzip\r\n\r\n"
	cases := []struct {
		name, before, after, operation string // what the address has before and after the host
		args                           map[string]types.Value
		want                           string
	}{
		{"a body", "", "/v1/", "charge", map[string]types.Value{"order": "ä\"", "amount": euros("20.00")},
			"POST /v1/charges HTTP/1.1\r\n" + common + "Content-Length: 61\r\n" + more + "COB-Instance: i1\r\nContent-Type: application/json\r\nidempotency-key: i1/charge#1\r\n" + zip +
				`{"amount":{"amount":"20.00","currency":"EUR"},"order":"ä\""}`},
		{"escaping, and what is absent", "", "", "item", map[string]types.Value{"sku": "a/b ?#%é"},
			"GET /items/a%2Fb%20%3F%23%25%C3%A9 HTTP/1.1\r\n" + common + more + "COB-Instance: i1\r\n" + zip},
		{"query and headers", "", "", "item", map[string]types.Value{"sku": "p", "lang": "a&b=c", "tags": []types.Value{"x", "y z"}, "header": "v"},
			"GET /items/p?in+lang=a%26b%3Dc&tag=x&tag=y+z HTTP/1.1\r\n" + common + more + "COB-Instance: i1\r\nX-Shop: v\r\n" + zip},
		{"a dot among letters, below an escaped path", "", "/a%2Fb", "item", map[string]types.Value{"sku": "..a"},
			"GET /a%2Fb/items/..a HTTP/1.1\r\n" + common + more + "COB-Instance: i1\r\n" + zip},
		{"credentials", "ada:secret-word@", "", "refund", map[string]types.Value{"id": "c"},
			"DELETE /charges/c HTTP/1.1\r\n" + common + more + "Authorization: Basic YWRhOnNlY3JldC13b3Jk\r\nCOB-Instance: i1\r\nIdempotency-Key: i1/refund#1\r\n" + zip},
		{"a POST without a body", "", "", "ping", nil,
			"POST /ping HTTP/1.1\r\n" + common + "Content-Length: 0\r\n" + more + "COB-Instance: i1\r\nidempotency-key: i1/ping#1\r\n" + zip},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			seen := make(chan string, 1)
			url, _ := script(t, func(in *bufio.Reader, conn net.Conn) {
				var raw strings.Builder
				r, err := http.ReadRequest(bufio.NewReader(io.TeeReader(in, &raw)))
				if err == nil {
					_, _ = io.Copy(io.Discard, r.Body)
				}
				seen <- raw.String()
				_, _ = io.WriteString(conn, done)
			})
			host := strings.TrimPrefix(url, "http://")
			q := request(c.operation)
			q.Args = c.args
			do(t, bind(t, newConnector(t, Options{}), "http://"+c.before+host+c.after), q)
			if got := strings.Replace(<-seen, host, "shop.test", 1); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestRequestsThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		name, operation string
		args            map[string]types.Value
		want            string
	}{
		{"an empty path part", "item", map[string]types.Value{"sku": ""}, "part 2 of its path is empty or dots only"},
		{"a way up", "item", map[string]types.Value{"sku": ".."}, "part 2 of its path is empty or dots only"},
		{"a header that ends the line", "item", map[string]types.Value{"sku": "p", "header": "a\r\nEvil: b"}, "its header X-Shop holds a line end"},
		{"no argument", "item", map[string]types.Value{}, "part 2 of its path"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sink := bind(t, newConnector(t, Options{}), "http://127.0.0.1:1")
			q := request(c.operation)
			q.Args = c.args
			r := do(t, sink, q)
			if r.Outcome != record.Rejected || r.Sign != 0 || !strings.Contains(r.Detail, "cannot be sent: "+c.want) {
				t.Errorf("got %s, %s: %s", r.Outcome, r.Sign, r.Detail)
			}
		})
	}
}

func TestKeyText(t *testing.T) {
	long := strings.Repeat("k", maxKeyText)
	if got := keyText(long); got != long {
		t.Errorf("a key of %d bytes became %s", maxKeyText, got)
	}
	seen := map[string]string{}
	for _, key := range []string{"o-1", long + "k", long + "l", "a b", "a\nb", "ä", "ö"} {
		got := keyText(key)
		if other, ok := seen[got]; ok {
			t.Errorf("%q and %q are both %s", key, other, got)
		}
		if seen[got] = key; got != keyText(key) || len(got) > maxKeyText || !isFieldValue(got) || strings.Contains(got, " ") {
			t.Errorf("%q gives %q", key, got)
		}
	}
}

func TestRedirectOfAGet(t *testing.T) {
	w := serveWire(t, func(c net.Conn, r *http.Request) {
		if r.URL.Path == "/new/p" && r.URL.RawQuery == "a=b" {
			say(sized("200 OK", asJSON, goodItem))(c, r)
			return
		}
		say("HTTP/1.1 301 Moved\r\nLocation: http://"+r.Host+"/new/p?a=b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")(c, r)
	})
	if r := do(t, bind(t, newConnector(t, Options{}), w.url()), request("item")); r.Outcome != record.Succeeded {
		t.Errorf("got %s: %s", r.Outcome, r.Detail)
	}
}

func TestSettings(t *testing.T) {
	c := newConnector(t, Options{})
	p := shop(plan.Text{Setting: "SHOP"})
	p.Endpoints[0].Bindings = append(p.Endpoints[0].Bindings,
		plan.Binding{Cloud: "finland", URL: plan.Text{Setting: "shop_url", Secret: true}, At: "shop.cob:21:14"},
		plan.Binding{Cloud: "mars", URL: plan.Text{Setting: "MARS"}, At: "shop.cob:22:14"},
		plan.Binding{Cloud: "venus", URL: plan.Text{Literal: "ftp://x"}, At: "shop.cob:23:14"})
	_, err := c.Bind(p, func(name string, secret bool) (string, bool) {
		return "htp://secret-word", name == "MARS" && !secret
	})
	want := []string{
		"shop.cob:20:14: environment variable SHOP is not set; shop.store on paris needs it: set it",
		"shop.cob:21:14: secret shop_url is not set; shop.store on finland needs it: set COB_SECRET_SHOP_URL or put a file of that name into the secrets directory",
		"shop.cob:22:14: environment variable MARS (for shop.store on mars) is no URL that begins with http:// or https://: give it another value",
		"shop.cob:23:14: the address of shop.store on venus is no URL that begins with http:// or https://: correct the address",
	}
	if err == nil || err.Error() != strings.Join(want, "\n") {
		t.Errorf("got\n%v\nwant\n%s", err, strings.Join(want, "\n"))
	}
	for _, url := range []string{"", "http://", "http://h/?q", "http://h/#f", "http://h:port", "h:80", ":"} {
		if _, err := c.Bind(shop(plan.Text{Setting: "SHOP"}), func(string, bool) (string, bool) { return url, true }); err == nil {
			t.Errorf("the address %q was taken", url)
		}
	}
}

func TestOperationsThatCannotBe(t *testing.T) {
	c := newConnector(t, Options{})
	for _, change := range []struct {
		want string
		make func(*plan.Operation)
	}{
		{"the plan does not say how it looks in HTTP", func(o *plan.Operation) { o.HTTP = nil }},
		{`"GE T" is no HTTP method`, func(o *plan.Operation) { o.HTTP.Method = "GE T" }},
		{`the header "Content-Length" cannot be set`, func(o *plan.Operation) {
			o.HTTP.Headers = []plan.NamedTree{{Name: "Content-Length", Expr: text("order")}}
		}},
		{"the plan has no fault shop.Nothing", func(o *plan.Operation) { o.HTTP.Errors[0].Fault = "shop.Nothing" }},
		{"shop.Declined has no field nothing", func(o *plan.Operation) { o.HTTP.Errors[0].Fields.Keys = []string{"nothing"} }},
	} {
		p := shop(plan.Text{Literal: "http://127.0.0.1:1"})
		change.make(&p.Endpoints[0].Operations[0])
		if _, err := c.Bind(p, nothingSet); err == nil || !strings.Contains(err.Error(), change.want) || !strings.Contains(err.Error(), "operation charge of shop.store: ") {
			t.Errorf("got %v; want %s", err, change.want)
		}
	}
}
