package types

import (
	"errors"
	"fmt"
	"math/bits"
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
	total, inTime, long := uint64(0), false, false
	for s != "" {
		if rest, found := strings.CutPrefix(s, "T"); found && !inTime && rest != "" {
			s, inTime = rest, true
			continue
		}
		end := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
		if end <= 0 {
			return 0, bad
		}
		unit, known := isoUnit(s[end], inTime)
		n, ok, fits := times(s[:end], unit)
		if !known || !ok {
			return 0, bad
		}
		total, s = total+n, s[end+1:]
		long = long || !fits || total > 1<<63
	}
	if long || total == 1<<63 && !negative {
		return 0, fmt.Errorf("%.40q is longer than 292 years", text)
	}
	if negative {
		return time.Duration(-total), nil
	}
	return time.Duration(total), nil
}

// times is a decimal number of units in nanoseconds, computed in whole numbers:
// a float would lose nanoseconds from 104 days on. What is less than a
// nanosecond is cut off. It fits where it is at most 1<<63.
func times(number string, unit time.Duration) (ns uint64, ok, fits bool) {
	whole, fraction, dotted := strings.Cut(number, ".")
	n, err := strconv.ParseUint(whole, 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		return 0, true, false
	}
	if err != nil || dotted && fraction == "" || strings.Contains(fraction, ".") {
		return 0, false, false
	}
	high, ns := bits.Mul64(n, uint64(unit))
	scale := uint64(1)
	digits := uint64(0)
	for _, d := range fraction[:min(len(fraction), 15)] {
		digits, scale = digits*10+uint64(d-'0'), scale*10
	}
	// unit < 2^50 and digits < scale, so the quotient fits.
	partHigh, partLow := bits.Mul64(digits, uint64(unit))
	part, _ := bits.Div64(partHigh, partLow, scale)
	ns += part
	return ns, true, high == 0 && ns <= 1<<63
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
	if d == 0 {
		return "0s"
	}
	var b strings.Builder
	rest := uint64(d)
	if d < 0 {
		b.WriteByte('-')
		rest = -rest
	}
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}, {time.Millisecond, "ms"}, {time.Microsecond, "us"}, {1, "ns"}} {
		if n := rest / uint64(u.unit); n > 0 {
			b.WriteString(strconv.FormatUint(n, 10) + u.name)
			rest %= uint64(u.unit)
		}
	}
	return b.String()
}
