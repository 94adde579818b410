package stdlib_test

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/format"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/sim"
	"github.com/cob-lang/cob/stdlib"
)

func packages(t *testing.T) []string {
	t.Helper()
	var out []string
	err := fs.WalkDir(stdlib.Files, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && path.Ext(name) == ".cob" && !slices.Contains(out, path.Dir(name)) {
			out = append(out, path.Dir(name))
		}
		return err
	})
	if err != nil || len(out) < 12 {
		t.Fatalf("%d packages, %v", len(out), err)
	}
	return out
}

// TestEveryPackage: nothing is wrong with it, it is called as its directory, it is
// formatted, all that it offers is documented, and its tests pass.
func TestEveryPackage(t *testing.T) {
	for _, name := range packages(t) {
		t.Run(name, func(t *testing.T) {
			r, err := compiler.Compile(stdlib.Files, compiler.Options{Dir: name})
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Diagnostics) > 0 {
				t.Fatal(diag.OneLines(r.Diagnostics))
			}
			if r.Plan.Package != path.Base(name) {
				t.Errorf("the package is called %s", r.Plan.Package)
			}
			for _, f := range r.Files {
				if text := format.Source(f.Source.Text); text != f.Source.Text {
					t.Errorf("not formatted; want\n%s", text)
				}
				if f.Package.Doc == "" {
					t.Error("nothing says what the package is for")
				}
			}
			for _, s := range r.Program.Info.Symbols {
				if s.Exported() && s.Decl.Head().Doc == "" {
					t.Errorf("nothing says what %s is for", s.Name)
				}
			}
			program, err := engine.Link(r.Plan, r.Digest)
			if err != nil {
				t.Fatal(err)
			}
			for _, test := range r.Suite.Tests {
				if result := sim.RunTest(program, test); !result.Passed() {
					t.Errorf("%s: %+v", test.Name, result.Failures)
				}
			}
			if len(r.Suite.Tests) == 0 && name != "policy" && !connector(name) { // which TestPolicies and TestConnectors ask
				t.Error("it has no test")
			}
		})
	}
}

func connector(name string) bool { return path.Dir(name) == "connectors" }

// TestEveryPackageCanBeImported, all at once: no two have the same name, nor clouds that
// get in each other's way.
func TestEveryPackageCanBeImported(t *testing.T) {
	text := "package all\n\n"
	for _, name := range packages(t) {
		text += fmt.Sprintf("import \"std/%s\"\n", name)
	}
	r, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte(text)}}, compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range r.Diagnostics {
		if d.Code != resolve.CodeUnusedImport {
			t.Errorf("%s", diag.OneLines([]diag.Diagnostic{d}))
		}
	}
	if r.Plan == nil || len(r.Plan.Std) != 64 {
		t.Error("the plan does not say which standard library it was made with")
	}
}

// TestPolicies asks the policies of std/policy about calls to clouds that lie in different
// places, and in none that is known.
func TestPolicies(t *testing.T) {
	for policy, want := range map[string]string{"european": "nowhere us", "health_data": "fr nowhere us", "closed": "fr hosts nowhere us",
		"no_export": "fr hosts nowhere us", "eu_only": "nowhere us", "card_data": "fr nowhere us", "four_eyes": ""} {
		text := fmt.Sprintf(`package asks

import "std/policy"

cloud fr { jurisdiction: "FR" }
cloud hosts { jurisdiction: "DE", certifications: ["HDS", "PCI DSS"] }
cloud us { jurisdiction: "US" }
cloud nowhere { name_of_owner: "?" }

type Patient { name: string @policy.personal, illness: string @policy.health, card: string @policy.card }

endpoint e: http {
  operation put(p: Patient) { put "/" { body: p }, idempotent: true }
  on fr { url: env.A }
  on hosts { url: env.B }
  on us { url: env.C }
  on nowhere { url: env.D }
}

process P(p: Patient) {
  policy: policy.%s
  call e.put(p)
}
`, policy)
		r, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte(text)}}, compiler.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := diag.OneLines(r.Diagnostics)
		for _, cloud := range []string{"fr", "hosts", "nowhere", "us"} {
			denied := strings.Contains(" "+want+" ", " "+cloud+" ")
			if strings.Contains(strings.NewReplacer(",", " ", ":", " ").Replace(got), " "+cloud+" ") != denied {
				t.Errorf("%s about %s: want denied %v, got\n%s", policy, cloud, denied, got)
			}
		}
	}
}

