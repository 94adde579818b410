package syntax

import (
	"strings"

	"github.com/cob-lang/cob/lang/diag"
)

// number emits a literal that begins with a digit, its unit included.
func (l *scanner) number() {
	start := l.pos
	if end := l.timestampEnd(start); end > 0 {
		l.literal(TimestampLiteral, start, end)
		return
	}
	kind, i := IntLiteral, l.digits(start)
	if l.byteAt(i) == '.' && class[l.byteAt(i+1)] == isDigit {
		kind, i = DecimalLiteral, l.digits(i+1)
	}
	switch c := l.byteAt(i); {
	case class[c] == isLetter:
		l.unit(start, i)
	case c == '%' && class[l.byteAt(i+1)] == 0 && l.byteAt(i+1) != '(':
		l.literal(RatioLiteral, start, i+1)
	case c == '/' && strings.IndexByte("smhd", l.byteAt(i+1)) >= 0 && i+1 < l.end && class[l.byteAt(i+2)] == 0:
		l.literal(RateLiteral, start, i+2)
	default:
		if end := l.currencyEnd(i); end > 0 {
			kind, i = MoneyLiteral, end
		} else if end := l.noCurrencyEnd(i); end > 0 {
			word := l.text[l.blanks(i):end]
			l.report(CodeNumber, end-len(word), end, "`%s` is no currency", word)
			d := &l.problems[len(l.problems)-1]
			d.Help = "a currency has three capital letters, such as EUR"
			if word == "EURO" || word == "EUROS" {
				d.Fixes = []diag.Edit{{Span: d.Primary, Text: "EUR"}}
			}
			kind, i = MoneyLiteral, end
		} else if word, end := l.wordEnd(i); end > 0 && foreignUnits[word].behindBlank {
			l.noUnit(start, i, end-len(word), end)
			i = end
		}
		l.literal(kind, start, i)
	}
}

func (l *scanner) literal(kind LiteralKind, start, end int) {
	l.emit(Number, start, end)
	l.tokens[len(l.tokens)-1].Literal = kind
}

func (l *scanner) digits(i int) int {
	for i < l.end && (class[l.text[i]] == isDigit || l.text[i] == '_' && class[l.byteAt(i+1)] == isDigit) {
		i++
	}
	return i
}

// blanks returns the offset behind what the scanner passes over within a line, from
// i on.
func (l *scanner) blanks(i int) int {
	for i < l.end {
		switch {
		case strings.IndexByte(" \t\r", l.text[i]) >= 0:
			i++
		case strings.HasPrefix(l.text[i:l.end], byteOrderMark):
			i += len(byteOrderMark)
		default:
			return i
		}
	}
	return i
}

// MoneyText returns a literal of money as it is written best: the amount, one space,
// the currency, whatever blanks stood between them.
func MoneyText(raw string) string {
	amount := strings.TrimRight(raw, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	return strings.TrimRight(amount, " \t\r"+byteOrderMark) + " " + raw[len(amount):]
}

// currencyEnd returns the offset behind " EUR" or its like at i, or 0.
func (l *scanner) currencyEnd(i int) int {
	start := i
	i = l.blanks(i)
	if i == start || i+3 > l.end || class[l.byteAt(i+3)] != 0 {
		return 0
	}
	for _, c := range []byte(l.text[i : i+3]) {
		if c < 'A' || c > 'Z' {
			return 0
		}
	}
	return i + 3
}

// noCurrencyEnd returns the offset behind blanks and a word of capital letters at
// i that is too long for a currency, such as " EURO", or 0. However many blanks
// there are, it is one token, so that formatting cannot make one of two.
func (l *scanner) noCurrencyEnd(i int) int {
	start := i
	i = l.blanks(i)
	if i == start {
		return 0
	}
	end := i
	for end < l.end && class[l.text[end]] != 0 {
		if c := l.text[end]; c < 'A' || c > 'Z' {
			return 0
		}
		end++
	}
	if end-i < 4 {
		return 0
	}
	return end
}

// timestampEnd returns the offset behind the timestamp at i, or 0.
func (l *scanner) timestampEnd(i int) int {
	end := l.shape(i, "0000-00-00T00:00")
	if end == 0 {
		return 0
	}
	if e := l.shape(end, ":00"); e > 0 {
		end = e
	}
	if l.byteAt(end) == '.' && class[l.byteAt(end+1)] == isDigit {
		end = l.digits(end + 1)
	}
	if l.byteAt(end) == 'Z' {
		return end + 1
	}
	if e := max(l.shape(end, "+00:00"), l.shape(end, "-00:00")); e > 0 {
		return e
	}
	return end
}

// shape returns the offset behind text of this shape at i, where 0 stands for
// any digit, or 0.
func (l *scanner) shape(i int, shape string) int {
	if i+len(shape) > l.end {
		return 0
	}
	for j := range len(shape) {
		c := l.text[i+j]
		if shape[j] == '0' && class[c] != isDigit || shape[j] != '0' && shape[j] != c {
			return 0
		}
	}
	return i + len(shape)
}
