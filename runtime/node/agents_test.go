package node

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/agent"
	"github.com/cob-lang/cob/runtime/connector"
	httpconnector "github.com/cob-lang/cob/runtime/connector/http"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/lease"
	"github.com/cob-lang/cob/runtime/outpost"
	"github.com/cob-lang/cob/runtime/record"
)

const twoClouds = `
cloud paris {}
cloud finland {}
endpoint e: http {
  operation put(id: string) -> string {
    post "/" { body: id }
    idempotent: true
  }
  on paris   { url: secret.paris }
  on finland { url: env.FINLAND }
}
failover listed { prefer: listed, tries: %d, 1m each }
process P(id: string) -> string {
  key: id
  failover: listed
  let from = call e.put(id)
  return from
}
`

// region is a cloud: its service, and what its agents are given.
type region struct {
	t     testing.TB
	name  string
	url   string // of the NATS server there
	calls atomic.Int64
	slow  atomic.Bool // calls are answered when hold is closed
	hold  chan struct{}
	*httptest.Server
}

func newRegion(t testing.TB, name, url string) *region {
	t.Helper()
	r := &region{t: t, name: name, url: url, hold: make(chan struct{})}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.Method != "POST" {
			return
		}
		_, _ = io.Copy(io.Discard, q.Body)
		r.calls.Add(1)
		if r.slow.Load() {
			select {
			case <-r.hold:
			case <-q.Context().Done():
			}
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, "%q", name)
	}))
	t.Cleanup(r.Close)
	return r
}

// crewman is an agent of a region.
type crewman struct {
	*outpost.Outpost
	bus *jetstream.Bus
}

// enlist starts an agent, with the settings of its own cloud only.
func (r *region) enlist(change func(*outpost.Options)) crewman {
	r.t.Helper()
	bus, err := jetstream.Dial(jetstream.Options{URL: r.url})
	if err != nil {
		r.t.Fatal(err)
	}
	web, err := httpconnector.New(httpconnector.Options{})
	if err != nil {
		r.t.Fatal(err)
	}
	o := outpost.Options{
		Cloud: r.name, Name: r.name + "-agent", Bus: bus, Connectors: connector.NewRegistry(web),
		Settings: func(name string, _ bool) (string, bool) { return r.URL, strings.EqualFold(name, r.name) },
	}
	if change != nil {
		change(&o)
	}
	a, err := outpost.Open(o)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(bus.Close)
	return crewman{a, bus}
}

