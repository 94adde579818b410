package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	runtime "github.com/cob-lang/cob/runtime/node"
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/record"
)

// hospital knows every patient but nobody.
func hospital(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := strings.TrimPrefix(r.URL.Path, "/patients/")
		if id == "nobody" {
			http.Error(w, "no such patient", http.StatusNotFound)
			return
		}
		fmt.Fprintf(w, `{"id":%q,"name":"patient %s"}`, id, id)
	}))
	t.Cleanup(s.Close)
	return s
}

// messages are what lies in a channel.
func (n *node) messages(channel string) []runtime.ChannelMessage {
	n.t.Helper()
	var list struct{ Messages []runtime.ChannelMessage }
	n.call("GET", "/v1/channels/ward."+channel+"/messages", nil, &list)
	return list.Messages
}

// TestARouteMatchesCallsSendsStartsAndGivesUp sends one measurement down every
// way of examples/ward, twice.
func TestARouteMatchesCallsSendsStartsAndGivesUp(t *testing.T) {
	w := newWorld(t)
	w.pack = filepath.Join(t.TempDir(), "ward")
	write(t, filepath.Join(w.pack, "ward.cob"), read(t, filepath.Join("..", "..", "..", "examples", "ward", "ward.cob")))
	w.extra = append(w.extra, "HOSPITAL_URL="+hospital(t).URL)
	n := w.run()
	for range 2 {
		for id, rate := range map[string]int{"calm": 80, "fast": 130, "failing": 150, "broken": 0, "nobody": 90} {
			body := map[string]any{"id": "m-" + id, "patient": id, "heart_rate": rate}
			n.call("POST", "/v1/channels/ward.readings/messages", body, nil, "Idempotency-Key", id)
		}
	}
	n.refused(400, "POST", "/v1/channels/ward.readings/messages", map[string]any{"id": "x"}, "heart_rate", "patient")
	eventually(t, "every message is handled", func() bool {
		var list struct{ Instances []observe.Instance }
		n.call("GET", "/v1/instances?process=ward.vitals", nil, &list)
		over := 0
		for _, i := range list.Instances {
			if i.Ended != nil {
				over++
			}
		}
		return over == 5
	})
	for channel, want := range map[string]string{
		"archive": `{"heart_rate":80,"id":"m-calm","patient":"calm"}`,
		"alarms":  `{"name":"patient fast","patient":"fast","rate":130}`,
	} {
		if got := n.messages(channel); len(got) != 1 || string(got[0].Data) != want {
			t.Errorf("%s holds %+v, want one message %s", channel, got, want)
		}
	}
	var letter struct {
		Reason  string
		Path    []string
		Message struct{ ID string }
	}
	dead := n.messages("failed")
	if len(dead) != 1 || json.Unmarshal(dead[0].Data, &letter) != nil || letter.Message.ID != "m-nobody" ||
		!strings.Contains(letter.Reason, "ward.Unknown") || strings.Join(letter.Path, " ") != "ward.vitals patient" {
		t.Errorf("the dead letters are %+v", dead)
	}
	var started struct{ Instances []observe.Instance }
	n.call("GET", "/v1/instances?process=ward.Emergency", nil, &started)
	if len(started.Instances) != 1 || started.Instances[0].State != record.Completed || string(started.Instances[0].Result) != `"nurse to patient failing"` {
		t.Errorf("the emergencies are %+v", started.Instances)
	}
}
