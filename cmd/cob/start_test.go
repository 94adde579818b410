package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestStartTellsOfAnIncident: who waits for a result learns that a person is needed, why, and
// what that person can do.
func TestStartTellsOfAnIncident(t *testing.T) {
	for state, want := range map[string][]string{
		"running":  nil,
		"incident": {"i-1 has an incident", "division by zero", "cob show i-1", "cob retry i-1", "cob cancel i-1"},
	} {
		node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == "POST" {
				w.WriteHeader(http.StatusAccepted)
				_, _ = w.Write([]byte(`{"id": "i-1", "state": "running"}`))
				return
			}
			_, _ = w.Write([]byte(`{"id": "i-1", "state": "` + state + `", "detail": "division by zero"}`))
		}))
		defer node.Close()
		code, out, err := started(t, "shop.Pay", "--wait=100ms", "--server", node.URL)
		if len(want) == 0 && code != exitDone || len(want) > 0 && code != exitBad {
			t.Errorf("%s: %v", state, err)
			continue
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%v does not say %q", err, w)
			}
		}
		if !strings.Contains(out, `"state": "`+state+`"`) {
			t.Errorf("printed is %s", out)
		}
	}
}

// TestStartWaitsNoLongerThanItHasTo: who would wait for an hour is told at once of an
// incident that comes later, and of the end that comes later, with what came of it.
func TestStartWaitsNoLongerThanItHasTo(t *testing.T) {
	for later, c := range map[string]struct {
		code int
		out  string
	}{
		`"state": "incident", "detail": "division by zero"`:               {exitBad, `"state": "incident"`},
		`"state": "completed", "result": {"total": 7}`:                    {exitDone, `"total": 7`},
		`"state": "faulted", "fault": {"type": "shop.Out", "fields": {}}`: {exitBad, `"shop.Out"`},
		`"state": "cancelled"`:                                            {exitBad, `"state": "cancelled"`},
	} {
		looks, asked := 0, ""
		node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == "POST" {
				asked = r.URL.Query().Get("wait")
				w.WriteHeader(http.StatusAccepted)
				fmt.Fprint(w, `{"id": "i-1", "state": "running"}`)
				return
			}
			state := `"state": "running"`
			if looks++; looks == 3 {
				state = later
			}
			fmt.Fprintf(w, `{"id": "i-1", %s}`, state)
		}))
		defer node.Close()
		code, out, _ := started(t, "shop.Pay", "--wait=1h", "--server", node.URL)
		if code != c.code || !strings.Contains(out, c.out) || looks != 3 {
			t.Errorf("%s: exit code %d after %d looks, printed is %s", later, code, looks, out)
		}
		if asked != firstWait.String() {
			t.Errorf("the first request waits for %s", asked)
		}
	}
}

// TestStartGivesUpInTime: where nothing comes of it in time, the exit code is 0 and the
// instance still runs.
func TestStartGivesUpInTime(t *testing.T) {
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"id": "i-1", "state": "running"}`)
	}))
	defer node.Close()
	if code, out, _ := started(t, "shop.Pay", "--wait=120ms", "--server", node.URL); code != exitDone || !strings.Contains(out, `"state": "running"`) {
		t.Errorf("exit code %d, printed is %s", code, out)
	}
}

// started runs cob start and gives its exit code, its output and its error.
func started(t *testing.T, args ...string) (int, string, error) {
	t.Helper()
	c := startCommand()
	var out strings.Builder
	c.SetOut(&out)
	c.SetArgs(args)
	c.SilenceErrors, c.SilenceUsage = true, true
	err := c.Execute()
	if err == nil {
		return exitDone, out.String(), nil
	}
	return exitCodeOf(err), out.String(), err
}
