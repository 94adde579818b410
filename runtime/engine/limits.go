package engine

import (
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// Bounds that no option moves.
const (
	// MaxCommandBytes bounds record.Weight of the events of any one command. A
	// journal whose commits hold a batch and that much takes every command.
	MaxCommandBytes = 5 << 20
	// MaxDepth bounds how many lists and records stand around a value that enters
	// or is computed. The journal and snapshots hold a few more, which the places
	// of values need.
	MaxDepth = record.MaxNesting - 8
	// MaxKey bounds a key, an ID and a person's name, in bytes.
	MaxKey = 512
	// MaxDetail bounds a text for people, in bytes; a longer one is cut.
	MaxDetail = 1000
	// MaxGenerations bounds how many instances wait for one, one for the other: how deep
	// processes call processes. One more is rejected. One that nobody waits for begins
	// anew at 0.
	MaxGenerations = 1000
	// MaxHanded bounds to how many waiting arms one command hands an event; the
	// rest follow by a command that Due gives.
	MaxHanded = 1000
)

// tooMuch says why a value cannot be held, "" where it can.
func (l *Limits) tooMuch(v types.Value) string {
	size, depth := record.Measure(v)
	switch {
	case depth > MaxDepth:
		return fmt.Sprintf("nests deeper than %d levels, the limit: make it flatter or pass it as text", MaxDepth)
	case size > l.BytesPerCommand:
		return fmt.Sprintf("takes about %d bytes and the limit is %d: keep large data outside and pass its address", size, l.BytesPerCommand)
	}
	return ""
}

// clip cuts a text for people.
func clip(text string) string {
	if len(text) <= MaxDetail {
		return text
	}
	n := MaxDetail - len("...")
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n] + "..."
}

// tooLong refuses names that are longer than MaxKey.
func tooLong(what string, names ...string) *record.Rejection {
	for _, name := range names {
		if len(name) > MaxKey {
			return &record.Rejection{Code: record.Invalid, Detail: fmt.Sprintf("the %s has %d bytes; at most %d are allowed", what, len(name), MaxKey)}
		}
	}
	return nil
}

// Limits bound what one shard holds. All are counts but those that say so.
type Limits struct {
	// Instances that are not over; 1..16777216. One more is refused with Busy.
	Instances int
	// Activations of one instance at one time; 4..2048. One more is an incident.
	Activations int
	// StepsPerCommand bounds the steps of one instance that one command runs;
	// 16..16777216. A loop that never waits becomes an incident there.
	StepsPerCommand int
	// StepsPerInstance bounds the steps of an instance over its whole life;
	// 16..1073741824. One more is an incident.
	StepsPerInstance int
	// BytesPerCommand bounds what enters with one command, the values of one step,
	// and all that an instance writes before it waits, in bytes; 4096..1048576.
	// More is refused or an incident, so that no command outgrows MaxCommandBytes.
	BytesPerCommand int
	// Kept events that wait for instances; 0..16777216. One more is refused with
	// Busy.
	Kept int
	// Cells are the keys for which words of routes keep something; 0..16777216. One more
	// is refused with Busy.
	Cells int
	// KeepEnded is how long at least an instance of a process is remembered after
	// its end, so that its key used again gives the first answer; 0 to 1 year. The
	// times are those of commands.
	KeepEnded time.Duration
	// Ended instances of processes, and of routes, that are remembered;
	// 0..16777216. The oldest are forgotten; where those of processes ended less
	// than KeepEnded ago, starts are refused with Busy instead.
	EndedProcesses int
	EndedRoutes    int
	// EndedBytes bounds what those of processes take, in bytes, results included,
	// in the same way; those of routes take a quarter at most; 1048576..68719476736.
	EndedBytes int
	// Attempts of an effect that must not be given up (a compensation, a start, a
	// send, a settlement) before a person is asked; 1..1000000.
	Attempts int
}

// DefaultLimits fit a shard of a node with 4 GiB.
func DefaultLimits() Limits {
	return Limits{
		Instances: 1_000_000, Activations: 2000, StepsPerCommand: 100_000, StepsPerInstance: 10_000_000,
		BytesPerCommand: 1 << 20, Kept: 1_000_000, Cells: 1_000_000, KeepEnded: 3 * time.Minute,
		EndedProcesses: 2_000_000, EndedRoutes: 200_000, EndedBytes: 512 << 20, Attempts: 100,
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
		{"Activations", l.Activations, 4, 2048},
		{"StepsPerCommand", l.StepsPerCommand, 16, 1 << 24},
		{"StepsPerInstance", l.StepsPerInstance, 16, 1 << 30},
		{"BytesPerCommand", l.BytesPerCommand, 4096, 1 << 20},
		{"Kept", l.Kept, 0, 1 << 24},
		{"Cells", l.Cells, 0, 1 << 24},
		{"EndedProcesses", l.EndedProcesses, 0, 1 << 24},
		{"EndedRoutes", l.EndedRoutes, 0, 1 << 24},
		{"EndedBytes", l.EndedBytes, 1 << 20, 1 << 36},
		{"KeepEnded (in seconds)", int(l.KeepEnded / time.Second), 0, 365 * 86400},
		{"Attempts", l.Attempts, 1, 1_000_000},
	} {
		if b.Value < b.Min || b.Value > b.Max {
			return &b
		}
	}
	return nil
}
