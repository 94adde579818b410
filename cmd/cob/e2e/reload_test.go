package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cob-lang/cob/runtime/record"
)

// source is the file of the process, and edit changes it in one place.
func (w *world) source() string { return filepath.Join(w.pack, "orders.cob") }

func (w *world) edit(file, old, new string) {
	w.t.Helper()
	text := read(w.t, file)
	if !strings.Contains(text, old) {
		w.t.Fatalf("%s does not say %q", file, old)
	}
	write(w.t, file, strings.Replace(text, old, new, 1))
}

// says waits until the node has said something so many times.
func (n *node) says(what string, times int) {
	n.t.Helper()
	eventually(n.t, fmt.Sprintf("the node says %q %d times", what, times), func() bool { return strings.Count(n.log(), what) >= times })
}

// digest is the plan that new instances start with.
func (n *node) digest() string {
	n.t.Helper()
	var list struct{ Deployments []struct{ Digest string } }
	n.call("GET", "/v1/deployments", nil, &list)
	if len(list.Deployments) != 1 {
		n.t.Fatalf("%d deployments", len(list.Deployments))
	}
	return list.Deployments[0].Digest
}

const (
	activated = "new instances run plan"
	receipt   = "carrier: s.carrier }"
)

func TestABrokenSaveChangesNothing(t *testing.T) {
	w := newWorld(t)
	n := w.run("--watch")
	n.says("watching", 1)
	before := n.digest()
	good := read(t, w.source())
	w.edit(w.source(), receipt, "carrier: s.carier }")
	n.says("the change has errors, and nothing changes", 1)
	for _, want := range []string{"carier", "orders.cob:107", "carrier"} {
		if !strings.Contains(n.log(), want) {
			t.Errorf("does not say %q: %s", want, n.log())
		}
	}
	if n.digest() != before {
		t.Error("another plan is active")
	}
	s := n.start(goodOrder("o-1"), "")
	w.shipAll(n, s.ID)
	write(t, w.source(), good)
	n.says("the plan is the same", 1)
	w.edit(w.source(), "after 7d", "after 8d")
	n.says(activated, 1)
	if n.digest() == before {
		t.Error("the good save is not active")
	}
	w.shipAll(n, n.start(goodOrder("o-2"), "").ID)
}

// A step is added while an order waits. The old one finishes as it began, the
// new one has the step, also when the node restarts in between.
func TestRunningInstancesFinishOnTheirPlan(t *testing.T) {
	w := newWorld(t)
	n := w.run("--watch")
	n.says("watching", 1)
	old := []string{n.start(goodOrder("o-1"), "").ID, n.start(goodOrder("o-2"), "").ID}
	for _, id := range old {
		n.inSelect(id)
	}
	w.edit(w.source(), "      return Receipt { order: order.id, charge: charge.id, "+receipt,
		"      let noted = \"by ${s.carrier}\"\n      return Receipt { order: order.id, charge: charge.id, carrier: noted }")
	n.says(activated, 1)
	fresh := []string{n.start(goodOrder("o-3"), "").ID, n.start(goodOrder("o-4"), "").ID}
	for _, id := range fresh {
		n.inSelect(id)
	}
	carried := func(id, want string) {
		t.Helper()
		n.ship(n.instance(id).Key)
		if d := n.over(id); !strings.Contains(string(d.Result), want) {
			t.Errorf("%s came to %s %s, want %s", d.Key, d.State, d.Result, want)
		}
	}
	carried(old[0], `"carrier":"rail"`)
	carried(fresh[0], `"carrier":"by rail"`)
	if a, b := n.instance(old[1]).Plan, n.instance(fresh[1]).Plan; a == b || b != n.digest() {
		t.Errorf("the plans are %s and %s", a, b)
	}
	n.kill()
	n = w.run("--watch")
	carried(old[1], `"carrier":"rail"`)
	carried(fresh[1], `"carrier":"by rail"`)
	for order, times := range w.net() {
		if times != 1 {
			t.Errorf("%s is charged %d times", order, times)
		}
	}
}

