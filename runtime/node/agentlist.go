package node

import (
	"context"
	"fmt"
	"time"

	"github.com/cob-lang/cob/runtime/agent"
	"github.com/cob-lang/cob/runtime/record"
)

// AgentStatus is an agent as this node sees it.
type AgentStatus struct {
	ID        string           `json:"id"`
	Name      string           `json:"name"`
	Cloud     string           `json:"cloud"`
	Version   string           `json:"version,omitempty"`
	State     string           `json:"state"` // up, leaving, silent, gone, foreign: another protocol
	Since     time.Time        `json:"since"` // by its clock
	Heard     time.Time        `json:"heard"` // when it was heard last
	AtOnce    int              `json:"at_once"`
	Running   int              `json:"running"` // calls under way there, as it said
	Out       int              `json:"out"`     // calls of this node under way there
	Done      uint64           `json:"done"`
	Full      uint64           `json:"full"` // calls that it turned away, because it took no more at once
	Plans     []agent.Bound    `json:"plans,omitempty"`
	Endpoints []agent.Endpoint `json:"endpoints,omitempty"`
}

// ServedCloud is a cloud that only agents reach.
type ServedCloud struct {
	Cloud   string `json:"cloud"`
	Up      int    `json:"up"`      // agents that are there
	Waiting int    `json:"waiting"` // calls of this node that wait for one
}

// Agents are the agents that this node knows, by cloud and name, and the clouds that
// only agents reach. A node on a store of its own has none.
func (n *Node) Agents() (list []AgentStatus, clouds []ServedCloud) {
	list, clouds = []AgentStatus{}, []ServedCloud{}
	k := n.desk
	if k == nil {
		return list, clouds
	}
	now := k.now()
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, a := range k.roster.List(now) {
		list = append(list, AgentStatus{
			ID: a.ID, Name: a.Name, Cloud: a.Cloud, Version: a.Version, State: a.State, Since: a.Since, Heard: time.Unix(0, int64(a.Heard)).UTC(),
			AtOnce: a.AtOnce, Running: a.Running, Out: a.Out, Done: a.Done, Full: a.Full, Plans: a.Plans, Endpoints: a.Endpoints,
		})
	}
	for _, cloud := range k.roster.Clouds(now) {
		clouds = append(clouds, ServedCloud{cloud, k.roster.UpIn(cloud, now), len(k.lines[cloud])})
	}
	return list, clouds
}

// Dismiss says that a cloud is not reached by agents alone any more: nodes call its
// endpoints themselves. Errors: *record.Rejection where no agents serve it, or where
// one is still there.
func (n *Node) Dismiss(ctx context.Context, cloud string) error {
	k := n.desk
	if k == nil || !k.serves(cloud) {
		return notFound("no agents serve the cloud %s", cloud)
	}
	k.mu.Lock()
	up := k.roster.UpIn(cloud, k.now())
	k.mu.Unlock()
	if up > 0 {
		return &record.Rejection{Code: record.WrongState, Detail: fmt.Sprintf("agents of %s are still there (%d of them): stop them first", cloud, up)}
	}
	if err := k.board.Erase(ctx, noteCloud+cloud); err != nil {
		return fmt.Errorf("dismissing the agents of %s: %w", cloud, err)
	}
	k.mu.Lock()
	delete(k.noted, cloud)
	k.mu.Unlock()
	n.cluster.tell()
	return n.cluster.look(ctx)
}
