package engine_test

import (
	"fmt"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// signPlan asks two people at once, and neither may be the other.
func signPlan() *plan.Plan {
	p := base()
	p.Labels = []plan.Label{{Name: "health", Is: []string{"personal"}}, {Name: "personal"}}
	p.Roles = append(p.Roles, plan.Role{Name: "p.boss", Groups: []string{"bosses"}}, plan.Role{Name: "p.nobody"})
	again := op(expression.In, boolT, of(stringT, "user", "id"), of(types.ListOf(stringT), "instance", "people"))
	p.Policies = []plan.Policy{{Name: "p.eyes", Rules: []plan.Rule{{Effect: "deny", Point: "complete", When: again, Because: "four eyes", At: "p.cob:1:1"}}}}
	ask := func(name, role string) plan.Step {
		return plan.Step{ID: name, Kind: plan.Task, Var: name, Type: types.Of(types.Bool), Task: &plan.TaskStep{Name: name, Role: role,
			Args: []expression.Tree{ref("order", orderT)}, Shows: []string{"order"}, Labels: [][]string{{"health"}}}}
	}
	first, second := ask("first", "p.manager"), ask("second", "p.manager")
	first.Task.Users = &expression.Tree{Op: expression.ListOf, Type: types.ListOf(stringT), Args: []expression.Tree{str("guest")}}
	second.Task.Groups = &expression.Tree{Op: expression.ListOf, Type: types.ListOf(stringT), Args: []expression.Tree{str("auditors")}}
	both := plan.Step{ID: "parallel", Kind: plan.Parallel, Join: &plan.Join{}, Blocks: []plan.Block{
		{Name: "a", Steps: steps(first)}, {Name: "b", Steps: steps(second)}}}
	done := str("signed")
	p.Processes = []plan.Process{{Name: "p.P", Params: []types.Field{param("order", orderT)}, Result: stringT, Policy: "p.eyes",
		Flow: plan.Flow{Body: steps(both, plan.Step{ID: "return", Kind: plan.Return, Expr: &done})}}}
	return p
}

// signing is a world with an instance whose two tasks are open, by name.
func signing(t *testing.T) (*world, map[string]engine.Task) {
	t.Helper()
	w := newWorld(t, signPlan(), storyLimits())
	w.run("start k1 1")
	tasks := map[string]engine.Task{}
	for _, x := range w.state.Tasks() {
		tasks[x.Name] = x
	}
	if len(tasks) != 2 {
		t.Fatalf("open are %+v", tasks)
	}
	return w, tasks
}

// code is what a command is refused with, "" where it is not, "again" where it was
// known.
func (w *world) code(c record.Command) string {
	_, _, r := w.do(c)
	switch {
	case r.Rejected != nil:
		return string(r.Rejected.Code)
	case r.Existing:
		return "again"
	}
	return ""
}

func want(t *testing.T, got, want string, about any) {
	t.Helper()
	if got != want {
		t.Errorf("%v is answered with %q, want %q", about, got, want)
	}
}

func complete(x engine.Task, by string, form bool, groups ...string) record.CompleteTask {
	return record.CompleteTask{Instance: x.Instance, Activation: x.Activation, By: by, Groups: groups, Form: form}
}

func TestATaskIsForItsRoleAndItsCandidates(t *testing.T) {
	w, tasks := signing(t)
	first, second := tasks["first"], tasks["second"]
	if got := fmt.Sprint(first.Groups, first.Users, second.Groups, second.Users); got != "[managers] [guest] [managers auditors] []" {
		t.Errorf("who may do them is %s", got)
	}
	if len(first.Data) != 1 || len(second.Data) != 1 {
		t.Errorf("shown are %v and %v", first.Data, second.Data)
	}
	for _, c := range []struct {
		task   engine.Task
		who    string
		groups []string
		want   string
	}{
		{first, "", managers, "invalid"},
		{first, "eve", nil, "forbidden"},
		{first, "eve", []string{"bosses", "auditors"}, "forbidden"},
		{second, "guest", nil, "forbidden"},
		{first, "guest", nil, ""},
		{second, "eve", []string{"auditors"}, ""},
	} {
		claim := record.ClaimTask{Instance: c.task.Instance, Activation: c.task.Activation, By: c.who, Groups: c.groups}
		want(t, w.code(claim), c.want, claim)
	}
	no := w.state.May(first.Instance, first.Activation, engine.Person{ID: "eve"})
	if no == nil || no.Detail != "eve does not have the role p.manager, which the task first needs; it is for managers" {
		t.Errorf("eve is told %+v", no)
	}
}

func TestWhoClaimsFirstHasIt(t *testing.T) {
	w, tasks := signing(t)
	x := tasks["first"]
	act := func(by string) (record.ClaimTask, record.ReleaseTask, record.DelegateTask) {
		return record.ClaimTask{Instance: x.Instance, Activation: x.Activation, By: by, Groups: managers},
			record.ReleaseTask{Instance: x.Instance, Activation: x.Activation, By: by, Groups: managers},
			record.DelegateTask{Instance: x.Instance, Activation: x.Activation, By: by, Groups: managers, To: "cem"}
	}
	annClaims, annReleases, annDelegates := act("ann")
	bobClaims, bobReleases, bobDelegates := act("bob")
	want(t, w.code(annClaims), "", "the first claim")
	want(t, w.code(bobClaims), "already_taken", "the second claim")
	want(t, w.code(annClaims), "again", "the first claim again")
	want(t, w.code(bobReleases), "already_taken", "a release of what somebody else has")
	want(t, w.code(bobDelegates), "already_taken", "a delegation of what somebody else has")
	want(t, w.code(complete(x, "bob", true, managers...)), "already_taken", "an answer of somebody else")
	bobReleases.Force = true
	want(t, w.code(bobReleases), "", "a release by force")
	want(t, w.code(annReleases), "again", "a release of what nobody has")
	want(t, w.code(bobDelegates), "", "a delegation of what nobody has")
	want(t, w.code(annDelegates), "again", "a delegation to who has it")
	want(t, w.code(complete(x, "bob", true, managers...)), "already_taken", "an answer of who has handed it over")
	annDelegates.To = ""
	want(t, w.code(annDelegates), "invalid", "a delegation to nobody")
	want(t, w.code(complete(x, "cem", true)), "forbidden", "an answer of who got it without the role")
	want(t, w.code(complete(x, "cem", true, managers...)), "", "an answer of who got it")
}

// Two answers of one person that were both allowed when they came in are decided one
// after the other.
func TestFourEyesHoldWhereTheCommandIsDecided(t *testing.T) {
	w, tasks := signing(t)
	ann := engine.Person{ID: "ann", Groups: managers}
	for _, x := range tasks {
		if no := w.state.May(x.Instance, x.Activation, ann); no != nil {
			t.Fatalf("at the edge ann is refused: %v", no)
		}
	}
	want(t, w.code(complete(tasks["first"], "ann", true, managers...)), "", "the first answer")
	want(t, w.code(complete(tasks["second"], "ann", true, managers...)), "forbidden", "the second answer of the same person")
	claim := record.ClaimTask{Instance: w.inst, Activation: tasks["second"].Activation, By: "ann", Groups: managers}
	want(t, w.code(claim), "forbidden", "a claim of who may not complete")
	want(t, w.code(complete(tasks["second"], "bob", false, managers...)), "", "the answer of somebody else")
	if d, _ := w.state.Instance(w.inst); d.State != record.Completed {
		t.Errorf("it is %s", d.State)
	}
}

// The same answer again is the same reply: while the instance runs, when it is over,
// and from a snapshot.
func TestAnAnswerThatComesAgain(t *testing.T) {
	w, tasks := signing(t)
	first, second := tasks["first"], tasks["second"]
	check := func() {
		t.Helper()
		want(t, w.code(complete(first, "ann", true, managers...)), "again", "the same answer")
		want(t, w.code(complete(first, "ann", true)), "again", "the same answer of who has left the group")
		want(t, w.code(complete(first, "ann", false, managers...)), "wrong_state", "another answer")
		want(t, w.code(complete(first, "bob", true, managers...)), "already_taken", "the answer of another person")
		if form, digest, ok := w.state.Answered(first.Instance, first.Activation); !ok || form.Kind != types.Bool || digest != w.prog.Digest() {
			t.Errorf("remembered is %v %s %v", form, digest, ok)
		}
		again := newState(t, storyLimits(), w.prog)
		if err := again.Restore(w.state.Snapshot(nil)); err != nil || again.Digest() != w.state.Digest() {
			t.Fatalf("a snapshot does not hold it: %v", err)
		}
		w.state = again
	}
	want(t, w.code(complete(first, "ann", true, managers...)), "", "the answer")
	check()
	want(t, w.code(complete(second, "ann", true, managers...)), "forbidden", "four eyes after a snapshot")
	want(t, w.code(complete(second, "bob", true, managers...)), "", "the second answer")
	check()
}

func TestWhatIsOverTakesNoAnswer(t *testing.T) {
	w, tasks := signing(t)
	want(t, w.code(record.CancelInstance{Instance: w.inst, By: "op"}), "", "the cancel")
	for _, c := range []record.Command{
		complete(tasks["first"], "ann", true, managers...),
		record.ClaimTask{Instance: w.inst, Activation: tasks["first"].Activation, By: "ann", Groups: managers},
		record.DelegateTask{Instance: w.inst, Activation: tasks["first"].Activation, By: "ann", Groups: managers, To: "bob"},
		record.ReleaseTask{Instance: w.inst, Activation: tasks["first"].Activation, By: "ann", Groups: managers},
	} {
		want(t, w.code(c), "wrong_state", c)
	}
}

func TestHowManyAnswersAreRemembered(t *testing.T) {
	p := base()
	ask := plan.Step{ID: "ask", Kind: plan.Task, Task: &plan.TaskStep{Name: "ask", Role: "p.manager"}}
	always := yes("true")
	loop := plan.Step{ID: "while", Kind: plan.While, Expr: &always, Blocks: []plan.Block{{Steps: steps(ask)}}}
	p.Processes = []plan.Process{{Name: "p.P", Params: []types.Field{param("order", orderT)}, Flow: plan.Flow{Body: steps(loop)}}}
	w := newWorld(t, p, storyLimits())
	w.run("start k1 1")
	var done []record.CompleteTask
	for range engine.MaxAnswered + 1 {
		x := w.state.Tasks()[0]
		c := record.CompleteTask{Instance: x.Instance, Activation: x.Activation, By: "ann", Groups: managers}
		want(t, w.code(c), "", c)
		done = append(done, c)
	}
	want(t, w.code(done[0]), "not_found", "the oldest answer")
	want(t, w.code(done[1]), "again", "the oldest that is remembered")
}

func TestWhatSomebodySees(t *testing.T) {
	p := signPlan()
	nobody := engine.Person{}
	boss := engine.Person{ID: "ann", Groups: []string{"bosses"}}
	link := func() *engine.Program {
		prog, err := engine.Link(p, "d")
		if err != nil {
			t.Fatal(err)
		}
		return prog
	}
	sees := func(s *engine.Sight) string {
		return fmt.Sprint(s.Sees(nil), s.Sees([]string{"personal"}), s.Sees([]string{"health"}))
	}
	silent := link()
	want(t, sees(silent.Sight("p.P", boss)), "true false false", "a boss, where nothing is said")
	want(t, sees(silent.OpenSight("p.P", nobody)), "true true true", "whom it is meant for, where nothing is said")
	list := types.ListOf(stringT)
	stranger := op(expression.Not, boolT, op(expression.In, boolT, str("boss"), of(list, "user", "roles")))
	denied := op(expression.And, boolT, op(expression.In, boolT, str("personal"), of(list, "data", "labels")), stranger)
	p.Policies[0].Rules = append(p.Policies[0].Rules, plan.Rule{Effect: "deny", Point: "view", When: denied, At: "p.cob:2:1"})
	ruled := link()
	want(t, sees(ruled.Sight("p.P", nobody)), "true false false", "nobody in particular, where bosses see it")
	want(t, sees(ruled.Sight("p.P", boss)), "true true true", "a boss, where bosses see it")
	want(t, sees(ruled.OpenSight("p.P", nobody)), "true false false", "whom it is meant for, where bosses alone see it")
}
