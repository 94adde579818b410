package services

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

type service interface {
	Start(string) error
	Kill() error
	Restart() error
	URL() string
}

func start(t *testing.T, s service) {
	t.Helper()
	if err := s.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Kill(); err != nil {
			t.Error(err)
		}
	})
}

func newPayments(t *testing.T) *Payments {
	t.Helper()
	p := NewPayments("paris", filepath.Join(t.TempDir(), "paris.jsonl"))
	start(t, p)
	return p
}

// ask gives the status and body of an answer, or an error.
func ask(s service, method, path, key, body string) (int, string, error) {
	r, err := http.NewRequest(method, s.URL()+path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	if key != "" {
		// As a header that net/http does not know as a reason to send again.
		r.Header["Idempotency-Key"] = []string{key}
	}
	r.Close = true
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, strings.TrimSpace(string(text)), err
}

func expect(t *testing.T, s service, method, path, key, body string, status int, want string) {
	t.Helper()
	got, text, err := ask(s, method, path, key, body)
	if err != nil || got != status || text != want {
		t.Errorf("%s %s: got %d %s, %v; want %d %s", method, path, got, text, err, status, want)
	}
}

const ten = `{"order":"o-1","amount":{"amount":"10.00","currency":"EUR"},"payer":{"id":"c-1","name":"n","email":"e"}}`

func chargeID(t *testing.T, p *Payments, key string) string {
	t.Helper()
	status, text, err := ask(p, "POST", "/charges", key, ten)
	var charge struct{ ID string }
	if err == nil {
		err = json.Unmarshal([]byte(text), &charge)
	}
	if err != nil || status != http.StatusCreated || charge.ID == "" {
		t.Fatalf("got %d %s, %v", status, text, err)
	}
	return charge.ID
}

func kindsOf(entries []Entry) string {
	var kinds []string
	for _, e := range entries {
		kinds = append(kinds, e.Kind)
	}
	return strings.Join(kinds, " ")
}

func TestCatalogue(t *testing.T) {
	c := NewCatalogue("catalogue")
	start(t, c)
	expect(t, c, "GET", "/products/p-001", "", "", 200, `{"name":"Article p-001","price":{"amount":"50.37","currency":"EUR"},"sku":"p-001"}`)
	expect(t, c, "GET", "/products/gone-01", "", "", 200, `{"name":"Article gone-01","price":{"amount":"6.00","currency":"EUR"},"sku":"gone-01"}`)
	for _, unknown := range []string{"p-000", "p-201", "p-1", "gone-10", "nothing"} {
		expect(t, c, "GET", "/products/"+unknown, "", "", 404, `{"error":"no such article"}`)
	}
	if c.Calls("GET") != 7 {
		t.Errorf("%d calls counted", c.Calls("GET"))
	}
}

func TestWarehouse(t *testing.T) {
	h := NewWarehouse("warehouse", filepath.Join(t.TempDir(), "warehouse.jsonl"))
	start(t, h)
	lines := `[{"sku":"p-001","qty":1,"price":{"amount":"50.37","currency":"EUR"}}]`
	_, held, err := ask(h, "POST", "/holds", "k-1", lines)
	if err != nil || !strings.HasPrefix(held, `{"id":"h-`) {
		t.Fatalf("got %s, %v", held, err)
	}
	expect(t, h, "POST", "/holds", "k-1", lines, 201, held)
	expect(t, h, "POST", "/holds", "k-1", strings.Replace(lines, "1,", "2,", 1), 422, `{"error":"this Idempotency-Key was used for another request"}`)
	expect(t, h, "POST", "/holds", "k-2", strings.Replace(lines, "p-001", "gone-03", 1), 409, `{"sku":"gone-03"}`)
	expect(t, h, "POST", "/holds", "", lines, 400, `{"error":"want lines and an Idempotency-Key"}`)
	expect(t, h, "POST", "/holds", "k-3", "{", 400, `{"error":"the body is not what is wanted here"}`)
	id := strings.TrimSuffix(strings.TrimPrefix(held, `{"id":"`), `"}`)
	for range 2 {
		expect(t, h, "DELETE", "/holds/"+id, "", "", 204, "")
	}
	expect(t, h, "DELETE", "/holds/h-0", "", "", 404, `{"error":"there is no h-0"}`)
	if got := kindsOf(h.Ledger()); got != "hold release" {
		t.Errorf("the ledger says %s", got)
	}
}

func TestPayments(t *testing.T) {
	p := newPayments(t)
	id := chargeID(t, p, "o-1")
	expect(t, p, "POST", "/charges", "o-1", ten, 201, `{"amount":{"amount":"10.00","currency":"EUR"},"id":"`+id+`"}`)
	expect(t, p, "POST", "/charges", "o-1", strings.Replace(ten, "10.00", "11.00", 1), 422, `{"error":"this Idempotency-Key was used for another request"}`)
	expect(t, p, "POST", "/charges", "o-2", strings.Replace(ten, "c-1", "broke-1", 1), 402, `{"reason":"no funds"}`)
	expect(t, p, "POST", "/charges", "", ten, 400, `{"error":"want an Idempotency-Key"}`)
	expect(t, p, "POST", "/charges", "o-3", strings.Replace(ten, "10.00", "0", 1), 400, `{"error":"want an order and an amount above 0"}`)
	for range 2 {
		expect(t, p, "DELETE", "/charges/"+id, "", "", 204, "")
	}
	want := Entry{Kind: "charge", ID: id, Key: "o-1", Order: "o-1", Amount: Euros(1000), Cloud: "paris"}
	ledger := p.Ledger()
	if kindsOf(ledger) != "charge refund" {
		t.Fatalf("the ledger says %s", kindsOf(ledger))
	}
	if got := ledger[0]; got.Kind != want.Kind || got.ID != want.ID || got.Key != want.Key || got.Order != want.Order || got.Amount != want.Amount || got.Cloud != want.Cloud {
		t.Errorf("the ledger begins with %+v", got)
	}
}

func TestKilledAndBroughtBack(t *testing.T) {
	p := newPayments(t)
	id := chargeID(t, p, "o-1")
	url := p.URL()
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ask(p, "POST", "/charges", "o-1", ten); err == nil {
		t.Error("a dead service answers")
	}
	if got := kindsOf(p.Ledger()); got != "charge" {
		t.Errorf("the ledger of the dead says %q", got)
	}
	if err := p.Restart(); err != nil {
		t.Fatal(err)
	}
	if p.URL() != url {
		t.Errorf("it is back at %s; it was at %s", p.URL(), url)
	}
	if again := chargeID(t, p, "o-1"); again != id || kindsOf(p.Ledger()) != "charge" {
		t.Errorf("charged twice: %s and %s", id, again)
	}
	if err := p.Restart(); err == nil {
		t.Error("it runs already, and starts again")
	}
	if err := NewPayments("x", "x").Restart(); err == nil {
		t.Error("it never ran, and starts again")
	}
}

// However a kill falls, an answered charge is in the ledger, and none is there
// twice.
func TestKillsUnderLoad(t *testing.T) {
	p := newPayments(t)
	const orders = 40
	answered := make([]bool, orders)
	var all sync.WaitGroup
	for i := range orders {
		all.Go(func() {
			key := "o-" + string(rune('A'+i))
			for !answered[i] {
				if status, _, err := ask(p, "POST", "/charges", key, ten); err == nil && status == http.StatusCreated {
					answered[i] = true
				}
			}
		})
	}
	for range 5 {
		before := len(p.Ledger())
		for len(p.Ledger()) < min(before+4, orders) {
			time.Sleep(time.Millisecond)
		}
		if err := p.Kill(); err != nil {
			t.Error(err)
		}
		if err := p.Restart(); err != nil {
			t.Fatal(err)
		}
	}
	all.Wait()
	seen := map[string]bool{}
	for _, e := range p.Ledger() {
		if seen[e.Key] {
			t.Errorf("%s is charged twice", e.Key)
		}
		seen[e.Key] = true
	}
	if len(seen) != orders {
		t.Errorf("%d charges; %d were answered", len(seen), orders)
	}
}

func TestLedgerFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.jsonl")
	whole := `{"kind":"charge","id":"c-1","key":"o-1","asked":"x"}` + "\n"
	if err := os.WriteFile(path, []byte(whole+`{"kind":"cha`), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := openLedger(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := l.do(Entry{Kind: "charge", ID: "c-9", Key: "o-1", Asked: "x"}); err != nil || got.ID != "c-1" {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := l.close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.do(Entry{Kind: "charge", ID: "c-2", Key: "o-2"}); err != errDead {
		t.Errorf("a closed ledger says %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != whole {
		t.Errorf("the file holds %s, %v", text, err)
	}
	if err := os.WriteFile(path, []byte("garbage\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openLedger(path); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("a spoiled ledger: %v", err)
	}
	broken := NewPayments("paris", path)
	if err := broken.Start("127.0.0.1:0"); err == nil {
		t.Error("starts with a spoiled ledger")
	}
}

func TestTampering(t *testing.T) {
	for _, c := range []struct {
		how    Misbehaviour
		status int // 0: no answer
		done   bool
	}{
		{Garbage, 200, false}, {GarbageDone, 200, true}, {ErrorDone, 500, true}, {Overloaded, 503, false},
		{CutDone, 0, true}, {WithoutAnswer, 0, false}, {CutInTheBody, 0, true}, {Slow, 201, true},
	} {
		t.Run(string(c.how), func(t *testing.T) {
			p := newPayments(t)
			p.Tamper(Tampering{How: c.how, Times: 1, Method: "POST"})
			expect(t, p, "DELETE", "/charges/c-0", "", "", 404, `{"error":"there is no c-0"}`)
			status, text, err := ask(p, "POST", "/charges", "o-1", ten)
			if (err != nil) != (c.status == 0) || err == nil && status != c.status {
				t.Errorf("got %d %s, %v", status, text, err)
			}
			if done := len(p.Ledger()) == 1; done != c.done {
				t.Errorf("done is %v", done)
			}
			chargeID(t, p, "o-1") // once only, then it behaves
			if len(p.Ledger()) != 1 {
				t.Error("charged twice")
			}
		})
	}
	for how, entries := range map[Misbehaviour]int{Mute: 0, MuteDone: 1} {
		t.Run(string(how), func(t *testing.T) {
			p := newPayments(t)
			p.Tamper(Tampering{How: how})
			client := http.Client{Timeout: 50 * time.Millisecond}
			r, err := http.NewRequest("POST", p.URL()+"/charges", bytes.NewReader([]byte(ten)))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Idempotency-Key", "o-1")
			if answer, err := client.Do(r); err == nil {
				answer.Body.Close()
				t.Error("it answers")
			}
			p.Behave()
			chargeID(t, p, "o-2")
			if got := len(p.Ledger()) - 1; got != entries {
				t.Errorf("%d entries before; want %d", got, entries)
			}
		})
	}
}
