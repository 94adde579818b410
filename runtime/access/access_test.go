package access

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

const token = "cob_ABCDEFGHIJKLMNOPQRSTUVWXYZ"

func line(t *testing.T, g Grant, token string) string {
	t.Helper()
	text, err := Line(g, token)
	if err != nil {
		t.Fatal(err)
	}
	return text + "\n"
}

func parse(t *testing.T, text string) *Table {
	t.Helper()
	table, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestTheHolderOfATokenIsWhoItsLineSays(t *testing.T) {
	until := time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC)
	table := parse(t, "# people\n\n"+
		line(t, Grant{Person: "ada", Roles: []string{"operator", "client"}, Groups: []string{"managers", "drivers"}}, token+"1")+
		line(t, Grant{Person: "bob", Roles: []string{"viewer"}, Until: until}, token+"2"))
	if table.Len() != 2 {
		t.Errorf("%d tokens", table.Len())
	}
	g, standing := table.Who(token+"1", until)
	if standing != Good || g.Person != "ada" || !slices.Equal(g.Roles, []string{"operator", "client"}) || !slices.Equal(g.Groups, []string{"managers", "drivers"}) {
		t.Errorf("%v %+v", standing, g)
	}
	for right, want := range map[Right]bool{View: true, Operate: true, Start: true, Deploy: false, Complete: false} {
		if g.May(right) != want {
			t.Errorf("ada may %s: %v", right, !want)
		}
	}
	if !g.May(Deploy, View) || g.May(Deploy, Complete) || g.May() {
		t.Error("one of the rights is enough, and none is not")
	}
	for at, want := range map[time.Time]Standing{until: Good, until.Add(1): Expired} {
		if _, standing := table.Who(token+"2", at); standing != want {
			t.Errorf("at %v it is %v", at, standing)
		}
	}
	for _, wrong := range []string{"", token, token + "3", token + "1 ", " " + token + "1", token + "1\x00", strings.ToLower(token + "1"), fmt.Sprintf("%x", HashOf(token+"1"))} {
		if g, standing := table.Who(wrong, until); standing != Unknown || g.Person != "" {
			t.Errorf("%q lets %s in", wrong, g.Person)
		}
	}
	if _, standing := (&Table{}).Who(token, until); standing != Unknown {
		t.Error("no tokens let somebody in")
	}
}

// A hash of something that people can guess lets nobody in, however it got there.
func TestATokenHasItsLength(t *testing.T) {
	for n, want := range map[int]Standing{MinToken - 1: Unknown, MinToken: Good, MaxToken: Good, MaxToken + 1: Unknown} {
		secret := strings.Repeat("a", n)
		table := parse(t, fmt.Sprintf("ada sha256:%x roles=admin", HashOf(secret)))
		if _, standing := table.Who(secret, time.Time{}); standing != want {
			t.Errorf("%d characters: %v", n, standing)
		}
		if _, err := Line(Grant{Person: "ada", Roles: []string{"admin"}}, secret); (err == nil) != (want == Good) {
			t.Errorf("%d characters: %v", n, err)
		}
	}
}

