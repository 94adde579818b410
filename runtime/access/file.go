package access

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of a token file.
const (
	MaxFile   = 1 << 20 // bytes
	MaxTokens = 4096
	MaxPerson = 128 // bytes of a name
	MaxGroups = 100 // of one token
)

// FileError says where a text is no token file, one reason per line of it.
type FileError struct{ Reasons []string }

func (e *FileError) Error() string { return strings.Join(e.Reasons, "\n") }

// Parse reads a token file. Empty lines, and lines that begin with #, say nothing;
// every other one is a token:
//
//	PERSON sha256:HASH roles=ROLE[,ROLE] [groups=GROUP[,GROUP]] [until=2027-01-31]
//
// Errors: *FileError, with the number of each bad line and never with what may be a
// token.
func Parse(text []byte) (*Table, error) {
	if len(text) > MaxFile {
		return nil, &FileError{[]string{fmt.Sprintf("it has %d bytes; at most %d are read", len(text), MaxFile)}}
	}
	var bad FileError
	t := &Table{}
	seen := map[Hash]int{}
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		g, err := parseLine(line)
		before, twice := seen[g.hash]
		switch {
		case err != nil:
		case twice:
			err = fmt.Errorf("it has the token of line %d: make a token of its own for each line", before)
		case len(t.grants) == MaxTokens:
			err = fmt.Errorf("it is one more than %d tokens", MaxTokens)
		}
		if err != nil {
			if bad.Reasons = append(bad.Reasons, fmt.Sprintf("line %d: %v", i+1, err)); len(bad.Reasons) == 20 {
				break
			}
			continue
		}
		seen[g.hash] = i + 1
		t.grants = append(t.grants, g)
	}
	switch {
	case len(bad.Reasons) > 0:
		return nil, &bad
	case len(t.grants) == 0:
		return nil, &FileError{[]string{"it has no tokens, so nobody could do anything: cob token makes one"}}
	}
	return t, nil
}

const lineForm = "want PERSON sha256:HASH roles=ROLE,.. [groups=GROUP,..] [until=2027-01-31], as cob token writes it"

func parseLine(line string) (g Grant, err error) {
	words := strings.Fields(line)
	if len(words) < 3 {
		return g, fmt.Errorf("%s", lineForm)
	}
	if g.Person = words[0]; !namable(g.Person) {
		return g, fmt.Errorf("the name of a person has at most %d bytes, and letters alone that can be seen", MaxPerson)
	}
	digits, ok := strings.CutPrefix(words[1], "sha256:")
	sum, err := hex.DecodeString(digits)
	if !ok || err != nil || len(sum) != len(g.hash) {
		return g, fmt.Errorf("behind the name stands sha256: and 64 hexadecimal digits, never a token itself; %s", lineForm)
	}
	copy(g.hash[:], sum)
	said := map[string]bool{}
	for _, w := range words[2:] {
		name, value, _ := strings.Cut(w, "=")
		if said[name] {
			return g, fmt.Errorf("%s is said twice", name)
		}
		said[name] = true
		if err := g.say(name, value); err != nil {
			return g, err
		}
	}
	if len(g.Roles) == 0 {
		return g, fmt.Errorf("it has no roles, so its token could do nothing: %s", lineForm)
	}
	return g, nil
}

func (g *Grant) say(name, value string) (err error) {
	switch name {
	case "roles":
		g.Roles = strings.Split(value, ",")
		return CheckRoles(g.Roles)
	case "groups":
		if g.Groups = strings.Split(value, ","); len(g.Groups) > MaxGroups || slices.Contains(g.Groups, "") {
			return fmt.Errorf("groups= holds at most %d names with commas between them", MaxGroups)
		}
	case "until":
		if g.Until, err = ParseUntil(value); err != nil {
			return err
		}
	default:
		return fmt.Errorf("behind the hash stand roles=, groups= and until=; %s", lineForm)
	}
	return nil
}

// CheckRoles says which of some names is no role.
func CheckRoles(names []string) error {
	var all []string
	for _, r := range Roles() {
		all = append(all, r.Name)
	}
	for _, n := range names {
		if !slices.Contains(all, n) {
			return fmt.Errorf("there is no role %q; there is %s", n, strings.Join(all, ", "))
		}
	}
	return nil
}

// ParseUntil reads the last day (its end, in UTC) or moment of a token.
func ParseUntil(text string) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day.AddDate(0, 0, 1).Add(-1), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fmt.Errorf("until=%s: want a day such as 2027-01-31, or a time such as 2027-01-31T12:00:00Z", text)
	}
	return t, nil
}

// namable says whether a text can name a person.
func namable(name string) bool {
	return name != "" && len(name) <= MaxPerson && utf8.ValidString(name) &&
		!strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }) && name[0] != '#'
}

// Line is the line of a token file for a grant with a token. Errors: what Parse would
// refuse.
func Line(g Grant, token string) (string, error) {
	for _, name := range slices.Concat([]string{g.Person}, g.Roles, g.Groups) {
		if !namable(name) || strings.Contains(name, ",") {
			return "", fmt.Errorf("%q names nobody: a name has 1 to %d bytes, no spaces and no commas", name, MaxPerson)
		}
	}
	if !wellFormed(token) {
		return "", fmt.Errorf("a token has %d to %d characters of a-z A-Z 0-9 - . _ ~ + / =", MinToken, MaxToken)
	}
	line := fmt.Sprintf("%s sha256:%x roles=%s", g.Person, HashOf(token), strings.Join(g.Roles, ","))
	if len(g.Groups) > 0 {
		line += " groups=" + strings.Join(g.Groups, ",")
	}
	if !g.Until.IsZero() {
		line += " until=" + g.Until.UTC().Format(time.RFC3339Nano)
	}
	_, err := parseLine(line)
	if err != nil {
		return "", err
	}
	return line, nil
}
