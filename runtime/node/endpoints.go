package node

import (
	"slices"
	"time"

	"github.com/cob-lang/cob/runtime/placement"
)

// EndpointStatus is what is known of an endpoint, cloud by cloud.
type EndpointStatus struct {
	Endpoint string        `json:"endpoint"`
	Clouds   []CloudStatus `json:"clouds"` // in the author's order
	// Orders are those in which the clouds are asked now, by operation.
	Orders []CallOrder `json:"orders,omitempty"`
}

// CallOrder is the order in which an operation's clouds are asked now, for the
// callers that are placed alike.
type CallOrder struct {
	Operation string   `json:"operation"`
	Failover  string   `json:"failover,omitempty"` // qualified, "" for the default
	Callers   []string `json:"callers"`            // qualified processes and routes
	Order     []Place  `json:"order"`
	Never     []Place  `json:"never,omitempty"` // where the policy forbids it
}

// Place is a cloud and why it stands where it does.
type Place struct {
	Cloud string `json:"cloud"`
	Why   string `json:"why"`
}

// CloudStatus is the health of one binding.
type CloudStatus struct {
	Cloud     string     `json:"cloud"`
	Health    string     `json:"health"`            // unknown, healthy, unhealthy
	Breaker   string     `json:"breaker,omitempty"` // open, on trial; empty where it is closed
	Reason    string     `json:"reason"`
	Since     *time.Time `json:"since,omitempty"`
	LatencyNs int64      `json:"latency_ns,omitempty"` // moving average of real calls
	P95Ns     int64      `json:"p95_ns,omitempty"`     // 95% of the latest real calls took at most this
	Good      uint64     `json:"good"`
	Bad       uint64     `json:"bad"`
}

// Endpoints is the health of every binding of the active plans, and in which order
// they are asked.
func (n *Node) Endpoints() []EndpointStatus {
	list, view := []EndpointStatus{}, n.health.View()
	for _, e := range n.health.Entries() {
		if len(list) == 0 || list[len(list)-1].Endpoint != e.Endpoint {
			list = append(list, EndpointStatus{Endpoint: e.Endpoint})
		}
		s := CloudStatus{Cloud: e.Cloud, Health: e.Status.String(), Reason: e.Reason, LatencyNs: e.LatencyNs, P95Ns: e.P95Ns, Good: e.Good, Bad: e.Bad}
		switch h := view.Of(e.Endpoint, e.Cloud); {
		case h.Trial:
			s.Breaker = "on trial"
		case h.Shut:
			s.Breaker = "open"
		}
		if e.Since != 0 {
			since := time.Unix(0, int64(e.Since)).UTC()
			s.Since = &since
		}
		last := &list[len(list)-1]
		last.Clouds = append(last.Clouds, s)
	}
	n.ordered(list, view)
	return list
}

// ordered adds the orders of all active plans.
func (n *Node) ordered(list []EndpointStatus, health placement.View) {
	for _, d := range n.deployments.All() {
		for _, p := range d.Program.Placements() {
			i := slices.IndexFunc(list, func(s EndpointStatus) bool { return s.Endpoint == p.Endpoint })
			if i < 0 {
				continue
			}
			list[i].Orders = append(list[i].Orders, CallOrder{
				Operation: p.Operation, Failover: p.Failover, Callers: p.Callers, Order: places(p.Order.Explain(health)), Never: places(p.Never),
			})
		}
	}
}

func places(list []placement.Ordered) []Place {
	out := make([]Place, 0, len(list))
	for _, o := range list {
		out = append(out, Place(o))
	}
	return out
}
