package failover

import (
	"testing"
	"time"

	"github.com/cob-lang/cob/runtime/record"
)

func span(d time.Duration) *time.Duration { return &d }

func TestTheStrictestPromiseHoldsForAll(t *testing.T) {
	for name, c := range map[string]struct {
		promises []Promise
		want     Need
	}{
		"nobody":                     {nil, Need{Within: Never}},
		"one cloud":                  {[]Promise{{}, {RPO: span(0)}}, Need{Within: Never}},
		"later":                      {[]Promise{{Replicate: "async"}}, Need{Mirror: true, Within: Never}},
		"later, within":              {[]Promise{{Replicate: "async"}, {Replicate: "async", RPO: span(time.Second)}}, Need{Mirror: true, Within: time.Second}},
		"the shorter":                {[]Promise{{Replicate: "async", RPO: span(time.Second)}, {Replicate: "async", RPO: span(time.Minute)}}, Need{Mirror: true, Within: time.Second}},
		"at once":                    {[]Promise{{}, {Replicate: "async", RPO: span(time.Second)}, {Replicate: "sync"}}, Need{Mirror: true}},
		"at once, and some may go":   {[]Promise{{Replicate: "sync", RPO: span(time.Second)}}, Need{Mirror: true}},
		"at once, and nothing may":   {[]Promise{{Replicate: "sync", RPO: span(0)}, {Replicate: "async"}}, Need{Mirror: true, Strict: true}},
		"promised, without a mirror": {[]Promise{{RPO: span(time.Second)}}, Need{Within: Never}},
	} {
		if got := NeedOf(c.promises); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestWhatACommitWaitsFor(t *testing.T) {
	at, later, never := Need{Mirror: true}, Need{Mirror: true, Within: time.Second}, Need{Mirror: true, Within: Never}
	for name, c := range map[string]struct {
		need  Need
		alone bool
		lacks time.Duration
		want  bool
	}{
		"sync":                   {at, false, 0, true},
		"sync, alone":            {at, true, time.Hour, false},
		"below the bound":        {later, false, time.Second - 1, false},
		"at the bound":           {later, false, time.Second, true},
		"over the bound, alone":  {later, true, time.Hour, false},
		"no bound":               {never, false, time.Hour, false},
		"no process wants it":    {NeedOf(nil), false, time.Hour, false},
		"no process, rpo at all": {NeedOf([]Promise{{RPO: span(0)}}), false, time.Hour, false},
	} {
		if got := c.need.Waits(c.alone, c.lacks); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	const ttl = 3 * time.Second
	for name, c := range map[string]struct {
		need Need
		away time.Duration
		want bool
	}{
		"just heard":    {at, ttl - 1, false},
		"away":          {at, ttl, true},
		"nothing may":   {Need{Mirror: true, Strict: true}, time.Hour, false},
		"nobody waits":  {never, time.Hour, false},
		"within a time": {later, ttl, true},
	} {
		if got := c.need.GoesAlone(c.away, ttl); got != c.want {
			t.Errorf("%s: goes alone %v", name, got)
		}
	}
}

func TestWhatACloudBeginsAs(t *testing.T) {
	mine, theirs := Note{Term: 3, Owner: "a"}, Note{Term: 3, Owner: "b"}
	for name, c := range map[string]struct {
		own         Note
		witnessed   bool
		note, other *Note
		want        Place
	}{
		"the witness is away":                   {mine, true, nil, nil, Unsure},
		"the witness says so":                   {theirs, true, &mine, nil, Owner},
		"the witness says the other":            {mine, true, &theirs, nil, Mirror},
		"a witness that knows nothing":          {mine, true, &Note{}, nil, Owner},
		"a witness that knows nothing, mirror":  {theirs, true, &Note{}, nil, Mirror},
		"the other one is silent":               {mine, false, nil, nil, Owner},
		"the other one knows better":            {mine, false, nil, &Note{Term: 4, Owner: "b"}, Mirror},
		"the other one is behind":               {mine, false, nil, &Note{Term: 2, Owner: "b"}, Owner},
		"a mirror stays one":                    {theirs, false, nil, nil, Mirror},
		"nobody has ever owned, and this waits": {Note{}, false, nil, nil, Mirror},
	} {
		if got := Begin("a", c.own, c.witnessed, c.note, c.other); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestWhenAMirrorTakesOver(t *testing.T) {
	const ttl = 3 * time.Second
	own := Note{Term: 3, Owner: "a"}
	for name, c := range map[string]struct {
		own, note Note
		alive     bool
		silent    time.Duration
		want      bool
	}{
		"gone":                        {own, own, false, ttl, true},
		"the witness hears it":        {own, own, true, ttl, false},
		"the mirror heard it":         {own, own, false, ttl - 1, false},
		"it goes on alone":            {own, Note{3, "a", true}, false, ttl, false},
		"the mirror is of before":     {Note{Term: 2, Owner: "a"}, own, false, ttl, false},
		"this cloud owns already":     {own, Note{Term: 4, Owner: "b"}, false, ttl, false},
		"nobody has ever owned":       {Note{}, Note{}, false, ttl, false},
		"the owner of another mirror": {Note{Term: 3, Owner: "c"}, own, false, ttl, false},
	} {
		next, got := TakesOver("b", c.own, c.note, c.alive, c.silent, ttl)
		if got != c.want || got && next != (Note{4, "b", true}) {
			t.Errorf("%s: %v %+v", name, got, next)
		}
	}
	for name, c := range map[string]struct {
		own         Note
		heard, lost bool
		want        uint64
	}{
		"it hands over":         {own, true, false, 4},
		"it is lost":            {own, false, true, 4},
		"said to be lost":       {own, true, true, 0},
		"silent, and not lost":  {own, false, false, 0},
		"it owns already":       {Note{Term: 3, Owner: "b"}, true, false, 0},
		"it holds nothing":      {Note{}, true, false, 0},
		"it holds nothing, too": {Note{}, false, true, 0},
	} {
		if got, err := ByHand("b", c.own, c.heard, c.lost); got != c.want || (err == nil) != (c.want > 0) {
			t.Errorf("%s: term %d, %v", name, got, err)
		}
	}
}

func TestFactsThatDiffer(t *testing.T) {
	began := record.AttemptStarted{Activation: 1, Cloud: "paris"}
	left := func(a uint32, cloud string) record.Event { return record.StepLeft{At: 5, Activation: a, Cloud: cloud} }
	answered := func(by string) record.Event { return record.TaskCompleted{Activation: 2, By: by} }
	for name, c := range map[string]struct {
		loser, survivor []record.Event
		runs            bool
		want            string
	}{
		"alike":                        {[]record.Event{left(1, "paris")}, []record.Event{record.StepLeft{At: 9, TookNs: 4, Activation: 1, Cloud: "paris"}}, true, Agreed},
		"the survivor will ask":        {[]record.Event{left(1, "paris")}, nil, true, Agreed},
		"the survivor did without":     {[]record.Event{left(1, "paris")}, nil, false, Differs},
		"another cloud did it":         {[]record.Event{began, left(1, "paris")}, []record.Event{left(1, "rome")}, true, Differs},
		"the survivor settles it":      {[]record.Event{left(1, "paris")}, []record.Event{left(1, "rome")}, true, Agreed},
		"the same cloud said another":  {[]record.Event{left(1, "paris")}, []record.Event{record.StepLeft{Activation: 1, Cloud: "paris", Bound: true}}, true, Differs},
		"the event is brought":         {[]record.Event{record.EventTaken{ID: "e"}}, nil, true, Agreed},
		"it ended without the event":   {[]record.Event{record.EventTaken{ID: "e"}}, nil, false, Differs},
		"started by a message":         {[]record.Event{record.InstanceStarted{Channel: "in", Position: 7}}, []record.Event{record.InstanceStarted{Channel: "in", Position: 9}}, true, Agreed},
		"nobody else starts it":        {[]record.Event{record.InstanceStarted{}}, nil, true, Differs},
		"an answer of today":           {[]record.Event{record.TaskAnswered{By: "ada"}}, nil, true, Differs},
		"the survivor was not told":    {[]record.Event{answered("ada")}, nil, true, Differs},
		"both were told":               {[]record.Event{answered("ada")}, []record.Event{answered("ada")}, true, Agreed},
		"somebody else":                {[]record.Event{answered("ada")}, []record.Event{answered("bob")}, true, Differs},
		"it ended alike":               {[]record.Event{record.InstanceEnded{State: record.Completed}}, []record.Event{record.InstanceEnded{At: 3, State: record.Completed}}, false, Agreed},
		"it ended otherwise":           {[]record.Event{record.InstanceEnded{State: record.Faulted}}, []record.Event{record.InstanceEnded{State: record.Completed}}, false, Differs},
		"an operator had a hand in it": {[]record.Event{record.InstanceTerminated{By: "ada"}}, nil, true, Differs},
	} {
		got, odd := Compare(FactsOf(c.loser), FactsOf(c.survivor), c.runs)
		if got != c.want || (len(odd) > 0) != (got == Differs) {
			t.Errorf("%s: %s %v", name, got, odd)
		}
	}
}

func TestAReportRemembersWhatWasImported(t *testing.T) {
	var r Report
	r.Note(Merged{Instance: "b", Verdict: Agreed})
	r.Note(Merged{Instance: "b", Verdict: Differs})
	r.Note(Merged{Instance: "a", Verdict: Imported})
	r.Note(Merged{Instance: "a", Verdict: Differs}) // the loser said it twice, and the survivor has it
	r.Sort()
	if len(r.Merged) != 2 || r.Merged[0].Verdict != Imported || r.Merged[1].Verdict != Differs {
		t.Errorf("%+v", r.Merged)
	}
}
