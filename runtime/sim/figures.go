package sim

import "github.com/cob-lang/cob/runtime/record"

// Figures count what happened in a run.
type Figures struct {
	Steps       int // of the world
	Virtual     int64
	Commits     int
	Crashes     int
	TakeOvers   int
	Ambiguous   int // appends of unknown outcome
	Instances   int
	Ended       map[record.State]int
	Effects     int // that left
	Unknown     int // attempts of unknown outcome
	Settlements int // opened
	Snapshots   int
	Incidents   int
	MidEffects  int // crashes between two effects of a commit
	Pauses      int
	PowerLosses int // all workers at once
	Outages     int // of a disk
	Stalls      int // owners that had to write again
	TurnedAway  int // requests while an owner was stalled
	Damages     int // of a disk, while nobody used it
	Healed      int // of those, found by a take-over
	Queries     int
	Rivals      int // appends that met a rival's take-over
	Lost        int // messages of the network
	Doubled     int
	Delayed     int
	Messages    int // of channels that a route took
	Events      int // that instances took
	Tasks       int
	Timers      int // that fired
	Undone      int // compensations that began
	Verbs       int // of operators
	LastMoment  int // people who act when the time of their task is over
	Quarrels    int // claims, handings on and answers for one task at once
	Delegated   int // tasks that somebody handed on
	Skipped     int // steps that an operator took as done
	Terminated  int
	WentBack    int // instances that an operator let go back
	Resumed     int // instances that went on behind an incident
	GivenUp     int // compensations and closing blocks among what was given up
	Jumps       int // of a worker's clock, by up to some hours
	Alarms      int // for timers that are not due yet, or not any more
	Poisoned    int // instances that a bug is said to be met on
	Children    int
	Continued   int // instances that began again
	Stopped     int // scopes that were ended from inside or by their deadline
	Deployed    int // versions that came while instances ran
	Large       int // commits of 100 kB and more
	Migrated    int // instances that went on with another version
	RolledOut   int // rollouts that began, changed or ended
}

// Add adds what another run counted.
func (f *Figures) Add(g Figures) {
	mine := f.counts()
	for i, n := range g.counts() {
		*mine[i].at += *n.at
	}
	f.Virtual += g.Virtual
	if f.Ended == nil {
		f.Ended = map[record.State]int{}
	}
	for state, n := range g.Ended {
		f.Ended[state] += n
	}
}

// count is one figure with its name.
type count struct {
	name string
	at   *int
}

func (f *Figures) counts() []count {
	return []count{
		{"Steps", &f.Steps},
		{"Commits", &f.Commits},
		{"Crashes", &f.Crashes},
		{"TakeOvers", &f.TakeOvers},
		{"Ambiguous", &f.Ambiguous},
		{"Instances", &f.Instances},
		{"Effects", &f.Effects},
		{"Unknown", &f.Unknown},
		{"Settlements", &f.Settlements},
		{"Snapshots", &f.Snapshots},
		{"Incidents", &f.Incidents},
		{"MidEffects", &f.MidEffects},
		{"Pauses", &f.Pauses},
		{"PowerLosses", &f.PowerLosses},
		{"Outages", &f.Outages},
		{"Stalls", &f.Stalls},
		{"TurnedAway", &f.TurnedAway},
		{"Damages", &f.Damages},
		{"Healed", &f.Healed},
		{"Queries", &f.Queries},
		{"Rivals", &f.Rivals},
		{"Lost", &f.Lost},
		{"Doubled", &f.Doubled},
		{"Delayed", &f.Delayed},
		{"Messages", &f.Messages},
		{"Events", &f.Events},
		{"Tasks", &f.Tasks},
		{"Timers", &f.Timers},
		{"Undone", &f.Undone},
		{"Verbs", &f.Verbs},
		{"LastMoment", &f.LastMoment},
		{"Quarrels", &f.Quarrels},
		{"Delegated", &f.Delegated},
		{"Skipped", &f.Skipped},
		{"Terminated", &f.Terminated},
		{"WentBack", &f.WentBack},
		{"Resumed", &f.Resumed},
		{"GivenUp", &f.GivenUp},
		{"Jumps", &f.Jumps},
		{"Alarms", &f.Alarms},
		{"Poisoned", &f.Poisoned},
		{"Children", &f.Children},
		{"Continued", &f.Continued},
		{"Stopped", &f.Stopped},
		{"Deployed", &f.Deployed},
		{"Large", &f.Large},
		{"Migrated", &f.Migrated},
		{"RolledOut", &f.RolledOut},
	}
}

// Never names what did not happen at all.
func (f *Figures) Never() (names []string) {
	for _, c := range f.counts() {
		if *c.at == 0 {
			names = append(names, c.name)
		}
	}
	return names
}
