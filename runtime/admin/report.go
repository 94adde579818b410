package admin

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/cob-lang/cob/runtime/observe"
)

// where reads a condition on instances. A name that nobody declares is refused: it
// would look like an empty list.
func (s *server) where(text string) (*observe.Where, error) {
	w, err := observe.ParseWhere(text)
	if err != nil {
		return nil, badQuery("where", text, err.Error())
	}
	fields := s.node.SearchFields()
	for _, name := range w.Names() {
		if !slices.Contains(fields, name) {
			return nil, badQuery("where", text, fmt.Sprintf("no process that is deployed here has the search field %s; there is %s", name, strings.Join(append(slices.Clone(observe.Standing), fields...), ", ")))
		}
	}
	return w, nil
}

// reportFormats are the content types of a report by the name of the format.
var reportFormats = map[string]string{"json": "application/json", "html": "text/html; charset=utf-8", "pdf": "application/pdf"}

func (s *server) report(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	format := q.Get("format")
	if format == "" {
		format = "json"
	}
	kind, ok := reportFormats[format]
	if !ok {
		return badQuery("format", format, "want json, html or pdf")
	}
	for name, values := range q {
		if name != "format" && name != "name" {
			return badQuery(name, values[0], "no such setting; there is name and format")
		}
	}
	who, err := s.who(r)
	if err != nil {
		return err
	}
	d, err := s.node.Report(r.Context(), r.PathValue("id"), q.Get("name"), who)
	if err != nil {
		return err
	}
	var body []byte
	switch format {
	case "html":
		body = []byte(d.HTML())
	case "pdf":
		body = d.PDF()
	default:
		body = []byte(d.JSON() + "\n")
	}
	w.Header().Set("Content-Type", kind)
	writeWithin(w)
	w.WriteHeader(http.StatusOK)
	_, err = w.Write(body)
	return ignoreGone(err)
}
