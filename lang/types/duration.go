package types

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// ParseISODuration reads an ISO 8601 duration of days, hours, minutes and
// seconds ("P7D", "PT0.2S", "-PT5M"). Weeks are allowed; months and years are
// not, for they have no fixed length.
func ParseISODuration(text string) (time.Duration, error) {
	bad := fmt.Errorf("%.40q is no ISO 8601 duration such as PT5M or P7D (months and years have no fixed length)", text)
	s, negative := strings.CutPrefix(text, "-")
	s, ok := strings.CutPrefix(s, "P")
	if !ok || s == "" || s == "T" {
		return 0, bad
	}
	total, inTime := 0.0, false
	for s != "" {
		if rest, found := strings.CutPrefix(s, "T"); found && !inTime {
			s, inTime = rest, true
			continue
		}
		end := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
		if end <= 0 {
			return 0, bad
		}
		n, err := strconv.ParseFloat(s[:end], 64)
		unit, known := isoUnit(s[end], inTime)
		if err != nil || !known {
			return 0, bad
		}
		total += n * float64(unit)
		s = s[end+1:]
	}
	if total > math.MaxInt64 {
		return 0, fmt.Errorf("%.40q is longer than 292 years", text)
	}
	if negative {
		total = -total
	}
	return time.Duration(math.Round(total)), nil
}

func isoUnit(letter byte, inTime bool) (time.Duration, bool) {
	switch {
	case letter == 'W' && !inTime:
		return 7 * 24 * time.Hour, true
	case letter == 'D' && !inTime:
		return 24 * time.Hour, true
	case letter == 'H' && inTime:
		return time.Hour, true
	case letter == 'M' && inTime:
		return time.Minute, true
	case letter == 'S' && inTime:
		return time.Second, true
	}
	return 0, false
}

// FormatISODuration is d in ISO 8601, with days as the largest unit.
func FormatISODuration(d time.Duration) string {
	if d == 0 {
		return "PT0S"
	}
	var b strings.Builder
	rest := uint64(d)
	if d < 0 {
		b.WriteByte('-')
		rest = -rest
	}
	b.WriteByte('P')
	take := func(unit time.Duration, letter byte) {
		if n := rest / uint64(unit); n > 0 {
			b.WriteString(strconv.FormatUint(n, 10))
			b.WriteByte(letter)
			rest %= uint64(unit)
		}
	}
	take(24*time.Hour, 'D')
	if rest > 0 {
		b.WriteByte('T')
	}
	take(time.Hour, 'H')
	take(time.Minute, 'M')
	if rest > 0 {
		seconds := strconv.FormatUint(rest/uint64(time.Second), 10)
		if frac := rest % uint64(time.Second); frac > 0 {
			seconds += strings.TrimRight(fmt.Sprintf(".%09d", frac), "0")
		}
		b.WriteString(seconds + "S")
	}
	return b.String()
}

// FormatDuration is d as an author writes it: "7d", "1h30m", "200ms".
func FormatDuration(d time.Duration) string {
	if d < 0 {
		return "-" + FormatDuration(-d)
	}
	if d == 0 {
		return "0s"
	}
	var b strings.Builder
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}, {time.Millisecond, "ms"}, {time.Microsecond, "us"}, {1, "ns"}} {
		if n := d / u.unit; n > 0 {
			b.WriteString(strconv.FormatInt(int64(n), 10) + u.name)
			d %= u.unit
		}
	}
	return b.String()
}
