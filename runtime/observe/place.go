package observe

import (
	"errors"
	"sort"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/runtime/record"
)

// Place is where an instance stands in a list: by its start, and among those of
// one moment by its ID. Lists are read on behind a place.
type Place struct {
	Started record.Instant
	ID      string
}

var errNoPlace = errors.New("this is no place in a list")

// ParsePlace reads what String wrote.
func ParsePlace(text string) (Place, error) {
	at, id, ok := strings.Cut(text, "-")
	n, err := strconv.ParseInt(at, 10, 64)
	if !ok || err != nil || n <= 0 || id == "" {
		return Place{}, errNoPlace
	}
	return Place{record.Instant(n), id}, nil
}

func (p Place) String() string { return strconv.FormatInt(int64(p.Started), 10) + "-" + p.ID }

// Place is where the instance stands.
func (i Instance) Place() Place { return Place{record.Instant(i.Started.UnixNano()), i.ID} }

func (p Place) admits(x *entry) bool {
	return p.Started == 0 || x.started < p.Started || x.started == p.Started && x.id < p.ID
}

// Newest puts lists of instances in order, newest first, at most limit.
func Newest(list []Instance, limit int) []Instance {
	sort.Slice(list, func(i, j int) bool {
		if list[i].Started.Equal(list[j].Started) {
			return list[i].ID > list[j].ID
		}
		return list[i].Started.After(list[j].Started)
	})
	return list[:min(limit, len(list))]
}
