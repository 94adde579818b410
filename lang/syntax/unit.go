package syntax

import (
	"math"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/lang/diag"
)

// unit emits a number whose unit begins at i.
func (l *scanner) unit(start, i int) {
	end := i
	for end < l.end && class[l.text[end]] != 0 {
		end++
	}
	kind := unitKind(l.text[i:end])
	if kind == IntLiteral {
		l.noUnit(start, i, i, end)
	}
	l.literal(kind, start, end)
}

// unitKind is the kind of a number with this unit, IntLiteral for what is none.
func unitKind(unit string) LiteralKind {
	switch unit {
	case "ms", "s", "m", "h", "d":
		return DurationLiteral
	case "B", "KiB", "MiB", "GiB", "TiB":
		return SizeLiteral
	}
	return IntLiteral
}

// foreignUnit is how people write a unit elsewhere: so many of a unit that there
// is.
type foreignUnit struct {
	times int64
	unit  string
	// behindBlank says that nothing else can be meant where the word stands behind
	// a number and a blank.
	behindBlank bool
}

var foreignUnits = map[string]foreignUnit{
	"ms": {1, "ms", true}, "msec": {1, "ms", true}, "millis": {1, "ms", true}, "milliseconds": {1, "ms", true},
	"s": {1, "s", true}, "sec": {1, "s", true}, "secs": {1, "s", true}, "second": {1, "s", true}, "seconds": {1, "s", true},
	"m": {1, "m", true}, "min": {1, "m", true}, "mins": {1, "m", true}, "minute": {1, "m", true}, "minutes": {1, "m", true},
	"h": {1, "h", true}, "hr": {1, "h", true}, "hrs": {1, "h", true}, "hour": {1, "h", true}, "hours": {1, "h", true},
	"d": {1, "d", true}, "day": {1, "d", true}, "days": {1, "d", true},
	"w": {7, "d", false}, "wk": {7, "d", true}, "week": {7, "d", true}, "weeks": {7, "d", true},
	"mo": {30, "d", false}, "month": {30, "d", true}, "months": {30, "d", true},
	"y": {365, "d", false}, "yr": {365, "d", true}, "year": {365, "d", true}, "years": {365, "d", true},
	"k": {1, "KiB", false}, "kb": {1, "KiB", true}, "kib": {1, "KiB", true},
	"mb": {1, "MiB", true}, "mib": {1, "MiB", true},
	"g": {1, "GiB", false}, "gb": {1, "GiB", true}, "gib": {1, "GiB", true},
	"tb": {1, "TiB", true}, "tib": {1, "TiB", true},
	"percent": {1, "%", true}, "euro": {1, " EUR", true}, "euros": {1, " EUR", true},
}

// wordEnd returns the word behind blanks at i, in small letters, and the offset
// behind it; 0 where there are no blanks or no word.
func (l *scanner) wordEnd(i int) (string, int) {
	start := i
	i = l.blanks(i)
	if i == start || class[l.byteAt(i)] != isLetter {
		return "", 0
	}
	end := i
	for end < l.end && class[l.text[end]] != 0 {
		end++
	}
	return strings.ToLower(l.text[i:end]), end
}

// noUnit reports the word from i to end behind the digits that begin at start and
// end at digits.
func (l *scanner) noUnit(start, digits, i, end int) {
	word := l.text[i:end]
	if unitKind(word) != IntLiteral {
		l.report(CodeNumber, digits, end, "a unit stands right behind its number")
	} else {
		l.report(CodeNumber, i, end, "`%s` is no unit", word)
	}
	d := &l.problems[len(l.problems)-1]
	d.Help = "units are ms s m h d, B KiB MiB GiB TiB, %, /s and a currency behind a space"
	better, ok := foreignUnits[strings.ToLower(word)]
	number := l.text[start:digits]
	if !ok || better.times != 1 && !l.multiply(&number, better.times) {
		return
	}
	text := number + better.unit
	d.Help = "did you mean `" + text + "`?"
	d.Fixes = []diag.Edit{{Span: l.span(start, end), Text: text}}
}

// multiply sets a whole number to so many times itself, and says whether it could.
func (l *scanner) multiply(number *string, times int64) bool {
	n, err := strconv.ParseInt(strings.ReplaceAll(*number, "_", ""), 10, 64)
	if err != nil || n > math.MaxInt64/times {
		return false
	}
	*number = strconv.FormatInt(n*times, 10)
	return true
}