func (c crewman) dismissed(t *testing.T) {
	t.Helper()
	if err := c.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// withLeaf runs a NATS server with JetStream and one without, which is its leaf node.
func withLeaf(t testing.TB) (hub, leaf string) {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := free.Addr().(*net.TCPAddr)
	_ = free.Close() // the server takes it
	run := func(o server.Options) *server.Server {
		o.Host, o.Port, o.NoSigs, o.NoLog, o.MaxPayload = "127.0.0.1", -1, true, true, jetstream.DefaultMaxPayload
		s, err := server.NewServer(&o)
		if err != nil {
			t.Fatal(err)
		}
		s.Start()
		t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
		if !s.ReadyForConnections(10 * time.Second) {
			t.Fatal("a server did not start")
		}
		return s
	}
	main := run(server.Options{ServerName: "hub", JetStream: true, StoreDir: t.TempDir(), LeafNode: server.LeafNodeOpts{Host: "127.0.0.1", Port: at.Port}})
	far := run(server.Options{ServerName: "leaf", LeafNode: server.LeafNodeOpts{
		ReconnectInterval: 50 * time.Millisecond,
		Remotes:           []*server.RemoteLeafOpts{{URLs: []*url.URL{{Scheme: "nats-leaf", Host: at.String()}}}},
	}})
	until(t, "the leaf node is there", func() bool { return main.NumLeafNodes() == 1 })
	return main.ClientURL(), far.ClientURL()
}

// served is a node whose two clouds only agents reach, and these clouds.
type served struct {
	*Node
	t              testing.TB
	paris, finland *region
	next           int
}

// openServed opens a node without any settings. Paris is behind a leaf node.
func openServed(t testing.TB, hub, leaf string, tries int) *served {
	t.Helper()
	s := &served{t: t, paris: newRegion(t, "paris", leaf), finland: newRegion(t, "finland", hub)}
	web, err := httpconnector.New(httpconnector.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.Node, err = Open(t.Context(), Options{
		Store: jetstream.Options{URL: hub}, Owner: "n", Shards: 2, Lease: lease.MinTTL, Agents: []string{"paris", "finland"},
		Connectors: connector.NewRegistry(web), Settings: func(string, bool) (string, bool) { return "", false },
	})
	if err != nil {
		t.Fatal(err)
	}
	holding(t, 2, s.Node)
	if _, err := s.Activate(t.Context(), planned(t, fmt.Sprintf(twoClouds, tries))); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

// ask runs an instance and gives its result, or what became of it.
func (s *served) ask(wait time.Duration) string {
	s.t.Helper()
	s.next++
	return s.asked(s.next, wait)
}

func (s *served) asked(id int, wait time.Duration) string {
	got, err := s.Start(s.t.Context(), StartRequest{Process: "p.P", Input: fmt.Appendf(nil, `{"id":"%d"}`, id), Wait: wait})
	switch {
	case err != nil:
		return err.Error()
	case got.Ended == nil:
		return "running"
	case got.Ended.Fault != nil:
		return got.Ended.Fault.Type
	}
	return strings.Trim(string(got.Ended.Result), `"`)
}

// stands is how a cloud stands in the list of endpoints.
func (s *served) stands(cloud string) CloudStatus {
	for _, c := range s.Endpoints()[0].Clouds {
		if c.Cloud == cloud {
			return c
		}
	}
	return CloudStatus{}
}

// ready waits until a cloud is reached, or until it is not.
func (s *served) ready(cloud string, reached bool) {
	s.t.Helper()
	until(s.t, fmt.Sprintf("%s is reached: %v", cloud, reached), func() bool {
		list, _ := s.Agents()
		bound := !reached
		for _, a := range list {
			bound = bound || a.Cloud == cloud && a.State == agent.Up && len(a.Plans) > 0 && a.Plans[0].Problem == ""
		}
		return bound && (s.stands(cloud).Health != "unhealthy") == reached
	})
}

// Calls go to the agents of their cloud, which alone have its settings: through a leaf
// node without JetStream, and through the server of the nodes. Where all agents of a
// cloud are gone it counts as down, and when one comes back it gets calls again.
func TestCallsGoToTheAgentsOfTheirCloud(t *testing.T) {
	hub, leaf := withLeaf(t)
	s := openServed(t, hub, leaf, 1)
	if c := s.stands("paris"); c.Health != "unhealthy" || c.Reason != "no agent of paris is there" {
		t.Errorf("without agents: %+v", c)
	}
	paris, finland := s.paris.enlist(nil), s.finland.enlist(nil)
	s.ready("paris", true)
	s.ready("finland", true)
	if got := s.ask(time.Minute); got != "paris" {
		t.Errorf("both are there: %s", got)
	}
	paris.dismissed(t)
	s.ready("paris", false)
	if c := s.stands("paris"); !strings.Contains(c.Reason, "no agent of paris can take calls: paris-agent is leaving") {
		t.Errorf("the agent has left: %+v", c)
	}
	if got := s.ask(time.Minute); got != "finland" {
		t.Errorf("paris has no agent: %s", got)
	}
	again := s.paris.enlist(nil)
	s.ready("paris", true)
	if got := s.ask(time.Minute); got != "paris" {
		t.Errorf("an agent came back: %s", got)
	}
	if s.paris.calls.Load() != 2 || s.finland.calls.Load() != 1 {
		t.Errorf("the services were called %d and %d times", s.paris.calls.Load(), s.finland.calls.Load())
	}
	if err := s.Dismiss(t.Context(), "paris"); err == nil || !strings.Contains(err.Error(), "stop them first") {
		t.Errorf("dismissed while one is there: %v", err)
	}
	again.dismissed(t)
	s.ready("paris", false)
	if err := s.Dismiss(t.Context(), "paris"); err != nil {
		t.Error(err)
	}
	until(t, "the node says what it lacks", func() bool {
		return s.stands("paris").Reason == "no agent serves paris, and this node has no settings for it"
	})
	if err := s.Dismiss(t.Context(), "paris"); err == nil {
		t.Error("dismissed twice")
	}
	finland.dismissed(t)
}

// An agent that is lost with a call under way leaves its outcome unknown, long before
// the time of the call is over, and the call goes on elsewhere.
func TestACallOfALostAgentIsUnknown(t *testing.T) {
	hub, leaf := withLeaf(t)
	s := openServed(t, hub, leaf, 2)
	s.paris.slow.Store(true)
	defer close(s.paris.hold)
	paris := s.paris.enlist(nil)
	s.finland.enlist(nil)
	s.ready("paris", true)
	s.ready("finland", true)
	if got := s.ask(0); got != "running" {
		t.Fatal(got)
	}
	until(t, "the call is under way", func() bool { return s.paris.calls.Load() == 1 })
	paris.bus.Close() // as kill -9 does
	if got := s.asked(1, time.Minute); got != "finland" {
		t.Errorf("it went on as %s", got)
	}
	history, err := s.History(t.Context(), record.InstanceID("p.P", "1"), Person{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(history)
	if err != nil || !strings.Contains(string(text), "the agent paris-agent, or the link to it, was lost after the call had gone there") || !strings.Contains(string(text), "unknown") {
		t.Errorf("%s, %v", text, err)
	}
	until(t, "the list says that it is gone", func() bool {
		list, clouds := s.Agents()
		return len(list) == 2 && list[1].State == agent.Gone && len(clouds) == 2 && clouds[1] == ServedCloud{"paris", 0, 0}
	})
}

// An agent takes as many calls at once as it says. More of them wait for their turn, and
// none of them loses a try over it.
func TestAFullAgentMakesCallsWait(t *testing.T) {
	hub, leaf := withLeaf(t)
	s := openServed(t, hub, leaf, 1)
	s.paris.slow.Store(true)
	s.paris.enlist(func(o *outpost.Options) { o.AtOnce = 2 })
	s.ready("paris", true)
	const orders = 7
	for range orders {
		if got := s.ask(0); got != "running" {
			t.Fatal(got)
		}
	}
	until(t, "two are under way and five wait", func() bool {
		_, clouds := s.Agents()
		return s.paris.calls.Load() == 2 && clouds[1].Waiting == orders-2
	})
	close(s.paris.hold)
	for i := range orders {
		if got := s.asked(i+1, time.Minute); got != "paris" {
			t.Errorf("order %d: %s", i+1, got)
		}
	}
	if n := s.paris.calls.Load(); n != orders {
		t.Errorf("%d calls for %d orders", n, orders)
	}
}

// An agent that lacks a setting says so, and its cloud counts as down; a second agent
// that has it is enough.
func TestAnAgentWithoutASettingGetsNoCalls(t *testing.T) {
	hub, leaf := withLeaf(t)
	s := openServed(t, hub, leaf, 1)
	s.finland.enlist(nil)
	s.paris.enlist(func(o *outpost.Options) { o.Settings = func(string, bool) (string, bool) { return "", false } })
	s.ready("finland", true)
	until(t, "the reason names the secret", func() bool {
		return strings.Contains(s.stands("paris").Reason, "paris-agent cannot run the plan: ") && strings.Contains(s.stands("paris").Reason, "secret paris is not set; p.e on paris needs it")
	})
	if got := s.ask(time.Minute); got != "finland" {
		t.Errorf("paris lacks a secret: %s", got)
	}
	s.paris.enlist(nil)
	until(t, "the second agent takes them", func() bool { return s.stands("paris").Health != "unhealthy" })
	if got := s.ask(time.Minute); got != "paris" {
		t.Errorf("an agent has the secret: %s", got)
	}
}

// What does not go over the connection of an agent is not sent, and says how large it is.
func TestACallThatIsTooLargeForAnAgentIsRejected(t *testing.T) {
	hub, leaf := withLeaf(t)
	s := openServed(t, hub, leaf, 1)
	small, err := jetstream.Dial(jetstream.Options{URL: leaf, MaxPayload: 64 << 10})
	if err != nil {
		t.Fatal(err)
	}
	defer small.Close()
	s.paris.enlist(func(o *outpost.Options) { o.Bus = small })
	s.ready("paris", true)
	d := s.deployments.All()[0]
	q := connector.Request{Endpoint: "p.e", Operation: "put", Cloud: "paris", Key: "k"}
	size := func(n int) connector.Reply {
		q.Args = map[string]types.Value{"id": strings.Repeat("x", n)}
		return s.carryOut(t.Context(), d, q)
	}
	q.TimeoutNs = int64(time.Minute)
	q.Args = map[string]types.Value{"id": ""}
	call := agent.Call{Node: s.desk.id, Number: 1, Plan: d.Digest, Sent: s.desk.now(), Request: q}
	room := small.Largest() - len(call.Append(nil)) - 1 - 2 // the kind, and a longer length
	if got := size(room); got.Outcome != record.Succeeded {
		t.Errorf("at the limit: %+v", got)
	}
	got := size(room + 1)
	if want := fmt.Sprintf("at most %d go", small.Largest()); got.Outcome != record.Rejected || !strings.Contains(got.Detail, want) {
		t.Errorf("over the limit: %+v", got)
	}
	if n := s.paris.calls.Load(); n != 1 {
		t.Errorf("the service was called %d times", n)
	}
}

// A call that reaches an agent when its time is over is not begun; neither is one of a
// node or a plan that it does not know.
func TestAnAgentBeginsNothingLate(t *testing.T) {
	hub, leaf := withLeaf(t)
	s := openServed(t, hub, leaf, 1)
	a := s.paris.enlist(nil)
	s.ready("paris", true)
	d := s.deployments.All()[0]
	good := agent.Call{Node: s.desk.id, Number: 1 << 40, Plan: d.Digest, Sent: s.desk.now(), Request: connector.Request{
		Endpoint: "p.e", Operation: "put", Cloud: "paris", Key: "k", TimeoutNs: int64(time.Minute), Args: map[string]types.Value{"id": "x"},
	}}
	for name, c := range map[string]struct {
		change func(*agent.Call)
		want   string
	}{
		"late":          {func(c *agent.Call) { c.Sent -= record.Instant(time.Minute) }, "the call came when its time was over"},
		"of a stranger": {func(c *agent.Call) { c.Node = "x" }, "the agent has not met the node yet"},
		"elsewhere":     {func(c *agent.Call) { c.Request.Cloud = "finland" }, "the agent serves paris and not finland"},
		"without plan":  {func(c *agent.Call) { c.Plan = "none" }, "it could not be had from the node"},
	} {
		one := good
		c.change(&one)
		text, err := a.bus.Ask(t.Context(), agent.Place(a.ID()), one.Append([]byte{agent.AskCall}))
		if err != nil {
			t.Fatal(err)
		}
		got, err := agent.ReadAnswer(text)
		if err != nil || got.How != agent.Unable || !strings.Contains(got.Detail, c.want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if n := s.paris.calls.Load(); n != 0 {
		t.Errorf("the service was called %d times", n)
	}
}

// Versions that do not understand each other say so, and the agent gets no calls.
func TestAnAgentOfAnotherProtocolIsToldSo(t *testing.T) {
	hub, leaf := withLeaf(t)
	s := openServed(t, hub, leaf, 1)
	bus, err := jetstream.Dial(jetstream.Options{URL: leaf})
	if err != nil {
		t.Fatal(err)
	}
	defer bus.Close()
	answers := make(chan string, 100)
	stop, err := bus.Listen(agent.Place("old"), func(text []byte, _ func([]byte)) { answers <- string(text) })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if err := bus.Tell(agent.Everybody, []byte(`{"protocol":99,"id":"old","name":"old","cloud":"paris"}`)); err != nil {
		t.Fatal(err)
	}
	var w agent.Welcome
	said := <-answers
	if err := json.Unmarshal([]byte(said[1:]), &w); err != nil || w.Refused != agent.Foreign(agent.Protocol, 99) || said[0] != agent.SayWelcome {
		t.Errorf("%s, %v", said, err)
	}
	if c := s.stands("paris"); !strings.Contains(c.Reason, "old is not used: the agent speaks protocol 99") {
		t.Errorf("%+v", c)
	}
}
