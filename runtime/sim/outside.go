package sim

import (
	"slices"

	"github.com/cob-lang/cob/runtime/placement"
	"github.com/cob-lang/cob/runtime/record"
)

// condition is how a service is at the moment.
type condition uint8

const (
	well   condition = iota
	down             // nobody listens: certainly not done
	busy             // it says that it does nothing now
	silent           // it does the work and never answers
	broken           // it answers with an error of its own, sometimes after the work
)

var conditionNames = [...]string{"well", "down", "busy", "silent", "broken"}

// service is an endpoint in a cloud. It honours keys: what it once decided for a
// key stays decided.
type service struct {
	endpoint, cloud string
	condition       condition
	until           nanos
	decided         map[string]Answer // by operation and key
}

// unit is one piece of work that was done and can be undone.
type unit struct {
	name, key, cloud string
	done             nanos
	undone           nanos // -1 where it stands
}

// outside is the world beyond the shards: services with their ledgers, and
// channels.
type outside struct {
	world    *world
	services []*service
	units    []*unit
	byName   map[string]*unit
	channels map[string]*channel
}

type channel struct {
	messages []Message
	ids      map[string]bool
}

func newOutside(w *world) *outside {
	return &outside{world: w, byName: map[string]*unit{}, channels: map[string]*channel{}}
}

func (o *outside) service(endpoint, cloud string) *service {
	for _, s := range o.services {
		if s.endpoint == endpoint && s.cloud == cloud {
			return s
		}
	}
	s := &service{endpoint: endpoint, cloud: cloud, decided: map[string]Answer{}}
	o.services = append(o.services, s)
	return s
}

func (s *service) now(w *world) condition {
	if w.agenda.now >= s.until {
		return well
	}
	return s.condition
}

// Of is what is known of a service. It lags behind and may be wrong, which never
// matters for safety.
func (o *outside) Of(endpoint, cloud string) placement.Health {
	s := o.service(endpoint, cloud)
	if c := s.now(o.world); c == down || c == broken {
		return placement.Health{Status: placement.Unhealthy}
	}
	return placement.Health{Status: placement.Healthy}
}

// serve does the work, or finds that it was done.
func (o *outside) serve(s *service, a Ask) Answer {
	name := a.Operation + " " + a.Key
	if known, ok := s.decided[name]; ok {
		return known
	}
	out := o.world.load.Behave(a)
	s.decided[name] = out
	if out.Fault != "" || out.Reject {
		return out
	}
	if out.Unit != "" {
		u := &unit{name: out.Unit, key: a.Endpoint + "." + a.Operation + " " + a.Key, cloud: a.Cloud, done: o.world.agenda.now, undone: -1}
		o.units = append(o.units, u)
		o.byName[u.name] = u
		o.world.trace("%s at %s does %s", a.Endpoint, a.Cloud, u.name)
	}
	if out.Undoes != "" {
		o.undo(a, out.Undoes)
	}
	return out
}

func (o *outside) undo(a Ask, name string) {
	u := o.byName[name]
	switch {
	case u == nil || u.cloud != a.Cloud:
		o.world.fail("compensations undo what was done, where it was done", "%s.%s at %s undoes %q, which was never done there", a.Endpoint, a.Operation, a.Cloud, name)
	case u.undone < 0:
		u.undone = o.world.agenda.now
		o.world.trace("%s at %s undoes %s", a.Endpoint, a.Cloud, u.name)
	}
}

// outcome is an answer as the connector tells it.
func outcome(a Answer) record.AttemptEnded {
	switch {
	case a.Reject:
		return record.AttemptEnded{Outcome: record.Rejected, Detail: "it will never do it"}
	case a.Fault != "":
		return record.AttemptEnded{Outcome: record.Raised, Fault: a.Fault, Fields: a.Fields}
	}
	return record.AttemptEnded{Outcome: record.Succeeded, Value: a.Value}
}

// put adds a message to a channel; the same ID twice is the same message.
func (o *outside) put(m Message) {
	c := o.channels[m.Channel]
	if c == nil {
		c = &channel{ids: map[string]bool{}}
		o.channels[m.Channel] = c
	}
	if m.ID != "" && c.ids[m.ID] {
		return
	}
	c.ids[m.ID] = true
	c.messages = append(c.messages, m)
	o.world.trace("message %s is in %s at %d", m.ID, m.Channel, len(c.messages))
	for _, p := range o.world.pumps {
		if p.channel == m.Channel {
			p.wake()
		}
	}
	for _, r := range o.world.receivers {
		if r.Channel == m.Channel {
			r.wake()
		}
	}
}

// standing are the units of a key that were not undone.
func (o *outside) standing(key string) (clouds []string) {
	for _, u := range o.units {
		if u.key == key && u.undone < 0 {
			clouds = append(clouds, u.cloud)
		}
	}
	return clouds
}

// keys are all keys that units were made for.
func (o *outside) keys() []string {
	var keys []string
	for _, u := range o.units {
		keys = append(keys, u.key)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// undoneAt is when a key's unit in a cloud was undone, -1 where none was made or
// it stands.
func (o *outside) undoneAt(key, cloud string) nanos {
	for _, u := range o.units {
		if u.key == key && u.cloud == cloud {
			return u.undone
		}
	}
	return -1
}
