package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/runtime/node"
	"github.com/cob-lang/cob/spec/golden"
)

// What a node says of its endpoints, as a person reads it.
func TestEndpointsAsText(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	since, long := now.Add(-75*time.Second), now.Add(-3*time.Hour)
	var b strings.Builder
	err := printEndpoints(&b, []node.EndpointStatus{
		{Endpoint: "orders.payments", Clouds: []node.CloudStatus{
			{Cloud: "paris", Health: "unhealthy", Breaker: "open", Reason: "10 of the latest 20 calls within 10s failed; the last: connection refused; probed every 1s", Since: &since, Good: 12, Bad: 10},
			{Cloud: "finland", Health: "healthy", Reason: "it answers", Since: &long, Good: 40, P95Ns: 81_234_567},
			{Cloud: "virginia", Health: "unknown", Reason: "no call yet"},
		}, Orders: []node.CallOrder{{
			Operation: "charge", Failover: "orders.continuity", Callers: []string{"orders.Fulfil", "orders.retail"},
			Order: []node.Place{
				{Cloud: "finland", Why: "0.010 EUR per call"},
				{Cloud: "paris", Why: "0.002 EUR per call; breaker open: 10 of the latest 20 calls within 10s failed; the last: connection refused"},
			},
			Never: []node.Place{{Cloud: "virginia", Why: "the policy europe denies it: personal data stays in the Union"}},
		}}},
		{Endpoint: "orders.unused", Clouds: []node.CloudStatus{{Cloud: "paris", Health: "unknown", Reason: "no call yet"}}},
	}, now)
	if err != nil {
		t.Fatal(err)
	}
	golden.Text(t, "testdata/endpoints.txt", b.String())
}

func TestEndpointsOfANode(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method+" "+r.URL.Path != "GET /v1/endpoints" {
			t.Errorf("asked %s %s", r.Method, r.URL.Path)
		}
		_, _ = w.Write([]byte(`{"endpoints": [{"endpoint": "p.a", "clouds": []}, {"endpoint": "p.b", "clouds": []}]}`))
	}))
	defer server.Close()
	for _, c := range []struct{ args, out, problem string }{
		{"", "p.a\n\np.b\n", ""},
		{"p.b", "p.b\n", ""},
		{"p.b --format json", "{\n  \"endpoints\": [\n    {\n      \"endpoint\": \"p.b\",\n      \"clouds\": []\n    }\n  ]\n}\n", ""},
		{"p.c", "", "the node knows no endpoint p.c"},
		{"--format xml", "", "--format xml: want text or json"},
	} {
		cmd := endpointsCommand()
		var out strings.Builder
		cmd.SetOut(&out)
		cmd.SetErr(os.Stderr)
		cmd.SilenceUsage, cmd.SilenceErrors = true, true
		cmd.SetArgs(append(strings.Fields(c.args), "--server", server.URL))
		err := cmd.Execute()
		problem := ""
		if err != nil {
			problem = err.Error()
		}
		if out.String() != c.out || problem != c.problem {
			t.Errorf("cob endpoints %s: %q, %q", c.args, out.String(), problem)
		}
	}
}