func TestWhatIsNoTokenFile(t *testing.T) {
	hash := fmt.Sprintf("sha256:%x", HashOf(token))
	for text, want := range map[string]string{
		"":                              "no tokens",
		"# nobody\n":                    "no tokens",
		"ada " + hash:                   "line 1: want PERSON",
		"ada " + token + " roles=admin": "never a token itself",
		"ada sha256:00 roles=admin":     "64 hexadecimal digits",
		"ada " + hash + " roles=king":   `no role "king"`,
		"ada " + hash + " roles=":       `no role ""`,
		"ada " + hash + " groups=a":     "no roles",
		"ada " + hash + " roles=admin roles=viewer":                                    "roles is said twice",
		"ada " + hash + " roles=admin groups=a,,b":                                     "groups= holds",
		"ada " + hash + " roles=admin until=tomorrow":                                  "until=tomorrow: want a day",
		"ada " + hash + " roles=admin since=2027":                                      "stand roles=, groups= and until=",
		"a\u200bda " + hash + " roles=admin":                                           "letters alone that can be seen",
		"\n" + strings.Repeat("a", MaxPerson+1) + " " + hash + " roles=admin":          "line 2: the name of a person has at most 128",
		"ada " + hash + " roles=admin\nbob " + hash + " roles=viewer":                  "line 2: it has the token of line 1",
		"ada " + hash + " roles=admin groups=" + strings.Repeat("g,", MaxGroups) + "g": "at most 100 names",
		strings.Repeat("#", MaxFile+1):                                                 "at most 1048576 are read",
	} {
		_, err := Parse([]byte(text))
		var bad *FileError
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80q: %v, want %q", text, err, want)
		}
		if err != nil && strings.Contains(err.Error(), token) {
			t.Errorf("the error tells a token: %v", err)
		}
	}
	parse(t, strings.Repeat("a", MaxPerson)+" "+hash+" roles=admin groups="+strings.Repeat("g,", MaxGroups-1)+"g until=2027-01-31")
}

func TestAFileHasSoManyTokens(t *testing.T) {
	var b strings.Builder
	for i := range MaxTokens {
		fmt.Fprintf(&b, "p%d sha256:%x roles=viewer\n", i, HashOf(fmt.Sprint(i)))
	}
	if n := parse(t, b.String()).Len(); n != MaxTokens {
		t.Errorf("%d tokens", n)
	}
	fmt.Fprintf(&b, "more sha256:%x roles=viewer\n", HashOf("more"))
	if _, err := Parse([]byte(b.String())); err == nil || !strings.Contains(err.Error(), "one more than 4096 tokens") {
		t.Errorf("one more: %v", err)
	}
}

func TestALineIsForOnePerson(t *testing.T) {
	for _, g := range []Grant{
		{Person: "", Roles: []string{"viewer"}},
		{Person: "ada lovelace", Roles: []string{"viewer"}},
		{Person: "ada\neve", Roles: []string{"viewer"}},
		{Person: "#ada", Roles: []string{"viewer"}},
		{Person: "ada"},
		{Person: "ada", Roles: []string{"viewer until=2030-01-01"}},
		{Person: "ada", Roles: []string{"viewer"}, Groups: []string{"a b"}},
		{Person: "ada", Roles: []string{"viewer"}, Groups: []string{"a until=2030-01-01"}},
		{Person: "ada", Roles: []string{"viewer"}, Groups: []string{"a\neve sha256:00 roles=admin"}},
	} {
		if text, err := Line(g, token); err == nil {
			t.Errorf("%+v gives %s", g, text)
		}
	}
}

func TestADayLastsUntilItsEnd(t *testing.T) {
	day, err := ParseUntil("2027-01-31")
	if err != nil || !day.Equal(time.Date(2027, 1, 31, 23, 59, 59, 999_999_999, time.UTC)) {
		t.Errorf("%v %v", day, err)
	}
}

func TestEveryRightIsSomebodys(t *testing.T) {
	for _, r := range []Right{View, Start, Publish, Subscribe, Complete, Operate, Deploy} {
		if names := RolesWith(r); len(names) < 2 || names[len(names)-1] != "admin" {
			t.Errorf("%s is for %v", r, names)
		}
	}
	if names := RolesWith("fly"); len(names) > 0 {
		t.Errorf("there is no such right, and %v have it", names)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("ada sha256:" + strings.Repeat("0", 64) + " roles=admin groups=a,b until=2027-01-31\n# x\n")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := Parse([]byte(text))
		if err != nil {
			return
		}
		for _, g := range table.grants {
			if g.Person == "" || len(g.Roles) == 0 || CheckRoles(g.Roles) != nil || !namable(g.Person) {
				t.Errorf("%q gives %+v", text, g)
			}
		}
	})
}
