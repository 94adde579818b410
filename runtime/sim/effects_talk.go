package sim

import (
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// announce brings an event that an instance publishes to the shards that it can
// concern. It has ended when all of them have answered.
func (w *world) announce(o *owner, e engine.Publish) {
	over := false
	end := func(c record.AttemptEnded) {
		if !over {
			over = true
			w.bring(o, e.Target, c)
		}
	}
	w.on(o.worker, 10*second, func() { end(record.AttemptEnded{Outcome: record.Unknown, Detail: "no answer"}) })
	cmd := record.DeliverEvent{Type: e.Event, ID: e.Key, Payload: e.Payload, Until: birth + record.Instant(w.agenda.now+hour)}
	w.begins(e.Event, e.Key, e.Payload)
	missing := len(w.disks)
	for s := range w.disks {
		if w.lost() {
			continue
		}
		w.agenda.after(w.network(), func() {
			w.offer(s, cmd, func(r record.Reply, err error) {
				switch {
				case err != nil:
					end(record.AttemptEnded{Outcome: record.Unknown, Detail: err.Error()})
				case r.Rejected != nil:
					end(record.AttemptEnded{Outcome: record.Refused, Detail: r.Rejected.Detail})
				case w.lost():
				default:
					if missing--; missing == 0 {
						w.on(o.worker, w.network(), func() { end(record.AttemptEnded{Outcome: record.Succeeded}) })
					}
				}
			})
		})
	}
}

// order lets another shard decide what an instance has to say to one of its
// instances.
func (w *world) order(o *owner, t engine.Target, shard int, cmd record.Command) {
	over := false
	end := func(c record.AttemptEnded) {
		if !over {
			over = true
			w.bring(o, t, c)
		}
	}
	w.on(o.worker, 10*second, func() { end(record.AttemptEnded{Outcome: record.Unknown, Detail: "no answer"}) })
	if w.lost() {
		return
	}
	w.agenda.after(w.network(), func() {
		w.offer(shard, cmd, func(r record.Reply, err error) {
			c := record.AttemptEnded{Outcome: record.Succeeded}
			if err != nil || r.Rejected != nil {
				c = record.AttemptEnded{Outcome: record.Unknown, Detail: "not now"}
			}
			if !w.lost() {
				w.on(o.worker, w.network(), func() { end(c) })
			}
		})
	})
	if w.stormy() && w.random.chance(50) { // it comes twice, the second time late
		w.agenda.after(w.random.between(second, 20*second), func() { w.offer(shard, cmd, nil) })
	}
}
