package admin

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/cob-lang/cob/runtime/node"
)

// collector turns the node's figures into Prometheus metrics when they are
// asked for.
type collector struct{ node *node.Node }

var (
	infoDesc    = prometheus.NewDesc("cob_node_info", "Always 1; where the node runs.", []string{"cloud"}, nil)
	startedDesc = prometheus.NewDesc("cob_instances_started_total", "Instances started.", []string{"process"}, nil)
	endedDesc   = prometheus.NewDesc("cob_instances_ended_total", "Instances ended, by outcome.", []string{"process", "outcome"}, nil)
	metDesc     = prometheus.NewDesc("cob_sla_completion_attained_ratio", "Share of ended instances within the completion objective.", []string{"process", "sla"}, nil)
	tookDesc    = prometheus.NewDesc("cob_completion_seconds", "Time from start to end, by quantile.", []string{"process", "quantile"}, nil)
	callsDesc   = prometheus.NewDesc("cob_calls_total", "Attempts of calls.", []string{"process", "endpoint", "cloud", "outcome"}, nil)
	moveDesc    = prometheus.NewDesc("cob_failovers_total", "Calls that moved from one cloud to another.", []string{"process", "endpoint", "from", "to"}, nil)
	damageDesc  = prometheus.NewDesc("cob_journal_damaged", "1 where the last look over a shard's journal found damage.", []string{"shard"}, nil)
	checkedDesc = prometheus.NewDesc("cob_journal_checked_commits_total", "Commits that the scrubber has checked.", []string{"shard"}, nil)
	behindDesc  = prometheus.NewDesc("cob_journal_copy_behind_commits", "Commits that a shard's second copy lacks.", []string{"shard"}, nil)
	agentsDesc  = prometheus.NewDesc("cob_agents", "Agents of a cloud, by state, as this node sees them.", []string{"cloud", "state"}, nil)
	runningDesc = prometheus.NewDesc("cob_agent_calls", "Calls under way at an agent, of all nodes.", []string{"cloud", "agent"}, nil)
	placesDesc  = prometheus.NewDesc("cob_agent_calls_limit", "Calls that an agent takes at once.", []string{"cloud", "agent"}, nil)
	agentsWait  = prometheus.NewDesc("cob_agent_calls_waiting", "Calls of this node that wait for an agent of a cloud.", []string{"cloud"}, nil)
	healthDesc  = prometheus.NewDesc("cob_endpoint_healthy", "1 where an endpoint is not known to be down.", []string{"endpoint", "cloud"}, nil)
)

// Describe sends nothing: which metrics there are depends on the plans.
func (c collector) Describe(chan<- *prometheus.Desc) {}

// Collect reads the figures.
func (c collector) Collect(out chan<- prometheus.Metric) {
	counter := func(d *prometheus.Desc, v int, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(infoDesc, 1, c.node.Cloud())
	for _, f := range c.node.Figures() {
		counter(startedDesc, f.Started, f.Process)
		for outcome, n := range f.Outcomes {
			counter(endedDesc, n, f.Process, outcome)
		}
		if f.Completion.SLA != "" && f.Completion.N > 0 {
			gauge(metDesc, f.Completion.Attained, f.Process, f.Completion.SLA)
		}
		gauge(tookDesc, f.Completion.P50.Seconds(), f.Process, "0.5")
		gauge(tookDesc, f.Completion.P99.Seconds(), f.Process, "0.99")
		for _, call := range f.Calls {
			counter(callsDesc, call.Succeeded, f.Process, call.Endpoint, call.Cloud, "succeeded")
			counter(callsDesc, call.Failed, f.Process, call.Endpoint, call.Cloud, "failed")
		}
		for _, m := range f.Failovers {
			counter(moveDesc, m.N, f.Process, m.Endpoint, m.From, m.To)
		}
	}
	for _, j := range c.node.Journals() {
		shard, damaged := strconv.Itoa(j.Shard), 0.0
		if j.Scrub.Damage != "" {
			damaged = 1
		}
		gauge(damageDesc, damaged, shard)
		counter(checkedDesc, int(j.Scrub.Checked), shard)
		if j.Copy != nil {
			gauge(behindDesc, float64(j.Copy.Behind), shard)
		}
	}
	c.agents(gauge)
	for _, e := range c.node.Endpoints() {
		for _, cloud := range e.Clouds {
			healthy := 1.0
			if cloud.Health == "unhealthy" {
				healthy = 0
			}
			gauge(healthDesc, healthy, e.Endpoint, cloud.Cloud)
		}
	}
}

// agents are the figures of the agents and of the clouds that only they reach.
func (c collector) agents(gauge func(*prometheus.Desc, float64, ...string)) {
	list, clouds := c.node.Agents()
	type kind struct{ cloud, state string }
	count := map[kind]float64{}
	for _, cloud := range clouds {
		count[kind{cloud.Cloud, "up"}] = 0 // none is a figure, too
		gauge(agentsWait, float64(cloud.Waiting), cloud.Cloud)
	}
	for _, a := range list {
		count[kind{a.Cloud, a.State}]++
		if a.State == "up" {
			gauge(runningDesc, float64(a.Running), a.Cloud, a.ID)
			gauge(placesDesc, float64(a.AtOnce), a.Cloud, a.ID)
		}
	}
	for k, n := range count {
		gauge(agentsDesc, n, k.cloud, k.state)
	}
}

func (s *server) metrics(w http.ResponseWriter, r *http.Request) error {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector{s.node})
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
	return nil
}
