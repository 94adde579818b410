package admin

import (
	"net/http"
	"strings"

	"github.com/cob-lang/cob/runtime/node"
)

// The headers that say who asks, where nothing else is set.
const (
	UserHeader   = "Cob-User"
	GroupsHeader = "Cob-Groups"
)

// MaxGroups bounds the groups of one request.
const MaxGroups = 1000

// Identity names the headers that say who asks. A node believes them: whatever
// stands in front of it has to set them and to drop those of callers. Where User is
// "", callers are trusted to say themselves who they are: in the headers UserHeader
// and GroupsHeader, or in the body of a call that takes by and groups.
type Identity struct {
	User   string // header with the person's name
	Groups string // header with the person's groups, separated by commas
}

// trusting says whether callers say who they are.
func (i Identity) trusting() bool { return i.User == "" }

// who is the person who asks, as the headers say.
func (s *server) who(r *http.Request) (node.Person, error) {
	user, groups := s.identity.User, s.identity.Groups
	if s.identity.trusting() {
		user, groups = UserHeader, GroupsHeader
	}
	p := node.Person{ID: strings.TrimSpace(r.Header.Get(user))}
	for _, line := range r.Header.Values(groups) {
		for _, g := range strings.Split(line, ",") {
			if g = strings.TrimSpace(g); g != "" {
				p.Groups = append(p.Groups, g)
			}
		}
	}
	return p, bounded(p)
}

func bounded(p node.Person) error {
	if len(p.Groups) > MaxGroups {
		return &Problem{Title: "Too many groups", Status: http.StatusBadRequest, Detail: "a person is in at most " + itoa(MaxGroups) + " groups"}
	}
	return nil
}

// actor is the person who acts: as the headers say, or where callers are trusted,
// the body.
func (s *server) actor(r *http.Request, by string, groups []string) (node.Person, error) {
	p, err := s.who(r)
	switch {
	case err != nil:
		return p, err
	case p.ID != "" && by != "" && by != p.ID:
		return p, &Problem{Title: "Somebody else", Status: http.StatusForbidden, Detail: "you are " + p.ID + ", and the body says that " + by + " does this"}
	case p.ID == "" && s.identity.trusting():
		p = node.Person{ID: by, Groups: append(p.Groups, groups...)}
		err = bounded(p)
	}
	if err == nil && p.ID == "" {
		err = s.nobody()
	}
	return p, err
}

// nobody refuses a call of nobody in particular.
func (s *server) nobody() error {
	if s.identity.trusting() {
		return &Problem{Title: "Nobody says who asks", Status: http.StatusBadRequest,
			Detail: `say who you are: in the body, such as {"by": "ada", "groups": ["managers"]}, or in the headers ` + UserHeader + " and " + GroupsHeader}
	}
	return &Problem{Title: "Nobody says who asks", Status: http.StatusUnauthorized, Detail: "log in: the header " + s.identity.User + " has to say who asks"}
}
