package compiler_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/lang/diag"
)

// beforeSettings is a package of which each block in the table of settings can be part: %s stands
// where a setting does. What else the block needs stands there too, as its required settings.
const beforeSettings = `package p

cloud paris { jurisdiction: "FR" }
role clerk { groups: ["c"] }
role boss { groups: ["b"] }
event E { n: int, at: timestamp }
channel c: queue of { n: int } { dead_letter: d }
channel d: queue of json
endpoint e: http {
  operation get(n: int) -> int { get "/${n}" }
  on paris { url: "http://localhost" }
}
process P(n: int) -> int {
  key: "${n}"
  return n
}
`

// settingBlocks say how each block with bounded settings is written.
var settingBlocks = map[string]string{
	"binding":   "endpoint x: http {\n  operation get(n: int) -> int { get \"/${n}\" }\n  on paris {\n    url: \"http://localhost\"\n    %s\n  }\n}\n",
	"call":      "process X(n: int) -> int {\n  let v = call e.get(n) {\n    %s\n  }\n  return v\n}\n",
	"channel":   "channel x: queue of { n: int } {\n  %s\n}\n",
	"failover":  "failover x {\n  %s\n}\nprocess X(n: int) -> int {\n  failover: x\n  let v = call e.get(n)\n  return v\n}\n",
	"machine":   "process X(n: int) {\n  machine m {\n    %s\n    state a { after 1s goto b }\n    state b { }\n  }\n}\n",
	"operation": "endpoint x: http {\n  operation get(n: int) -> int {\n    get \"/${n}\"\n    %s\n  }\n  on paris { url: \"http://localhost\" }\n}\n",
	"pattern":   "pattern x over E within 1h {\n  %s\n  every E\n  then E\n  emit { n: 1 } to c\n}\n",
	"price":     "tenant x {\n  price: { %s }\n}\n",
	"process":   "process X(n: int) -> int {\n  %s\n  return n\n}\n",
	"rollout":   "rollout P {\n  %s\n}\n",
	"schedule":  "schedule x {\n  every: 1h\n  %s\n  start P(1)\n}\n",
	"sla":       "sla x {\n  %s\n}\nprocess X(n: int) -> int {\n  sla: x\n  replicate: sync\n  return n\n}\n",
	"task":      "process X(n: int) -> int {\n  let v: int = task t() {\n    role: clerk\n    %s\n    else { return 0 }\n  }\n  return v\n}\n",
	"tenant":    "tenant x {\n  %s\n}\n",
	"window":    "window x over E gap 500ms {\n  %s\n  emit { n: count() } to c\n}\n",
}

// settingBeside is what a setting cannot do without.
var settingBeside = map[string]string{
	"channel.expires": "dead_letter: d", "task.remind": "due: 3650d", "task.escalate": "due: 3650d", "task.priority": "due: 1h",
	"rollout.promote": "new: 10% by n\n  else: roll back", "pattern.lateness": "time: at", "window.lateness": "time: at", "failover.breaker": "tries: 3, 1h each",
}

var boundedTerm = regexp.MustCompile(`<(int|duration|durations|ratio|size|rate|money) ([^>]*?)\.\.([^>]*)>`)

// TestSettingsAtTheirBounds writes every bounded setting of every block at its ends, which
// is right, and beyond, which is COB5003.
func TestSettingsAtTheirBounds(t *testing.T) {
	tried := 0
	for _, table := range check.Tables() {
		for _, row := range table.Rows {
			for _, m := range boundedTerm.FindAllStringSubmatchIndex(row.Form, -1) {
				kind, low, high := row.Form[m[2]:m[3]], row.Form[m[4]:m[5]], row.Form[m[6]:m[7]]
				for _, v := range endsOf(t, kind, low, high) {
					tried++
					at := table.Of + "." + row.Name + " " + v.text
					text := writtenSetting(row, m, v.text)
					if strings.HasSuffix(text, "slow 1% over 1h") {
						v.code = string(check.CodeNeverSlow) // an attempt is over by then
					}
					if got := errorCodes(t, table.Of, row.Name, text); got != v.code {
						t.Errorf("%s: %s gives %q, want %q", at, text, got, v.code)
					}
				}
			}
		}
	}
	if tried < 150 {
		t.Errorf("only %d values were tried", tried)
	}
}

