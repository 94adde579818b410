package admin

import (
	"net/http"
	"strings"
	"time"

	"github.com/cob-lang/cob/runtime/access"
)

// tokenQueries are the names under which people put tokens into addresses.
var tokenQueries = []string{"access_token", "token", "authorization", "bearer", "api_key", "auth"}

// holder is whose token a request has. A token stands in one header and nowhere else.
func holder(r *http.Request, table *access.Table) (access.Grant, error) {
	for name, values := range r.URL.Query() {
		for _, v := range values {
			_, standing := table.Who(strings.TrimSpace(v), time.Now())
			if standing != access.Unknown || isTokenQuery(name) {
				return access.Grant{}, &Problem{Title: "A token in an address", Status: http.StatusBadRequest,
					Detail: "addresses are written into logs: send the token in the header Authorization, and replace the one that was sent"}
			}
		}
	}
	said := r.Header.Values("Authorization")
	switch {
	case len(said) == 0:
		return access.Grant{}, unauthorized("send a token: Authorization: Bearer TOKEN; cob does it with --token-file FILE or COB_TOKEN")
	case len(said) > 1:
		return access.Grant{}, unauthorized("there is more than one header Authorization; send one")
	}
	scheme, token, _ := strings.Cut(said[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return access.Grant{}, unauthorized("the header Authorization has to be Bearer and a token")
	}
	g, standing := table.Who(strings.TrimLeft(token, " "), time.Now())
	switch standing {
	case access.Good:
		return g, nil
	case access.Expired:
		return access.Grant{}, unauthorized("the time of this token is over; ask for another one")
	}
	return access.Grant{}, unauthorized("this token is not known here; it may have been taken back")
}

func isTokenQuery(name string) bool {
	for _, n := range tokenQueries {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

func unauthorized(detail string) error {
	return &Problem{Title: "Nobody says who asks", Status: http.StatusUnauthorized, Detail: detail}
}
