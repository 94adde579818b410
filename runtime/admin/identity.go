package admin

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/cob-lang/cob/runtime/access"
	"github.com/cob-lang/cob/runtime/node"
)

// The headers that say who asks, where nothing else is set.
const (
	UserHeader   = "Cob-User"
	GroupsHeader = "Cob-Groups"
)

// MaxGroups bounds the groups of one request.
const MaxGroups = 1000

// Identity says how a node knows who asks: by the token of the request where Tokens is
// set, else by headers. A node believes the headers: whatever stands in front of it has
// to set them and to drop those of callers. Where there is neither, callers are trusted
// to say themselves who they are: in the headers UserHeader and GroupsHeader, or in the
// body of a call that takes by and groups. That is for one machine, so programs of other
// sites in a browser of that machine are refused.
type Identity struct {
	// Tokens gives the tokens that are good now, nil where there are none.
	Tokens func() *access.Table
	User   string // header with the person's name
	Groups string // header with the person's groups, separated by commas
	// Trail keeps who changed what and why; nil for none.
	Trail Trail
}

// trusting says whether callers say who they are.
func (i Identity) trusting() bool { return i.Tokens == nil && i.User == "" }

// grantKey is where the context of a request has the grant of its token.
type grantKey struct{}

func granted(r *http.Request) (access.Grant, bool) {
	g, ok := r.Context().Value(grantKey{}).(access.Grant)
	return g, ok
}

// who is the person who asks, as the token or the headers say.
func (s *server) who(r *http.Request) (node.Person, error) {
	if g, ok := granted(r); ok {
		return node.Person{ID: g.Person, Groups: g.Groups}, nil
	}
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

// actor is the person who acts: as the token or the headers say, or where callers are
// trusted, the body.
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

// admit lets a request in that may be made: it gives the request with the grant of its
// token, or the refusal. Without needs everybody may make it.
func (s *server) admit(r *http.Request, needs []access.Right) (*http.Request, error) {
	switch {
	case len(needs) == 0:
		return r, nil
	case s.identity.trusting():
		if err := local(r); err != nil {
			return r, err
		}
		fallthrough
	case s.identity.Tokens == nil:
		who, err := s.who(r)
		tell(r, who.ID, "")
		return r, err
	}
	g, err := holder(r, s.identity.Tokens())
	if err != nil {
		return r, err
	}
	tell(r, g.Person, "")
	r = r.WithContext(context.WithValue(r.Context(), grantKey{}, g))
	if !g.May(needs...) {
		return r, &Problem{Title: "Not your role", Status: http.StatusForbidden,
			Detail: r.Method + " " + r.URL.Path + " is for " + strings.Join(access.RolesWith(needs...), ", ") + "; " + g.Person + " is " + strings.Join(g.Roles, ", ")}
	}
	return r, nil
}

// local refuses what a page of another site makes a browser of this machine send: a
// node that trusts its callers would do it. Programs send no Origin, and a name that
// leads to this machine is no name of it.
func local(r *http.Request) error {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	address, err := netip.ParseAddr(strings.Trim(host, "[]"))
	switch {
	case host != "localhost" && (err != nil || !address.IsLoopback()):
		return &Problem{Title: "Not from here", Status: http.StatusForbidden,
			Detail: "this node trusts its own machine alone, under 127.0.0.1, [::1] or localhost; start it with --tokens for callers from elsewhere"}
	case r.Header.Get("Origin") != "" && r.Header.Get("Origin") != "http://"+r.Host,
		r.Header.Get("Sec-Fetch-Site") == "cross-site":
		return &Problem{Title: "Not from here", Status: http.StatusForbidden,
			Detail: "a page of another site asks, and this node trusts its own machine alone; start it with --tokens"}
	}
	return nil
}
