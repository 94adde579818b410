package plan

import (
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// The limits of patterns, windows and schedules. The compiler refuses what goes beyond them.
const (
	MaxSources    = 16                              // that one pattern watches
	MaxElements   = 100                             // of one pattern, guards included
	MaxTimes      = 1000                            // messages that one element collects
	MaxSpanNs     = int64(366 * 24 * 60 * 60 * 1e9) // how long a match, an absence or a window lasts
	MaxPanes      = 1000                            // windows that one message is part of
	MaxLength     = 100_000                         // messages of a window that counts them
	MaxDays       = 100                             // rules of the calendar of one schedule
	MaxGroup      = 10_000                          // messages that an aggregate gathers into one group
	MaxAggregates = 100                             // of one window
)

// MessageVar is the variable of a message in the trees of patterns and windows that
// are evaluated for each message: keys, times, conditions, what is aggregated.
const MessageVar = "message"

// Stream is a source whose messages a pattern or a window watches. It takes
// nothing away from anybody else who reads there.
type Stream struct {
	// Channel and Event are qualified; Receive is an endpoint and what it receives,
	// "shop.ward.readings". Exactly one of the three is set.
	Channel string     `json:"channel,omitempty" to:"channel"`
	Event   string     `json:"event,omitempty" to:"type"`
	Receive string     `json:"receive,omitempty"`
	Type    types.Type `json:"type"`
	// Labels are those of a message beside the ones its type says, sorted.
	Labels []string `json:"labels,omitempty"`
	// Key has one tree over MessageVar for each of the Keys of the pattern or window.
	Key []expression.Tree `json:"key,omitempty"`
	// Time is when a message happened, over MessageVar; nil: when it was accepted.
	Time *expression.Tree `json:"time,omitempty"`
	At   Place            `json:"at"`
}

// Clock says how a pattern or a window deals with time.
type Clock struct {
	// LatenessNs is how far the watermark of a partition is behind the latest time
	// in it.
	LatenessNs int64 `json:"lateness_ns,omitempty"`
	// Late is the qualified channel for messages older than the watermark; "": they
	// are counted and dropped.
	Late string `json:"late,omitempty" to:"channel"`
	// Partitions is how many partitions are kept at most; the one that was quiet for
	// longest is dropped first, with all that has begun in it.
	Partitions int64 `json:"partitions"`
}

// Pattern recognizes what no single message says. In each partition, matches
// begin with the first stage and go on from stage to stage.
//
// Beside MessageVar, the trees read the Keys of the partition and what earlier stages
// found. The value and the condition of Emit read those and the variable Var.
type Pattern struct {
	Name    string        `json:"name"`
	Doc     string        `json:"doc,omitempty"`
	Sources []Stream      `json:"sources"`        // in the order of the text
	Keys    []types.Field `json:"keys,omitempty"` // variables that hold the key of the partition
	Clock   Clock         `json:"clock"`
	// WithinNs is how long a match may take from its first message; 0: its stages
	// bound it.
	WithinNs int64 `json:"within_ns,omitempty"`
	// Every says that each message that fits begins a match, also while others are
	// under way; else there is one match at a time.
	Every bool `json:"every,omitempty"`
	// Alone says that a complete match discards all others of the partition that
	// are under way.
	Alone bool `json:"alone,omitempty"`
	// Matches is how many matches of a partition are under way at most; the oldest
	// is dropped first.
	Matches int64     `json:"matches"`
	Stages  []Stage   `json:"stages"`
	Without []Element `json:"without,omitempty"` // none of these comes while a match is under way
	Var     string    `json:"var"`               // a record of start and end, the times of the match
	Emit    Emit      `json:"emit"`
	At      Place     `json:"at"`
}

// Stage is one step of a match: it is complete when one of its alternatives is.
type Stage struct {
	// Next says that the very next message of the partition has to fit.
	Next bool `json:"next,omitempty"`
	// WithinNs is how long the stage may take: the first from its first message, a
	// later one from when the stage before was complete; 0: as long as the pattern.
	WithinNs     int64         `json:"within_ns,omitempty"`
	Alternatives []Alternative `json:"alternatives"`
}

// Alternative is complete when all its elements are, in whatever order.
type Alternative struct {
	Elements []Element `json:"elements"`
}

// Element is a message that comes, several of them, or with Not one that does not.
type Element struct {
	Sources []int            `json:"sources"`         // indexes of the pattern's Sources, ascending
	Var     string           `json:"var,omitempty"`   // what was found; a list where List is set
	List    bool             `json:"list,omitempty"`  // the element collects messages
	Where   *expression.Tree `json:"where,omitempty"` // nil: every message of the sources
	Min     int              `json:"min,omitempty"`   // messages that are needed; 1 where List is not set, 0 where Not is
	Max     int              `json:"max,omitempty"`   // messages that are taken
	Not     bool             `json:"not,omitempty"`
	ForNs   int64            `json:"for_ns,omitempty"` // of Not: how long; 0: as long as its stage, in Without as the match
	At      Place            `json:"at"`
}

// Emit is what a match or a window gives. Exactly one of Event and Channel is set.
type Emit struct {
	Event   string           `json:"event,omitempty" to:"type"`      // qualified, published
	Channel string           `json:"channel,omitempty" to:"channel"` // qualified, sent to
	Value   expression.Tree  `json:"value"`
	When    *expression.Tree `json:"when,omitempty"` // nil: always
	At      Place            `json:"at"`
}

// Window aggregates the messages of a partition. It begins anew every EveryNs or
// EveryCount and holds the messages of the last OfNs or OfCount; or it is a
// session, which ends when nothing came for GapNs.
//
// Where and the arguments of Aggregates read MessageVar and the Keys; Emit reads the
// Keys, the aggregates and Var.
type Window struct {
	Name       string           `json:"name"`
	Doc        string           `json:"doc,omitempty"`
	Source     Stream           `json:"source"`
	Keys       []types.Field    `json:"keys,omitempty"`
	Clock      Clock            `json:"clock"`
	Where      *expression.Tree `json:"where,omitempty"` // nil: every message
	EveryNs    int64            `json:"every_ns,omitempty"`
	EveryCount int64            `json:"every_count,omitempty"`
	OfNs       int64            `json:"of_ns,omitempty"`
	OfCount    int64            `json:"of_count,omitempty"`
	GapNs      int64            `json:"gap_ns,omitempty"`
	LongestNs  int64            `json:"longest_ns,omitempty"` // of a session
	// Messages is how many messages, or different values, are kept for one window
	// at most; further ones are counted and left out of what needs them kept.
	Messages   int64  `json:"messages"`
	Aggregates []Fold `json:"aggregates,omitempty"` // in the order of the text
	Var        string `json:"var"`                  // a record of start and end
	Emit       Emit   `json:"emit"`
	At         Place  `json:"at"`
}

// Fold makes one value of the messages of a window.
type Fold struct {
	Var      string           `json:"var"` // in the trees of Emit
	Function string           `json:"function"`
	Of       *expression.Tree `json:"of,omitempty"` // nil of count()
	Type     types.Type       `json:"type"`         // of the value
}

// Schedule does something at times that are known beforehand. It has an interval
// or a calendar.
type Schedule struct {
	Name string `json:"name"`
	Doc  string `json:"doc,omitempty"`
	// EveryNs is an interval, whose occasions are its multiples since
	// 1970-01-01T00:00:00Z.
	EveryNs int64 `json:"every_ns,omitempty"`
	// Days are the rules of a calendar; every day that one of them means has an
	// occasion.
	Days []CalendarDay `json:"days,omitempty"`
	Zone string        `json:"zone,omitempty"` // of the calendar, a name of IANA
	// Overlap says what happens when the process of the occasion before still runs.
	Overlap Overlap `json:"overlap,omitempty"`
	// Missed says which occasions are made up for that nobody was there for, and
	// CatchUpNs how old they may be.
	Missed    Missed `json:"missed"`
	CatchUpNs int64  `json:"catch_up_ns,omitempty"`
	// SkipGap leaves an occasion out whose time does not exist on its day; else it
	// takes place as much later as the clocks are put forward. Twice has an occasion
	// take place both times where its time comes twice; else the first time.
	SkipGap bool   `json:"skip_gap,omitempty"`
	Twice   bool   `json:"twice,omitempty"`
	Due     string `json:"due"`  // the variable that holds the time of the occasion
	Flow    Flow   `json:"flow"` // one step: start, send or publish
	At      Place  `json:"at"`
}

// Overlap says what a schedule does while what it started still runs.
type Overlap string

// The ways to overlap.
const (
	OverlapSkip   Overlap = "skip"   // the occasion is left out
	OverlapWait   Overlap = "wait"   // it waits; at most one does
	OverlapCancel Overlap = "cancel" // what runs is cancelled first
	OverlapAllow  Overlap = "allow"  // both run
)

// Missed says which occasions a schedule makes up for.
type Missed string

// The ways to make up.
const (
	MissedSkip Missed = "skip"
	MissedLast Missed = "last"
	MissedAll  Missed = "all"
)

// CalendarDay is a rule of a calendar: days, and a time on them.
type CalendarDay struct {
	Unit string `json:"unit" one:"day week month year"`
	// From and To are the days of the week of a week or, with Nth, of a month: 1 is
	// Monday. They differ only in "weekday", Monday to Friday.
	From int `json:"from,omitempty"`
	To   int `json:"to,omitempty"`
	// Nth is the day of the month, or the how manyth weekday From of it; -1 is the
	// last. A month that has no such day is left out.
	Nth    int   `json:"nth,omitempty" least:"-1"`
	Month  int   `json:"month,omitempty"` // of a year, 1 to 12
	Minute int   `json:"minute"`          // since midnight
	At     Place `json:"at"`
}
