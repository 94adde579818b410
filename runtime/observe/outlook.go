package observe

import "github.com/cob-lang/cob/runtime/engine"

// Outlook says what would happen to an instance on each verb. What is not possible
// begins with "not possible: ".
type Outlook struct {
	Retry     string `json:"retry"`
	Resume    string `json:"resume"`
	Cancel    string `json:"cancel"`
	Terminate string `json:"terminate"`
	Skip      []Skip `json:"skip,omitempty"`
	// Back is what going back to a step would do, where one was named.
	Back string `json:"back,omitempty"`
}

// Skip is what a skip of one place would do.
type Skip struct {
	Step       string `json:"step"`
	Activation uint32 `json:"activation"` // as in STEP@ACTIVATION
	At         string `json:"at,omitempty"`
	Does       string `json:"does"`
	Wants      string `json:"wants,omitempty"` // the type of the value that it takes
}

// OutlookOf is what the engine says.
func OutlookOf(o engine.Outlook) Outlook {
	out := Outlook{Retry: o.Retry, Resume: o.Resume, Cancel: o.Cancel, Terminate: o.Terminate, Back: o.Back}
	for _, s := range o.Skips {
		out.Skip = append(out.Skip, Skip{s.Step, s.Activation, s.At, s.Does, s.Wants})
	}
	return out
}
