package main

import (
	"errors"
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
		c := startCommand()
		var out strings.Builder
		c.SetOut(&out)
		c.SetArgs([]string{"shop.Pay", "--wait=1s", "--server", node.URL})
		c.SilenceErrors, c.SilenceUsage = true, true
		err := c.Execute()
		var e *exit
		if len(want) == 0 && err != nil || len(want) > 0 && (!errors.As(err, &e) || e.code != exitBad) {
			t.Errorf("%s: %v", state, err)
			continue
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%v does not say %q", err, w)
			}
		}
		if !strings.Contains(out.String(), `"state": "`+state+`"`) {
			t.Errorf("printed is %s", out.String())
		}
	}
}