func TestTenReloadsWhileOrdersFlow(t *testing.T) {
	w := newWorld(t)
	n := w.run("--watch")
	n.says("watching", 1)
	sent := messages(t, 400)
	p := hire(w, n)
	p.delivery()
	half := len(sent) / 2
	p.buy(sent[:half])
	for i := range 10 {
		w.edit(w.source(), fmt.Sprintf("after %dd", 7+i), fmt.Sprintf("after %dd", 8+i))
		n.says(activated, i+1)
		if i == 4 {
			p.buy(sent[half:])
		}
	}
	p.finish(sent)
	p.audit(sent)
	plans := map[string]bool{}
	for _, i := range n.instances() {
		plans[i.Plan] = true
	}
	if len(plans) < 2 {
		t.Errorf("all orders ran on %d plans", len(plans))
	}
}

func TestAContractThatChanges(t *testing.T) {
	w := newWorld(t)
	n := w.run("--watch")
	n.says("watching", 1)
	contract := filepath.Join(w.pack, "contracts", "catalog.yaml")
	w.edit(contract, "operationId: getProduct", "operationId: lookUp")
	n.says("the change has errors, and nothing changes", 1)
	if !strings.Contains(n.log(), "getProduct") || !strings.Contains(n.log(), "orders.cob:84") {
		t.Errorf("the place is not named: %s", n.log())
	}
	w.shipAll(n, n.start(goodOrder("o-1"), "").ID)
	w.edit(contract, "operationId: lookUp", "operationId: getProduct")
	n.says("the plan is the same", 1)
	// The contract now names a path that the catalogue does not have.
	w.edit(contract, "/products/{sku}:", "/articles/{sku}:")
	n.says(activated, 1)
	s := n.start(goodOrder("o-2"), "?wait=1m")
	if d := n.over(s.ID); d.State != record.Faulted || !strings.Contains(d.Detail, "404") {
		t.Errorf("it is %s: %s", d.State, d.Detail)
	}
}

func TestAPlanWhoseSettingIsMissingChangesNothing(t *testing.T) {
	w := newWorld(t)
	n := w.run("--watch")
	n.says("watching", 1)
	before := n.digest()
	w.edit(w.source(), "env.PAY_FINLAND", "env.PAY_HELSINKI")
	n.says("the change cannot run here, and nothing changes", 1)
	if !strings.Contains(n.log(), "PAY_HELSINKI") || !strings.Contains(n.log(), "orders.cob:52") {
		t.Errorf("the setting and its place are not named: %s", n.log())
	}
	if n.digest() != before {
		t.Error("another plan is active")
	}
	w.shipAll(n, n.start(goodOrder("o-1"), "").ID)
	n.kill()
	if code := w.launch().exitCode(); code != 2 {
		t.Errorf("started anew with it: exit code %d", code)
	}
	w.edit(w.source(), "env.PAY_HELSINKI", "env.PAY_FINLAND")
	if w.run().digest() != before {
		t.Error("the plan before does not run any more")
	}
}

// A setting gets another name. While an instance runs on the plan with the old
// name, a node without it is refused; nobody needs it afterwards.
func TestASettingThatIsRenamed(t *testing.T) {
	w := newWorld(t)
	n := w.run()
	s := n.start(goodOrder("o-1"), "")
	n.inSelect(s.ID)
	n.kill()
	w.edit(w.source(), "env.PAY_FINLAND", "env.PAY_HELSINKI")
	w.extra = []string{"PAY_HELSINKI=" + w.finland.URL(), "PAY_FINLAND="}
	refused := w.launch()
	if code := refused.exitCode(); code != 2 || !strings.Contains(refused.log(), "instances still run (1 of them)") || !strings.Contains(refused.log(), "PAY_FINLAND") {
		t.Errorf("exit code %d: %s", code, refused.log())
	}
	w.extra = w.extra[:1]
	n = w.run()
	w.shipAll(n, s.ID)
	n.kill()
	w.extra = append(w.extra, "PAY_FINLAND=")
	n = w.run()
	if d := n.instance(s.ID); !strings.Contains(string(d.Result), "rail") {
		t.Errorf("the result of the old plan is %s", d.Result)
	}
	w.shipAll(n, n.start(goodOrder("o-2"), "").ID)
	w.edit(w.source(), "env.PAY_HELSINKI", "env.PAY_FINLAND")
	n.kill()
	if code := w.launch().exitCode(); code != 2 {
		t.Errorf("back to the old name: exit code %d", code)
	}
	w.extra = nil
	n = w.run()
	w.shipAll(n, n.start(goodOrder("o-3"), "").ID)
}
