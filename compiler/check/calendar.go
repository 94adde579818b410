package check

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// zoneNames are the names of time zones, one a line, sorted. The rules of a zone
// change with laws and are the node's; that a name is one can be said here
// without reading any file of the machine.
//
//go:embed zones.txt
var zoneNames string

// zones are the names of time zones.
var zones = sync.OnceValue(func() []string { return append(strings.Fields(zoneNames), "UTC") })

// Shortest and longest interval of a schedule.
const (
	minInterval = time.Second
	maxInterval = 366 * 24 * time.Hour
)

var weekdays = []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}

var months = []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}

// lengths are the days of the months in a leap year.
var lengths = []int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

var ordinals = map[string]int{"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}

// CalendarWords are the words of which the occasions of a schedule are made.
func CalendarWords() []string {
	return slices.Concat([]string{"day", "weekday", "month", "year", "at", "on", "in", "first", "second", "third", "fourth", "last"}, weekdays, months)
}

// calendarForms are the ways to write an occasion.
const calendarForms = `write 15m, day at 02:30, weekday at 9:00, monday at 9:00, month on 1 at 9:00, month on last friday at 9:00 or year on december 24 at 9:00, and behind it in "Europe/Paris"`

// calendar reads when a schedule is due: an interval, or rules for days.
func (c *checker) calendar(row *Setting, s *syntax.Setting) (value, bool) {
	v := value{}
	first := s.Phrases[0]
	if len(first.Terms) == 1 {
		if d, ok := DurationOf(first.Terms[0]); ok {
			switch {
			case len(s.Phrases) > 1:
				c.errorf(CodeCalendar, s.Phrases[1].Span(), "a schedule has one interval, or days")
				return v, false
			case d < minInterval || d > maxInterval:
				c.errorf(CodeBounds, first.Span(), "an interval is from %s to %dd", minInterval, maxInterval/(24*time.Hour))
				return v, false
			}
			v.low = d
			return v, true
		}
		if text, ok := first.Terms[0].(*syntax.StringExpr); ok {
			c.cron(text)
			return v, false
		}
	}
	if len(s.Phrases) > plan.MaxDays {
		c.errorf(CodeLimit, s.Phrases[plan.MaxDays].Span(), "a schedule has at most %d rules for days and this one %d", plan.MaxDays, len(s.Phrases))
		return v, false
	}
	for i, p := range s.Phrases {
		day, zone, ok := c.occasion(p)
		if !ok {
			return v, false
		}
		if zone != nil {
			if i < len(s.Phrases)-1 {
				c.report(diag.Errorf(CodeCalendar, zone.Span(), "the zone stands behind the last of the days, and is that of all of them"))
				return v, false
			}
			if v.text, ok = c.zone(zone); !ok {
				return v, false
			}
		}
		for k := range v.days {
			other := v.days[k]
			other.At = day.At
			if other == day {
				c.report(diag.Errorf(CodeCalendar, p.Span(), "this is an occasion already").WithNote(s.Phrases[k].Span(), "here"))
				return v, false
			}
		}
		v.days = append(v.days, day)
	}
	if v.text == "" {
		v.text = "UTC"
	}
	return v, true
}

// terms are the words and values of an occasion, read from the left.
type terms struct {
	phrase *syntax.Phrase
	at     int
}

func (t *terms) word() string { return t.phrase.Word(t.at) }

// take goes on behind a word, and says whether it was there.
func (t *terms) take(word string) bool {
	if t.word() != word {
		return false
	}
	t.at++
	return true
}

// number takes a whole number.
func (t *terms) number() (int, bool) {
	if t.at >= len(t.phrase.Terms) {
		return 0, false
	}
	n, ok := wholeNumber(t.phrase.Terms[t.at])
	if ok {
		t.at++
	}
	return n, ok
}

// span is where the reading is: the next term, or the whole phrase.
func (t *terms) span() source.Span {
	if t.at < len(t.phrase.Terms) {
		return t.phrase.Terms[t.at].Span()
	}
	return t.phrase.Span()
}

// occasion reads one rule: `monday at 9:00`, with the zone where there is one.
func (c *checker) occasion(p *syntax.Phrase) (day plan.CalendarDay, zone syntax.Expr, ok bool) {
	t := &terms{phrase: p}
	day = plan.CalendarDay{At: c.place(p.Span())}
	if !t.unit(&day) {
		c.unclear(t)
		return day, nil, false
	}
	if !t.take("at") {
		c.report(diag.Errorf(CodeCalendar, p.Span(), "nothing says at which time of the day").WithHelp("write %s at 9:00", p.Span().Text()))
		return day, nil, false
	}
	if day.Minute, ok = t.minute(); !ok {
		c.report(diag.Errorf(CodeCalendar, t.span(), "a time of the day is wanted here").WithHelp("write hours and minutes, from 00:00 to 23:59"))
		return day, nil, false
	}
	if t.take("in") {
		if t.at >= len(p.Terms) {
			c.report(diag.Errorf(CodeCalendar, p.Span(), "nothing says in which zone").WithHelp(`write in "Europe/Paris"`))
			return day, nil, false
		}
		zone = p.Terms[t.at]
		t.at++
	}
	if t.at < len(p.Terms) {
		c.unclear(t)
		return day, nil, false
	}
	return day, zone, c.exists(&day, p)
}

func (c *checker) unclear(t *terms) {
	d := diag.Errorf(CodeCalendar, t.span(), "this is no occasion")
	if near := diag.Suggest(t.word(), CalendarWords()); t.word() != "" && near != "" && near != t.word() {
		c.report(d.WithWord(t.span(), t.word(), near))
		return
	}
	c.report(d.WithHelp("%s", calendarForms))
}

// unit reads which days are meant.
func (t *terms) unit(day *plan.CalendarDay) bool {
	word := t.word()
	if i := slices.Index(weekdays, word); i >= 0 {
		day.Unit, day.From, day.To = "week", i+1, i+1
		t.at++
		return true
	}
	switch word {
	case "day":
		day.Unit = "day"
		t.at++
		return true
	case "weekday":
		day.Unit, day.From, day.To = "week", 1, 5
		t.at++
		return true
	case "month":
		t.at++
		day.Unit = "month"
		return t.take("on") && t.ofMonth(day)
	case "year":
		t.at++
		day.Unit = "year"
		if !t.take("on") {
			return false
		}
		day.Month = slices.Index(months, t.word()) + 1
		if day.Month == 0 {
			return false
		}
		t.at++
		return t.ofMonth(day)
	}
	return false
}

// ofMonth reads a day of a month: its number, the last, or `last friday`.
func (t *terms) ofMonth(day *plan.CalendarDay) bool {
	if n, ok := t.number(); ok {
		day.Nth = n
		return true
	}
	nth, ok := ordinals[t.word()]
	if !ok {
		return false
	}
	t.at++
	day.Nth = nth
	if i := slices.Index(weekdays, t.word()); i >= 0 {
		day.From, day.To = i+1, i+1
		t.at++
		return true
	}
	return nth == -1
}

// minute reads a time of the day, in minutes since midnight.
func (t *terms) minute() (int, bool) {
	if t.at >= len(t.phrase.Terms) {
		return 0, false
	}
	lit, ok := t.phrase.Terms[t.at].(*syntax.Literal)
	if !ok || lit.Kind != syntax.ClockLiteral {
		return 0, false
	}
	h, m, _ := strings.Cut(lit.Raw, ":")
	hour, err1 := strconv.Atoi(h)
	minute, err2 := strconv.Atoi(m)
	if err1 != nil || err2 != nil || hour > 23 || minute > 59 {
		return 0, false
	}
	t.at++
	return hour*60 + minute, true
}

// exists reports a day that no month has, and warns of one that only some have.
func (c *checker) exists(day *plan.CalendarDay, p *syntax.Phrase) bool {
	if day.From > 0 || day.Nth == 0 && day.Unit != "month" && day.Unit != "year" || day.Nth == -1 {
		return true
	}
	longest := 31
	if day.Month > 0 {
		longest = lengths[day.Month-1]
	}
	at := p.Terms[slices.IndexFunc(p.Terms, func(e syntax.Expr) bool { _, whole := wholeNumber(e); return whole })].Span()
	switch {
	case day.Nth < 1 || day.Nth > longest:
		c.errorf(CodeNoDay, at, "there is no such day: this is from 1 to %d", longest)
		return false
	case day.Unit == "month" && day.Nth > 28:
		c.report(diag.Warningf(CodeNoDay, at, "not every month has a day %d, and those without it are left out", day.Nth).
			WithHelp("the last day of every month is written: month on last").WithFix(at, "last").AsDraft())
	case day.Month == 2 && day.Nth == 29:
		c.report(diag.Warningf(CodeNoDay, at, "only leap years have this day, and the others are left out").
			WithHelp("the last day of February is written: year on february last").WithFix(at, "last").AsDraft())
	}
	return true
}

// zone reads the name of a time zone.
func (c *checker) zone(e syntax.Expr) (string, bool) {
	text, ok := c.plainText(e, "a time zone")
	if !ok {
		return "", false
	}
	if slices.Contains(zones(), text) {
		return text, true
	}
	d := diag.Errorf(CodeZone, e.Span(), "no time zone is called %s", text)
	near := diag.Suggest(text, zones())
	if near == "" {
		near = cityNamed(text)
	}
	if near != "" {
		c.report(d.WithGuess(e.Span(), strconv.Quote(text), strconv.Quote(near)))
		return "", false
	}
	c.report(d.WithHelp(`a zone is named by a city whose clocks it is, such as "Europe/Paris", or is "UTC"`))
	return "", false
}

// cityNamed is the one zone whose city is a name, in whatever case; "" otherwise.
func cityNamed(name string) string {
	found := ""
	for _, z := range zones() {
		if strings.EqualFold(z, name) || strings.EqualFold(z[strings.LastIndexByte(z, '/')+1:], strings.ReplaceAll(name, " ", "_")) {
			if found != "" && !strings.EqualFold(z, name) {
				return ""
			}
			found = z
		}
	}
	return found
}

// cron reports an occasion that is written as cron does, with what it means where
// that can be said.
func (c *checker) cron(e *syntax.StringExpr) {
	d := diag.Errorf(CodeCalendar, e.Span(), "an occasion is written in words")
	text, _ := e.Plain()
	if means := fromCron(text); means != "" {
		c.report(d.WithHelp("write %s", means).WithFix(e.Span(), means))
		return
	}
	c.report(d.WithHelp("%s", calendarForms))
}

// fromCron says what a line of cron means, where that is a time on one kind of day
// or an interval; "" otherwise.
func fromCron(text string) string {
	f := strings.Fields(text)
	if len(f) != 5 {
		return ""
	}
	rest := strings.Join(f[2:], " ")
	if step, ok := strings.CutPrefix(f[0], "*/"); ok && f[1] == "*" && rest == "* * *" {
		if n, err := strconv.Atoi(step); err == nil && n > 0 && 60%n == 0 {
			return step + "m"
		}
		return ""
	}
	minute, err1 := strconv.Atoi(f[0])
	hour, err2 := strconv.Atoi(f[1])
	if err1 != nil || err2 != nil || minute < 0 || minute > 59 || hour < 0 || hour > 23 {
		return ""
	}
	at := fmt.Sprintf(" at %02d:%02d", hour, minute)
	day, dayErr := strconv.Atoi(f[2])
	week, weekErr := strconv.Atoi(f[4])
	switch {
	case rest == "* * *":
		return "day" + at
	case rest == "* * 1-5":
		return "weekday" + at
	case f[2] == "*" && f[3] == "*" && weekErr == nil && week >= 0 && week <= 7:
		return weekdays[(week+6)%7] + at
	case dayErr == nil && day >= 1 && day <= 28 && f[3] == "*" && f[4] == "*":
		return "month on " + f[2] + at
	}
	return ""
}