// TestConnectors: an endpoint of each, as somebody would write it.
func TestConnectors(t *testing.T) {
	const text = `package uses

cloud here { jurisdiction: "FR" }

fault Full { id: string }
type Row { id: string, total: decimal }

endpoint queues: amqp {
  operation put(o: json) raises Full {
    send "orders" { body: o, priority: 7, ttl: 1h }
    error "amqp:resource-limit-exceeded": Full { id: "?" }
  }
  receive orders: json { address: "orders", credit: 20 }
  on here { url: "amqps://broker", sasl: plain, auth: basic { user: "cob", password: secret.broker } }
}
endpoint destinations: jms {
  operation put(o: json) { send "/queue/orders" { body: o, correlation_id: "1" } }
  receive prices: json { destination: "/topic/prices", selector: "region = 'EU'" }
  on here { url: env.STOMP }
}
endpoint mail: smtp {
  operation tell(to: string, text: string) { send { to: [to], subject: "News", text: text } }
  receive letters: json { address: "*@orders.example.org" }
  on here { url: env.SMTP, from: "Orders <orders@example.org>" }
}
endpoint box: imap {
  receive letters: json { mailbox: "INBOX", afterwards: move, move_to: "done" }
  on here { url: env.IMAP }
}
endpoint log: kafka {
  operation put(id: string, o: json) -> { partition: int, offset: int } { produce "orders" { key: id, value: o } }
  receive orders: json { topic: "orders", group: "cob" }
  on here { brokers: env.BROKERS, sasl: scram_sha_512, auth: basic { user: "cob", password: secret.kafka } }
}
endpoint folders: file {
  operation put(id: string, o: json) -> { bytes: int } { write "out/${id}.json" { content: o } }
  operation drop(id: string) { delete "out/${id}.json" }
  receive orders: [json] { folder: "in", pattern: "*.json", ready: marker }
  on here { url: "sftp://cob@files/exchange", key: secret.ssh, host_key: "SHA256:abc" }
}
endpoint archive: object {
  operation put(id: string, o: json) { put "orders/${id}" { content: o } }
  operation read(id: string) -> Row raises Full { get "orders/${id}", error 404: Full { id: id } }
  on here { url: "s3://eu-west-3", bucket: "orders" }
}
endpoint books: sql {
  operation of(customer: string) -> [Row] { query "select id, total from orders where customer = ${customer}" { max_rows: 10 } }
  operation add(id: string, total: decimal) -> int raises Full {
    exec "insert into orders (id, total) values (${id}, ${total})" { isolation: serializable }
    error "23505": Full { id: id }
  }
  receive outbox: Row { table: "outbox", done_column: "sent_at" }
  on here { url: env.DATABASE }
}
endpoint subjects: nats {
  operation put(id: string, o: json) { publish "orders.${id}" { payload: o } }
  operation ask(id: string) -> Row { request "orders.${id}.get" { payload: { id: id } } }
  receive orders: json { subject: "orders.>", stream: "ORDERS", durable: "cob" }
  on here { url: env.NATS, credentials: secret.nats }
}
endpoint phone: sms {
  operation tell(to: string, text: string) -> { id: string } { send "${to}" { text: text, from: "Clinic" } }
  on here { url: env.SMSC, system_id: "clinic", password: secret.smsc }
}
endpoint ward: mqtt {
  operation light(bed: string, on: bool) { publish "ward/${bed}/light" { payload: on, retain: true } }
  receive pulse: json { topic: "ward/+/hr" }
  on here { url: env.BROKER, will: { topic: "gone", payload: "cob", qos: 1, retain: true } }
}
endpoint web: http {
  operation get(id: string) -> Row raises Full { get "/${id}", error 404: Full { id: id } }
  receive hooks: json { path: "/hooks" }
  on here { url: "https://example.org" }
}
`
	r, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte(text)}}, compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range r.Diagnostics {
		if d.Code != resolve.CodeUnneeded {
			t.Errorf("%s", diag.OneLines([]diag.Diagnostic{d}))
		}
	}
	for _, name := range check.StandardNames() {
		if !strings.Contains(text, ": "+name+" {") && name != "grpc" && name != "soap" {
			t.Errorf("nothing uses %s", name)
		}
	}
}