// writtenSetting writes a row with one of its terms as it is given, and the least that fits in
// the place of the others; phrases that may be left out are, unless the term is in them.
func writtenSetting(row check.Setting, term []int, value string) string {
	var out []string
	at := 0
	for i, phrase := range strings.Split(row.Form, ", ") {
		start := at
		at += len(phrase) + len(", ")
		here := term[0] >= start && term[0] < at
		phrase, optional := strings.CutSuffix(phrase, "?")
		if optional && !here {
			continue
		}
		if here {
			phrase = phrase[:term[0]-start] + value + phrase[term[1]-start:]
		}
		phrase = boundedTerm.ReplaceAllStringFunc(phrase, func(s string) string {
			m := boundedTerm.FindStringSubmatch(s)
			if m[1] == "durations" {
				return m[2] + ".." + m[3]
			}
			return boundLiteral(m[1], m[2])
		})
		phrase = strings.NewReplacer("<name role>", "boss", "<one of p50 p90 p95 p99>", "p95", "<expression>", "\"x\"").Replace(phrase)
		if i > 0 && len(out) == 0 {
			return row.Name + ": " + phrase
		}
		out = append(out, phrase)
	}
	text := row.Name + ": " + strings.Join(out, ", ")
	switch row.Name {
	case "promote":
		return strings.Replace(text, `"x"`, "instances > 1", 1)
	case "new":
		return strings.Replace(text, `"x"`, "n", 1)
	}
	return text
}

type triedValue struct{ text, code string }

// endsOf are the ends of a range, and what lies just outside of it.
func endsOf(t *testing.T, kind, low, high string) []triedValue {
	t.Helper()
	outside := string(check.CodeBounds)
	if kind == "durations" {
		return []triedValue{{low + ".." + high, ""}, {nextTo(kind, low, -1) + ".." + high, outside}, {low + ".." + nextTo(kind, high, 1), outside}}
	}
	out := []triedValue{{boundLiteral(kind, low), ""}}
	if below := nextTo(kind, low, -1); below != "" {
		out = append(out, triedValue{below, outside})
	}
	if high != "" {
		out = append(out, triedValue{boundLiteral(kind, high), ""}, triedValue{nextTo(kind, high, 1), outside})
	}
	return out
}

func boundLiteral(kind, bound string) string {
	switch kind {
	case "rate":
		return bound + "/s"
	case "money":
		if bound == "" {
			bound = "1"
		}
		return bound + " EUR"
	}
	return bound
}

// nextTo is the value next to a bound, "" where there is none that can be written.
func nextTo(kind, bound string, by int) string {
	switch kind {
	case "int", "rate":
		var n int
		fmt.Sscan(bound, &n)
		if n+by < 0 {
			return ""
		}
		return boundLiteral(kind, fmt.Sprint(n+by))
	case "duration", "durations":
		days, isDays := strings.CutSuffix(bound, "d")
		var d time.Duration
		if isDays {
			var n int
			fmt.Sscan(days, &n)
			d = time.Duration(n) * 24 * time.Hour
		} else {
			d, _ = time.ParseDuration(bound)
		}
		if d += time.Duration(by) * time.Millisecond; d < 0 {
			return ""
		}
		return fmt.Sprintf("%dms", d.Milliseconds())
	case "ratio":
		if bound == "0%" {
			return ""
		}
		var n int
		fmt.Sscanf(bound, "%d%%", &n)
		if by < 0 {
			return fmt.Sprintf("%d.99%%", n-1)
		}
		return fmt.Sprintf("%d.01%%", n)
	case "size":
		number := strings.TrimRight(bound, "BKMGTi")
		power := strings.IndexByte("BKMGT", bound[len(number)])
		var n int64
		fmt.Sscan(number, &n)
		return fmt.Sprintf("%dB", n<<(10*power)+int64(by))
	}
	return ""
}

// errorCodes is the code of the errors about a package with this setting, "" where there are none.
func errorCodes(t *testing.T, block, name, text string) string {
	t.Helper()
	form := settingBlocks[block]
	if form == "" {
		t.Fatalf("nothing says how a %s is written", block)
	}
	if more := settingBeside[block+"."+name]; more != "" {
		text += "\n  " + more
	}
	files := fstest.MapFS{"p/p.cob": &fstest.MapFile{Data: []byte(beforeSettings + fmt.Sprintf(form, text))}}
	r, err := compiler.Compile(files, compiler.Options{Dir: "p"})
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, d := range r.Diagnostics {
		if d.Severity == diag.Error && !slices.Contains(codes, string(d.Code)) {
			codes = append(codes, string(d.Code))
		}
	}
	return strings.Join(codes, " ")
}
