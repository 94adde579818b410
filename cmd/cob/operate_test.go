package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/record"
)

// instances answers as a node would that has three of them, one to a page; the second
// refuses.
type instances struct{ asked []string }

func (n *instances) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	n.asked = append(n.asked, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(body)))
	answer := func(v any) { _ = json.NewEncoder(w).Encode(v) }
	switch {
	case r.URL.Path == "/v1/instances":
		next := map[string]string{"": "b", "b": "c"}[r.URL.Query().Get("cursor")]
		id := map[string]string{"": "a", "b": "b", "c": "c"}[r.URL.Query().Get("cursor")]
		answer(admin.Page{Instances: []observe.Instance{{ID: id}}, Cursor: next})
	case strings.HasSuffix(r.URL.Path, "/outlook"):
		answer(observe.Outlook{Retry: "does again: charge", Skip: []observe.Skip{{Step: "charge", Activation: 3, Does: "takes charge as done", Wants: "Charge"}}})
	case strings.Contains(r.URL.Path, "/b/"):
		w.WriteHeader(http.StatusConflict)
		answer(admin.Problem{Title: "Conflict", Status: 409, Detail: "it is over"})
	default:
		answer(observe.Details{Instance: observe.Instance{State: record.Running}})
	}
}

func say(t *testing.T, n *instances, make func() *cobra.Command, args ...string) (out string, err error) {
	t.Helper()
	server := httptest.NewServer(n)
	defer server.Close()
	t.Setenv("COB_SERVER", server.URL)
	t.Setenv("USER", "olga")
	cmd := make()
	var text, errs strings.Builder
	cmd.SetOut(&text)
	cmd.SetErr(&errs)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	err = cmd.ExecuteContext(t.Context())
	return text.String() + errs.String(), err
}

func TestAVerbActsOnAllThatAConditionHoldsFor(t *testing.T) {
	n := &instances{}
	out, err := say(t, n, retryCommand, "--where", `state == "incident"`, "--reason", "mended")
	if exitCodeOf(err) != exitBad || !strings.Contains(fmt.Sprint(err), "1 of 3 instances refused") {
		t.Errorf("got %v", err)
	}
	for _, want := range []string{"a  running", "b  Conflict: it is over", "c  running"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q lacks %q", out, want)
		}
	}
	if !slices.Contains(n.asked, `POST /v1/instances/c/retry {"by":"olga","reason":"mended"}`) {
		t.Errorf("asked %q", n.asked)
	}
}

func TestADryRunChangesNothing(t *testing.T) {
	for _, c := range []struct {
		make func() *cobra.Command
		args []string
		want string
	}{
		{retryCommand, nil, "does again: charge"},
		{skipCommand, nil, "charge@3: takes charge as done (--value of Charge)"},
		{skipCommand, []string{"--step", "charge@4"}, "not possible"},
	} {
		n := &instances{}
		out, err := say(t, n, c.make, append(c.args, "--where", "true", "--dry-run")...)
		if err != nil || strings.Count(out, c.want) != 3 {
			t.Errorf("got %v, %s", err, out)
		}
		for _, asked := range n.asked {
			if !strings.HasPrefix(asked, "GET ") {
				t.Errorf("a dry run asks %s", asked)
			}
		}
	}
}

func TestVerbsSendWhatIsSaid(t *testing.T) {
	for _, c := range []struct {
		make func() *cobra.Command
		args []string
		want string
	}{
		{terminateCommand, []string{"a", "--by", "eve"}, `POST /v1/instances/a/terminate {"by":"eve","reason":""}`},
		{resumeCommand, []string{"a"}, `POST /v1/instances/a/resume {"by":"olga","reason":""}`},
		{retryCommand, []string{"a", "--from", "charge", "--set", "n=3", "--set", "s=no JSON"}, `POST /v1/instances/a/retry {"by":"olga","reason":"","from":"charge","set":{"n":3,"s":"no JSON"}}`},
		{skipCommand, []string{"a", "--step", "x", "--value", `{"id": 1}`}, `POST /v1/instances/a/skip {"by":"olga","reason":"","step":"x","value":{"id":1}}`},
		{skipCommand, []string{"a", "--undone"}, `POST /v1/instances/a/skip {"by":"olga","reason":"","undone":true}`},
	} {
		n := &instances{}
		if _, err := say(t, n, c.make, c.args...); err != nil || len(n.asked) != 1 || n.asked[0] != c.want {
			t.Errorf("got %v, %q, want %s", err, n.asked, c.want)
		}
	}
	for _, args := range [][]string{{"--set", "n=3", "a"}, {"--from", "s", "--set", "n", "a"}, {}, {"a", "--where", "true"}} {
		if _, err := say(t, &instances{}, retryCommand, args...); exitCodeOf(err) != exitUsage {
			t.Errorf("%q: %v", args, err)
		}
	}
}

func TestWhy(t *testing.T) {
	since := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	due := since.Add(time.Hour)
	for _, c := range []struct {
		wait observe.Wait
		want string
	}{
		{observe.Wait{Events: []string{"orders.Shipped"}, Due: &due}, "for orders.Shipped: whoever publishes it lets it go on; it goes on without at 2026-11-21T11:00:00Z"},
		{observe.Wait{Role: "orders.manager", Task: "i.3"}, "anybody who is orders.manager can do the task i.3"},
		{observe.Wait{Role: "orders.manager", Task: "i.3", Claimed: "ada"}, "for ada, who has claimed the task i.3 of orders.manager"},
		{observe.Wait{Endpoint: "pay.charge", Cloud: "paris", Attempt: 2}, "for the answer of pay.charge at paris, attempt 2"},
		{observe.Wait{Endpoint: "pay.charge", Due: &due, Last: "unknown: cut"}, "to ask pay.charge again, at 2026-11-21T11:00:00Z; the last attempt: unknown: cut"},
		{observe.Wait{Kind: "wait", Due: &due}, "for the time: it goes on at 2026-11-21T11:00:00Z"},
		{observe.Wait{Incident: "pay.charge: no cloud.", Last: "refused: 503"}, "for an operator, because pay.charge: no cloud (the last attempt: refused: 503); cob show names"},
		{observe.Wait{Kind: "await"}, "for its await"},
	} {
		w := c.wait
		w.Step, w.At, w.Since = "s", "p.cob:1:1", since
		got := reasons(observe.Details{Waits: []observe.Wait{w}}, since.Add(time.Minute))
		if len(got) != 1 || !strings.HasPrefix(got[0], "It waits at s (p.cob:1:1) since 2026-11-21T10:00:00Z (1m0s) ") || !strings.Contains(got[0], c.want) {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	over := observe.Details{Instance: observe.Instance{State: record.Faulted, Ended: &due, Fault: &observe.Fault{Type: "p.F"}},
		Settlements: []observe.Settlement{{Endpoint: "pay.charge", Cloud: "paris", Open: true}}}
	got := strings.Join(reasons(over, due), " ")
	if !strings.Contains(got, "it is faulted since 2026-11-21T11:00:00Z, with the fault p.F.") || !strings.Contains(got, "not known yet whether pay.charge was done at paris") {
		t.Errorf("got %q", got)
	}
	if got := reasons(observe.Details{Blocked: "a bug"}, due); len(got) != 1 || !strings.Contains(got[0], "for an operator, because of a bug") {
		t.Errorf("got %q", got)
	}
}
