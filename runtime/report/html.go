package report

import (
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cob-lang/cob/lang/types"
)

// line is one line of a document for people: a heading, a pair, or a row of a table.
type line struct {
	level int // 1 and 2 are headings, 0 is text
	cells []string
}

// lines are the document in the order in which people read it.
func (d *Document) lines() []line {
	out := []line{{1, []string{d.Title}}}
	add := func(cells ...string) { out = append(out, line{0, cells}) }
	add("process", d.Process)
	add("instance", d.Instance)
	if d.Key != "" {
		add("key", d.Key)
	}
	add("plan", d.Plan)
	add("started", stamp(d.Started))
	add("reported", stamp(d.At))
	if d.State != "" {
		add("state", d.State)
	}
	if len(d.Data) > 0 {
		out = append(out, line{2, []string{"Data"}})
		for _, name := range slices.Sorted(maps.Keys(d.Data)) {
			add(name, string(d.Data[name]))
		}
	}
	if len(d.Path) > 0 {
		out = append(out, line{2, []string{"Path"}})
		for _, e := range d.Path {
			add(e.Step, e.what(), e.Cloud, e.Source)
		}
		if d.More > 0 {
			add(fmt.Sprintf("and %d more", d.More))
		}
	}
	if len(d.Clouds) > 0 {
		out = append(out, line{2, []string{"Clouds"}})
		for _, c := range d.Clouds {
			add(c.Cloud, c.Endpoint, fmt.Sprintf("asked %d times", c.Attempts), fmt.Sprintf("%d done", c.Done))
		}
	}
	if len(d.Cost) > 0 {
		out = append(out, line{2, []string{"Cost"}})
		add(strings.Join(d.Cost, ", "))
	}
	if d.SLA != nil {
		out = append(out, line{2, []string{"SLA"}})
		add(d.SLA.text())
	}
	return out
}

// what says when a step ran and what became of it.
func (e *Entry) what() string {
	text := stamp(e.Begun)
	switch {
	case e.Ended == nil:
		return text + ", not done"
	case e.How != "":
		text += ", " + e.How
	}
	if took := e.Ended.Sub(e.Begun); took > 0 {
		text += ", took " + types.FormatDuration(took)
	}
	if e.Attempts > 1 {
		text += fmt.Sprintf(", %d attempts", e.Attempts)
	}
	return text
}

func (p *Promise) text() string {
	text := p.Name + ": took " + p.Took
	if p.Within == "" {
		return text
	}
	word := "within"
	if p.Met != nil && !*p.Met {
		word = "longer than"
	}
	return text + ", " + word + " the " + p.Within + " that are promised for a ratio of " + p.Ratio
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.999 MST") }

// HTML is the document as a page of its own, without scripts and without anything
// from elsewhere.
func (d *Document) HTML() string {
	var b strings.Builder
	title := html.EscapeString(d.Title)
	b.WriteString("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title + "</title>\n<style>" +
		"body{font:15px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em}" +
		"td{padding:.1em 1em .1em 0;vertical-align:top;overflow-wrap:anywhere}</style></head><body>\n")
	table := false
	end := func() {
		if table {
			b.WriteString("</table>\n")
		}
		table = false
	}
	for _, l := range d.lines() {
		if l.level > 0 {
			end()
			fmt.Fprintf(&b, "<h%d>%s</h%d>\n", l.level, html.EscapeString(l.cells[0]), l.level)
			continue
		}
		if !table {
			b.WriteString("<table>\n")
		}
		table = true
		b.WriteString("<tr>")
		for _, c := range l.cells {
			b.WriteString("<td>" + html.EscapeString(c) + "</td>")
		}
		b.WriteString("</tr>\n")
	}
	end()
	b.WriteString("</body></html>\n")
	return b.String()
}
