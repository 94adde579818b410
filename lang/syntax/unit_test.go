package syntax_test

import (
	"testing"

	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// TestUnitsOfOtherLanguagesAreMended holds what people write against what the
// fix makes of it; "" is no fix, because the number would not be the same.
func TestUnitsOfOtherLanguagesAreMended(t *testing.T) {
	for in, want := range map[string]string{
		"5min": "5m", "5 minutes": "5m", "5 m": "5m", "1w": "7d", "2 weeks": "14d", "1y": "365d", "80 ms": "80ms", "30 days": "30d",
		"10mb": "10MiB", "10 MB": "10MiB", "64 KiB": "64KiB", "99 percent": "99%", "10 euros": "10 EUR", "0.01€": "0.01 EUR",
		"0.01 €": "0.01 EUR", "5$": "5 USD", "1.5 weeks": "", "9223372036854775807w": "", "5parsecs": "", "$5": "",
	} {
		_, problems := syntax.Parse(source.New("in.cob", "process P() {\n  wait "+in+"\n}\n"))
		if len(problems) != 1 {
			t.Errorf("%s draws %d diagnostics", in, len(problems))
			continue
		}
		got := ""
		if fixes := problems[0].Fixes; len(fixes) == 1 {
			line := "  wait " + in
			start := fixes[0].Span.Start() - len("process P() {\n")
			got = line[len("  wait "):start] + fixes[0].Text + line[start+fixes[0].Span.End()-fixes[0].Span.Start():]
		}
		if got != want {
			t.Errorf("%s becomes %q, want %q", in, got, want)
		}
	}
}

func TestWordsBehindNumbersThatAreNoUnits(t *testing.T) {
	_, problems := syntax.Parse(source.New("in.cob", `package p

failover f { unhealthy: 3 failures in 10s }

test "t" {
  then called a.b 2 times
}
`))
	if len(problems) > 0 {
		t.Errorf("%v", problems)
	}
}
