package engine

import "fmt"

// Limits bound what one shard holds. All but one are counts.
type Limits struct {
	// Instances that are not over; 1..16777216. One more is refused with Busy.
	Instances int
	// Activations of one instance at one time; 4..1048576. One more is an
	// incident.
	Activations int
	// StepsPerCommand bounds the steps of one instance that one command runs;
	// 16..16777216. A loop that never waits becomes an incident there.
	StepsPerCommand int
	// StepsPerInstance bounds the steps of an instance over its whole life;
	// 16..1073741824. One more is an incident.
	StepsPerInstance int
	// BytesPerCommand bounds one value that a step computes, and all that an
	// instance writes before it waits, in bytes; 4096..4194304. More is an
	// incident, so that no commit outgrows a message of the journal.
	BytesPerCommand int
	// Kept events that wait for instances; 0..16777216. One more is refused with
	// Busy.
	Kept int
	// Ended instances of processes, and of routes, that are remembered so that a
	// key used twice gives the first answer; 0..16777216. The oldest are forgotten.
	EndedProcesses int
	EndedRoutes    int
	// Attempts of an effect that must not be given up (a compensation, a start, a
	// send, a settlement) before a person is asked; 1..1000000.
	Attempts int
}

// DefaultLimits fit a shard of a node with 4 GiB.
func DefaultLimits() Limits {
	return Limits{
		Instances: 1_000_000, Activations: 20_000, StepsPerCommand: 100_000, StepsPerInstance: 10_000_000,
		BytesPerCommand: 1 << 20, Kept: 1_000_000, EndedProcesses: 200_000, EndedRoutes: 50_000, Attempts: 100,
	}
}

// LimitError says which limit is outside its bounds.
type LimitError struct {
	Field    string
	Value    int
	Min, Max int
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("engine limit %s is %d: want %d to %d", e.Field, e.Value, e.Min, e.Max)
}

// Validate says which limit is outside its bounds, as a *LimitError.
func (l Limits) Validate() error {
	for _, b := range []LimitError{
		{"Instances", l.Instances, 1, 1 << 24},
		{"Activations", l.Activations, 4, 1 << 20},
		{"StepsPerCommand", l.StepsPerCommand, 16, 1 << 24},
		{"StepsPerInstance", l.StepsPerInstance, 16, 1 << 30},
		{"BytesPerCommand", l.BytesPerCommand, 4096, 4 << 20},
		{"Kept", l.Kept, 0, 1 << 24},
		{"EndedProcesses", l.EndedProcesses, 0, 1 << 24},
		{"EndedRoutes", l.EndedRoutes, 0, 1 << 24},
		{"Attempts", l.Attempts, 1, 1_000_000},
	} {
		if b.Value < b.Min || b.Value > b.Max {
			return &b
		}
	}
	return nil
}
