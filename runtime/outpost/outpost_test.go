package outpost

import (
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/cob-lang/cob/runtime/agent"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/jetstream"
)

// dialled reaches a NATS server of its own, which has no JetStream.
func dialled(t *testing.T) *jetstream.Bus {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true, MaxPayload: jetstream.DefaultMaxPayload})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server did not start")
	}
	bus, err := jetstream.Dial(jetstream.Options{URL: s.ClientURL()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bus.Close)
	return bus
}

func options(bus *jetstream.Bus) Options {
	return Options{Cloud: "paris", Bus: bus, Connectors: connector.NewRegistry(), Settings: func(string, bool) (string, bool) { return "", false }}
}

func TestOptionsHaveBounds(t *testing.T) {
	bus := dialled(t)
	for want, change := range map[string]func(*Options){
		"":                                 func(o *Options) { o.AtOnce, o.Name = agent.MaxAtOnce, strings.Repeat("n", agent.MaxName) },
		"AtOnce is 65537: want 1 to 65536": func(o *Options) { o.AtOnce = agent.MaxAtOnce + 1 },
		"AtOnce is -1":                     func(o *Options) { o.AtOnce = -1 },
		"Name has 129 bytes":               func(o *Options) { o.Name = strings.Repeat("n", agent.MaxName+1) },
		"Cloud is required":                func(o *Options) { o.Cloud = "" },
		"Bus, Connectors and Settings":     func(o *Options) { o.Bus = nil },
	} {
		o := options(bus)
		change(&o)
		if err := o.Validate(); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// An agent that no node takes gives the reason; one that a node has taken does not mind
// another node that does not.
func TestARefusedAgentSaysWhy(t *testing.T) {
	bus := dialled(t)
	told := make(chan string, 10)
	o := options(bus)
	o.Told = func(text string) { told <- text }
	begin := func() *Outpost {
		a, err := Open(o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = a.Close(t.Context()) })
		return a
	}
	refuse := `{"protocol":99,"node":"n","refused":"run the same version"}`
	say := func(a *Outpost, what string) {
		if err := bus.Tell(agent.Place(a.ID()), append([]byte{agent.SayWelcome}, what...)); err != nil {
			t.Fatal(err)
		}
	}
	a := begin()
	say(a, refuse)
	if err := <-a.Refused(); err.Error() != "run the same version" {
		t.Errorf("refused: %v", err)
	}
	b := begin()
	say(b, `{"protocol":1,"node":"m","number":1,"now":1}`)
	if got := <-told; got != "serves paris as "+b.ID() {
		t.Errorf("told %q", got)
	}
	say(b, refuse)
	if _, err := bus.Ask(t.Context(), agent.Place(b.ID()), []byte{agent.AskPresent}); err != nil {
		t.Fatal(err) // it has heard all that was said before
	}
	select {
	case err := <-b.Refused():
		t.Errorf("a node has taken it: %v", err)
	default:
	}
	// Where the node is gone, a person is told.
	if got := <-told; got != "no node answers any more; trying on" {
		t.Errorf("told %q", got)
	}
}
