package node

import "time"

// EndpointStatus is what is known of an endpoint, cloud by cloud.
type EndpointStatus struct {
	Endpoint string        `json:"endpoint"`
	Clouds   []CloudStatus `json:"clouds"` // in the author's order
}

// CloudStatus is the health of one binding.
type CloudStatus struct {
	Cloud     string     `json:"cloud"`
	Health    string     `json:"health"` // unknown, healthy, unhealthy
	Reason    string     `json:"reason"`
	Since     *time.Time `json:"since,omitempty"`
	LatencyNs int64      `json:"latency_ns,omitempty"` // moving average of real calls
	Good      uint64     `json:"good"`
	Bad       uint64     `json:"bad"`
}

// Endpoints is the health of every binding of the active plans.
func (n *Node) Endpoints() []EndpointStatus {
	list := []EndpointStatus{}
	for _, e := range n.health.Entries() {
		if len(list) == 0 || list[len(list)-1].Endpoint != e.Endpoint {
			list = append(list, EndpointStatus{Endpoint: e.Endpoint})
		}
		s := CloudStatus{Cloud: e.Cloud, Health: e.Status.String(), Reason: e.Reason, LatencyNs: e.LatencyNs, Good: e.Good, Bad: e.Bad}
		if e.Since != 0 {
			since := time.Unix(0, int64(e.Since)).UTC()
			s.Since = &since
		}
		last := &list[len(list)-1]
		last.Clouds = append(last.Clouds, s)
	}
	return list
}
