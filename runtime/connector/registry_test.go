package connector

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/record"
)

// fake is a connector that says its name in every reply.
type fake struct {
	name   string
	err    error
	bound  int
	closed bool
}

func (f *fake) Name() string { return f.name }
func (f *fake) Close() error { f.closed = true; return f.err }
func (f *fake) Bind(*plan.Plan, Settings) (Sink, error) {
	f.bound++
	if f.err != nil {
		return nil, f.err
	}
	return f, nil
}
func (f *fake) Do(context.Context, Request) Reply {
	return Reply{Outcome: record.Succeeded, Detail: f.name}
}
func (f *fake) Probe(context.Context, string, string, int64) Reply {
	return Reply{Sign: Alive, Detail: f.name}
}

func twoKinds() *plan.Plan {
	return &plan.Plan{Package: "p", Endpoints: []plan.Endpoint{
		{Name: "p.a", Connector: "http"}, {Name: "p.b", Connector: "mail"}, {Name: "p.c", Connector: "http"},
	}}
}

func TestSetHandsOn(t *testing.T) {
	web, mail := &fake{name: "http"}, &fake{name: "mail"}
	r := NewRegistry(mail, web)
	set, err := r.Bind(twoKinds(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for endpoint, want := range map[string]string{"p.a": "http", "p.b": "mail", "p.c": "http"} {
		if got := set.Do(context.Background(), Request{Endpoint: endpoint}); got.Detail != want {
			t.Errorf("%s went to %s", endpoint, got.Detail)
		}
		if got := set.Probe(context.Background(), endpoint, "", 0); got.Detail != want || got.Sign != Alive {
			t.Errorf("the probe of %s went to %s", endpoint, got.Detail)
		}
	}
	if web.bound != 1 || mail.bound != 1 {
		t.Errorf("bound %d and %d times; want once each", web.bound, mail.bound)
	}
	if got := set.Do(context.Background(), Request{Endpoint: "p.x"}); got.Outcome != record.Rejected || got.Sign != Silent {
		t.Errorf("an unknown endpoint: %+v", got)
	}
	if got := set.Probe(context.Background(), "p.x", "", 0); got.Outcome != record.Rejected || got.Sign != Silent {
		t.Errorf("the probe of an unknown endpoint: %+v", got)
	}
	if err := r.Close(); err != nil || !web.closed || !mail.closed {
		t.Errorf("closed: %v, %v, %v", web.closed, mail.closed, err)
	}
}

func TestBindSaysWhatIsMissing(t *testing.T) {
	p := twoKinds()
	p.Endpoints[1].Bindings = []plan.Binding{{Cloud: "x", At: "p.cob:7:3"}, {Cloud: "y", At: "p.cob:8:3"}}
	p.Endpoints = append(p.Endpoints, plan.Endpoint{Name: "p.d", Connector: "acme.erp", Bindings: []plan.Binding{{Cloud: "x", At: "p.cob:12:3"}}})
	web := &fake{name: "http"}
	_, err := NewRegistry(web).Bind(p, nil)
	want := "p.cob:7:3: the endpoint p.b needs the connector mail, and this node has http\n" +
		"p.cob:12:3: the endpoint p.d needs the connector acme.erp, and this node has http"
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	// What is not here does not hide what the others cannot do.
	web.err = errors.Join(&UnfitError{[]Unfit{{At: "p.cob:2:1", Problem: "p.a sets proxy", Way: "leave it out"}}}, &SettingsError{[]WrongSetting{{Name: "A", For: "p on x", At: "p.cob:1:1"}}})
	_, err = NewRegistry(web).Bind(p, nil)
	want += "\np.cob:2:1: p.a sets proxy: leave it out\np.cob:1:1: environment variable A is not set; p on x needs it: set it"
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	broken := errors.New("broken")
	if _, err := NewRegistry(&fake{name: "http", err: broken}, &fake{name: "mail"}).Bind(twoKinds(), nil); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	// What several connectors miss is told at once.
	lacks := func(name string) *fake {
		return &fake{name: name, err: &SettingsError{[]WrongSetting{{Name: strings.ToUpper(name), For: "p on x", At: "p.cob:1:1"}}}}
	}
	_, err = NewRegistry(lacks("http"), lacks("mail")).Bind(twoKinds(), nil)
	var wrong *SettingsError
	if !errors.As(err, &wrong) || len(wrong.Wrong) != 2 || !strings.Contains(err.Error(), "HTTP is not set") || !strings.Contains(err.Error(), "MAIL is not set") {
		t.Errorf("got %v", err)
	}
}
