package access

import (
	"crypto/sha256"
	"crypto/subtle"
	"slices"
	"time"
)

// Right is something that the API lets people do.
type Right string

// The rights. A call of the API asks for one of them.
const (
	View      Right = "view"      // look at instances, histories, reports, figures, the stream
	Start     Right = "start"     // start instances and get their results
	Publish   Right = "publish"   // publish events, put messages into channels
	Subscribe Right = "subscribe" // read the messages of a channel
	Complete  Right = "complete"  // see, claim, hand over and complete tasks
	Operate   Right = "operate"   // cancel, terminate, retry, reset, skip, resume
	Deploy    Right = "deploy"    // activate plans
)

// Role is a name for some rights.
type Role struct {
	Name   string
	Rights []Right
	Does   string // for people
}

// Roles are all of them, the one that may do least first.
func Roles() []Role {
	return []Role{
		{"viewer", []Right{View}, "looks at everything that has no label"},
		{"client", []Right{Start, Publish}, "starts instances, publishes events and messages"},
		{"worker", []Right{Complete}, "sees and does tasks"},
		{"operator", []Right{View, Subscribe, Operate}, "looks, and cancels, terminates, retries, resets, skips and resumes instances"},
		{"deployer", []Right{View, Deploy}, "looks, and activates plans"},
		{"admin", []Right{View, Start, Publish, Subscribe, Complete, Operate, Deploy}, "everything"},
	}
}

// RolesWith are the names of the roles that have one of the rights.
func RolesWith(rights ...Right) []string {
	var names []string
	for _, r := range Roles() {
		if slices.ContainsFunc(r.Rights, func(have Right) bool { return slices.Contains(rights, have) }) {
			names = append(names, r.Name)
		}
	}
	return names
}

// The bounds of a token, in characters. What is shorter could be guessed.
const (
	MinToken = 26
	MaxToken = 256
)

// Hash is what a token file holds in the place of a token.
type Hash [sha256.Size]byte

// HashOf is the hash of a token.
func HashOf(token string) Hash { return sha256.Sum256([]byte(token)) }

// Grant is what the holder of a token is and may do.
type Grant struct {
	Person string
	Roles  []string
	Groups []string  // for the roles and policies that packages declare
	Until  time.Time // its last moment; zero for ever
	hash   Hash
}

// May says whether the holder has one of the rights.
func (g *Grant) May(rights ...Right) bool {
	for _, r := range Roles() {
		if slices.Contains(g.Roles, r.Name) && slices.ContainsFunc(r.Rights, func(have Right) bool { return slices.Contains(rights, have) }) {
			return true
		}
	}
	return false
}

// Table are the grants of a token file. The zero Table lets nobody in.
type Table struct{ grants []Grant }

// Len is how many tokens there are.
func (t *Table) Len() int { return len(t.grants) }

// Standing says what became of a token.
type Standing uint8

// What a token can be.
const (
	Unknown Standing = iota
	Expired
	Good
)

// Who is the holder of a token at a time. How long it takes says nothing about the
// tokens of the table: every hash is compared, and each as a whole.
func (t *Table) Who(token string, now time.Time) (Grant, Standing) {
	hash, found := HashOf(token), -1
	for i := range t.grants {
		found = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(hash[:], t.grants[i].hash[:]), i, found)
	}
	switch {
	case found < 0 || !wellFormed(token):
		return Grant{}, Unknown
	case !t.grants[found].Until.IsZero() && now.After(t.grants[found].Until):
		return Grant{}, Expired
	}
	return t.grants[found], Good
}

// wellFormed says whether a text can be a token: the characters that may stand in a
// header as they are (RFC 6750), and enough of them.
func wellFormed(token string) bool {
	if len(token) < MinToken || len(token) > MaxToken {
		return false
	}
	for i := range len(token) {
		c := token[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !slices.Contains([]byte("-._~+/="), c) {
			return false
		}
	}
	return true
}
