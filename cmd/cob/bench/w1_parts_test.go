package bench

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cob-lang/cob/runtime/record"
)

// TestTheBareProgramDoesWhatW1Does holds what W1 is compared with to the work of W1: four
// calls, and an answer with what all of them gave.
func TestTheBareProgramDoesWhatW1Does(t *testing.T) {
	var asked atomic.Int64
	services := servicesOfW1()
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		services.ServeHTTP(w, r)
	}))
	defer outside.Close()
	program := httptest.NewServer(programOfW1(outside.URL))
	defer program.Close()
	text, err := ask(t.Context(), http.MethodPost, program.URL+"/run", "", order("input", 7, ""))
	if err != nil || strings.TrimSpace(string(text)) != `{"id":"b-7","refs":["r-4711","r-4711","r-4711","r-4711"]}` || asked.Load() != 4 {
		t.Errorf("%s, %v, %d calls", text, err, asked.Load())
	}
	outside.Close()
	if _, err := ask(t.Context(), http.MethodPost, program.URL+"/run", "", order("input", 8, "")); err == nil {
		t.Error("a call that could not be made was passed over")
	}
}

// TestTheBareConnectorDoesWhatW1Does: the same four calls, with the same answers.
func TestTheBareConnectorDoesWhatW1Does(t *testing.T) {
	var asked atomic.Int64
	services := servicesOfW1()
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1); r.URL.Query().Get("id") != "b-7" || r.Header.Get("COB-Instance") != record.InstanceID("w1.W1", "b-7") {
			t.Errorf("asked for %s by %s", r.URL, r.Header.Get("COB-Instance"))
		}
		services.ServeHTTP(w, r)
	}))
	defer outside.Close()
	bare, err := newBareConnector(outside.URL)
	if err != nil {
		t.Fatal(err)
	}
	refs, err := fourCalls(bare.calls(t.Context(), "b-7"))
	if err != nil || len(refs) != 4 || refs[0] != "r-4711" || refs[3] != "r-4711" || asked.Load() != 4 {
		t.Errorf("%v, %v, %d calls", refs, err, asked.Load())
	}
	bare.close()
	if _, err := fourCalls(bare.calls(t.Context(), "b-7")); err == nil {
		t.Error("a call that could not be made was passed over")
	}
}

func TestThereIsNoOtherPart(t *testing.T) {
	if err := Serve(t.Context(), "peer", "127.0.0.1:0"); err == nil || !strings.Contains(err.Error(), PartServices) {
		t.Errorf("%v", err)
	}
}

func TestRatiosAreTheMediansOfTheirRounds(t *testing.T) {
	r := medianRatio([]w1Ratio{
		{.5, .7, .2, .6, .3, 3 * time.Millisecond, .2},
		{.1, .9, .3, .5, .1, 2 * time.Millisecond, .6},
		{.3, .8, .1, .4, .2, time.Millisecond, .4},
	})
	if want := (w1Ratio{.3, .8, .2, .5, .2, 2 * time.Millisecond, .4}); r != want {
		t.Errorf("%+v, want %+v", r, want)
	}
	want := "30 % of the bare client, 80 % of the bare program; by the processors' time 20 % and 50 %, 20 % of the bare connector; an fsync takes 2ms here, and with 4 in a row nobody passes 40 % of the client"
	if r.String() != want {
		t.Errorf("%s", r)
	}
}
