package report

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// Parts are what a document may hold besides its head.
var Parts = []string{"data", "path", "clouds", "cost", "sla"}

// Document is the record of an instance up to a moment.
type Document struct {
	Report   string    `json:"report,omitempty"` // the name of the statement that made it
	Title    string    `json:"title"`
	Process  string    `json:"process"` // qualified
	Instance string    `json:"instance"`
	Key      string    `json:"key,omitempty"`
	Plan     string    `json:"plan"` // digest
	Started  time.Time `json:"started"`
	At       time.Time `json:"at"` // it was made
	State    string    `json:"state,omitempty"`

	// Data are variables by name, in their JSON form; what is labelled is replaced by
	// the names of its labels.
	Data   map[string]json.RawMessage `json:"data,omitempty"`
	Path   []Entry                    `json:"path,omitempty"`
	More   uint32                     `json:"more_steps,omitempty"` // that the path leaves out
	Clouds []Cloud                    `json:"clouds,omitempty"`
	Cost   []string                   `json:"cost,omitempty"` // "0.05 EUR", one per currency
	SLA    *Promise                   `json:"sla,omitempty"`
}

// Entry is one step of a path.
type Entry struct {
	Step     string     `json:"step"`
	Kind     string     `json:"kind"`
	Source   string     `json:"source"` // place in the .cob file
	Begun    time.Time  `json:"begun"`
	Ended    *time.Time `json:"ended,omitempty"` // absent where it has not, or was withdrawn
	Cloud    string     `json:"cloud,omitempty"`
	Attempts uint32     `json:"attempts,omitempty"`
	How      string     `json:"how,omitempty"` // it ended: caught (a fault was handled), timer, event; "" it was done
}

// Cloud is what was asked of an endpoint at a cloud.
type Cloud struct {
	Endpoint string `json:"endpoint"`
	Cloud    string `json:"cloud"`
	Attempts uint32 `json:"attempts"`
	Done     uint32 `json:"done"`
}

// Promise is how the instance stands to the sla of its process.
type Promise struct {
	Name  string `json:"name"`
	Took  string `json:"took"` // so far, such as "3d 2h"
	Ratio string `json:"ratio,omitempty"`
	// Within is the time in which that ratio of all instances is to end, Met whether
	// this one did, or is not over it yet.
	Within string `json:"within,omitempty"`
	Met    *bool  `json:"met,omitempty"`
}

// Var is a variable of an instance.
type Var struct {
	Name   string
	Type   types.Type
	Labels []string
	Value  types.Value
}

// Subject is what a document is made about.
type Subject struct {
	Report, Title          string
	Process, Instance, Key string
	Digest, State          string
	Started, At            record.Instant
	Ended                  record.Instant // 0: not yet
	Vars                   []Var
	Path                   *Path
	Sees                   Sees     // who reads it
	Include                []string // of Parts; none: all of them
}

// Make puts a document together. Step finds a step of the process by its number.
func Make(p *plan.Plan, u *types.Universe, s *Subject, step func(index uint32) *plan.Step) *Document {
	d := &Document{
		Report: s.Report, Title: s.Title, Process: s.Process, Instance: s.Instance, Key: s.Key, Plan: s.Digest,
		Started: moment(s.Started), At: moment(s.At), State: s.State,
	}
	if d.Title == "" {
		d.Title = d.Report
	}
	has := func(part string) bool { return len(s.Include) == 0 || slices.Contains(s.Include, part) }
	if has("data") {
		d.data(u, s.Vars, s.Sees)
	}
	if has("path") {
		d.way(s.Path, step)
	}
	if has("clouds") {
		for _, c := range s.Path.Calls {
			d.Clouds = append(d.Clouds, Cloud(c))
		}
	}
	if has("cost") {
		d.charge(p, s.Path.Calls)
	}
	if has("sla") {
		d.promise(p, s)
	}
	return d
}

func moment(at record.Instant) time.Time { return time.Unix(0, int64(at)).UTC() }

func (d *Document) data(u *types.Universe, vars []Var, sees Sees) {
	for _, v := range vars {
		if v.Value == nil || strings.ContainsRune(v.Name, ' ') { // a milestone is none of the author's variables
			continue
		}
		if d.Data == nil {
			d.Data = map[string]json.RawMessage{}
		}
		d.Data[v.Name] = Encode(u, v.Value, v.Type, v.Labels, sees)
	}
}

func (d *Document) way(p *Path, step func(uint32) *plan.Step) {
	d.More = p.More
	for _, s := range p.Stages {
		of := step(s.Step)
		if of == nil {
			continue
		}
		e := Entry{Step: of.ID, Kind: string(of.Kind), Source: string(of.At), Begun: moment(s.Begun), Cloud: s.Cloud, Attempts: s.Attempts, How: s.How}
		if s.Ended != 0 {
			ended := moment(s.Ended)
			e.Ended = &ended
		}
		d.Path = append(d.Path, e)
	}
}

// charge adds up what the attempts cost, per currency in the order of their first
// one. A sum that would overflow keeps what it has.
func (d *Document) charge(p *plan.Plan, calls []Calls) {
	var sums []types.Amount
	for _, c := range calls {
		price, err := types.ParseAmount(priceOf(p, c.Endpoint, c.Cloud))
		if err != nil {
			continue // nobody asks anything for it
		}
		i := slices.IndexFunc(sums, func(a types.Amount) bool { return a.Currency == price.Currency })
		if i < 0 {
			i = len(sums)
			sums = append(sums, types.Amount{Value: types.ExactInt(0), Currency: price.Currency})
		}
		if price, err = price.Mul(types.ExactInt(int64(c.Attempts))); err != nil {
			continue
		}
		if sum, err := sums[i].Add(price); err == nil {
			sums[i] = sum
		}
	}
	for _, a := range sums {
		d.Cost = append(d.Cost, a.String())
	}
}

// priceOf is what one call of an endpoint costs at a cloud, "" for nothing.
func priceOf(p *plan.Plan, endpoint, cloud string) string {
	for i := range p.Endpoints {
		if p.Endpoints[i].Name != endpoint {
			continue
		}
		for _, b := range p.Endpoints[i].Bindings {
			if b.Cloud == cloud {
				return b.CostPerCall
			}
		}
	}
	return ""
}

func (d *Document) promise(p *plan.Plan, s *Subject) {
	name := ""
	for i := range p.Processes {
		if p.Processes[i].Name == s.Process {
			name = p.Processes[i].SLA
		}
	}
	for i := range p.SLAs {
		x := &p.SLAs[i]
		if name == "" || x.Name != name {
			continue
		}
		until := s.At
		if s.Ended != 0 {
			until = s.Ended
		}
		took := time.Duration(until - s.Started)
		d.SLA = &Promise{Name: name, Took: types.FormatDuration(took)}
		if within := time.Duration(x.Completion.WithinNs); within > 0 {
			met := took <= within
			d.SLA.Within, d.SLA.Ratio, d.SLA.Met = types.FormatDuration(within), x.Completion.Ratio, &met
		}
	}
}

// JSON is the document as text. The same document gives the same bytes.
func (d *Document) JSON() string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(d); err != nil { // its parts are texts, numbers and valid JSON
		panic("report: " + err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Parse reads what JSON wrote.
func Parse(text string) (*Document, error) {
	var d Document
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return nil, err
	}
	return &d, nil
}
