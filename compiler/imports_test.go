package compiler_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/module"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/sim"
)

// people is a package with one declaration of every kind that others can use.
const people = `package people

/// What says something about a person.
label personal
label health is personal

type Person { id: string, name: string @personal, since: Since, status: Status }
type Since = timestamp
enum Status { active, gone }
type Unused { of: _Row }
type _Row { id: string }

fault Unknown { id: string }
fault Never {}
event Moved { id: string, to: string }

cloud paris { jurisdiction: "FR" }
cloud boston { jurisdiction: "US" }

endpoint register: http {
  operation find(id: string) -> Person raises Unknown {
    get "/people/${id}"
    error 404: Unknown { id: id }
  }
  on paris { url: env.REGISTER_URL }
  on boston { url: env.REGISTER_US }
}
endpoint other: http {
  operation ask() -> string { get "/" }
  on paris { url: env.OTHER_URL }
}

failover quick { tries: 2, 1s each }
failover slow { tries: 9 }
sla daily { completion: 99% within 1d }
policy europe {
  deny call when "personal" in data.labels && cloud.jurisdiction != "FR" because "it stays in the Union"
}
role clerk { groups: ["clerks"] }

channel moved: queue of Moved { dead_letter: lost }
channel lost: queue of json
channel quiet: queue of json

process Greet(id: string) -> string raises Unknown {
  failover: quick
  let p = call register.find(id)
  send moved({ id: p.id, to: "here" })
  return "hello ${p.id}"
}
process Other() { wait 1m }

route forget {
  from lost as m
  send quiet(m)
}
`

const shop = `package shop

import "../people"

type Order { by: people.Person, was: people.Status? }

process Welcome(order: Order) -> people.Person raises people.Unknown {
  key: order.by.id
  sla: people.daily
  failover: people.quick
  policy: people.europe
  let p = call people.register.find(order.by.name)
  if p.status == people.Status.gone { fail people.Unknown { id: p.id } }
  task look(p) {
    role: people.clerk
    due: 1h
    else { }
  }
  start people.Greet(p.id)
  send people.moved({ id: p.id, to: "there" })
  select {
    on people.Moved as m where m.id == order.by.id { return p }
    after 1h { fail people.Unknown { id: p.id } }
  }
}

sample ada: people.Person { id: "p-1", name: "Ada", since: 2026-01-01T00:00:00Z, status: people.Status.gone }

test "who is gone is unknown" {
  given people.register.find returns ada
  when Welcome({ by: ada })
  then fails people.Unknown { id: "p-1" }
  then called people.register.find("Ada") once
}
`

func twoPackages() fstest.MapFS {
	return fstest.MapFS{"work/people/people.cob": {Data: []byte(people)}, "work/shop/shop.cob": {Data: []byte(shop)}}
}

func names[T any](list []T) string {
	var out []string
	for _, x := range list {
		out = append(out, reflect.ValueOf(x).FieldByName("Name").String())
	}
	return strings.Join(out, " ")
}

// TestAPlanHoldsWhatIsReached compiles a package that uses something of every kind
// of another one: the plan holds that and what that needs, under full names, and
// nothing else.
func TestAPlanHoldsWhatIsReached(t *testing.T) {
	r := compile(t, twoPackages(), compiler.Options{Dir: "work/shop"})
	if r.Failed() || len(r.Diagnostics) > 1 {
		t.Fatal(diag.OneLines(r.Diagnostics))
	}
	if got := diag.OneLines(r.Diagnostics); !strings.Contains(got, "never goes to boston") {
		t.Errorf("the policy of the other package says nothing: %s", got)
	}
	p := r.Plan
	for _, c := range []struct{ what, got, want string }{
		{"types", names(p.Types), "people.Moved people.Person people.Status people.Unknown shop.Order"},
		{"clouds", names(p.Clouds), "boston paris"},
		{"endpoints", names(p.Endpoints), "people.register"},
		{"failovers", names(p.Failovers), "people.quick"},
		{"slas", names(p.SLAs), "people.daily"},
		{"policies", names(p.Policies), "people.europe"},
		{"roles", names(p.Roles), "people.clerk"},
		{"channels", names(p.Channels), "people.lost people.moved"},
		{"processes", names(p.Processes), "people.Greet shop.Welcome"},
		{"routes", names(p.Routes), ""},
		{"labels", names(p.Labels), "health personal"},
		{"settings", names(p.Settings), "REGISTER_URL REGISTER_US"},
		{"the place of a process", string(p.Processes[0].At), "../people/people.cob:45:9"},
		{"the place of a step", string(p.Processes[0].Flow.Body[0].At), "../people/people.cob:47:3"},
		{"the place of a binding", string(p.Endpoints[0].Bindings[0].At), "../people/people.cob:25:6"},
		{"the place of a rule", string(p.Policies[0].Rules[0].At), "../people/people.cob:37:3"},
		{"the place of a channel", string(p.Channels[1].At), "../people/people.cob:41:9"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %s, want %s", c.what, c.got, c.want)
		}
	}
	program, err := engine.Link(p, r.Digest)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range r.Suite.Tests {
		if result := sim.RunTest(program, test); !result.Passed() {
			t.Errorf("%s: %+v", test.Name, result.Failures)
		}
	}
}

// TestATaskEscalatesToARoleOfAnotherPackage, under the name that its package has and not
// the one that the import gives it.
func TestATaskEscalatesToARoleOfAnotherPackage(t *testing.T) {
	fsys := twoPackages()
	fsys["work/shop/shop.cob"].Data = []byte("package shop\n\nimport \"../people\" as staff\n\n" +
		"process P() {\n  task look() {\n    role: staff.clerk\n    due: 1h\n    escalate: to staff.clerk after 30m\n    else { }\n  }\n}\n")
	r := compile(t, fsys, compiler.Options{Dir: "work/shop"})
	if r.Failed() {
		t.Fatal(diag.OneLines(r.Diagnostics))
	}
	if task := r.Plan.Processes[0].Flow.Body[0].Task; task.Role != "people.clerk" || task.EscalateTo != "people.clerk" {
		t.Errorf("the role is %s and it escalates to %s", task.Role, task.EscalateTo)
	}
}

// TestTheOrderOfFilesDoesNotMatterToImports also holds where a directory stands.
func TestTheOrderOfFilesDoesNotMatterToImports(t *testing.T) {
	fsys := twoPackages()
	fsys["work/shop/more.cob"] = &fstest.MapFile{Data: []byte("package shop\n\nimport \"../people\"\n\nprocess More(p: people.Person) { start people.Greet(p.id) }\n")}
	want := compile(t, fsys, compiler.Options{Dir: "work/shop"})
	moved := fstest.MapFS{}
	for name, f := range fsys {
		moved["a/b/"+name] = f
	}
	for _, r := range []*compiler.Result{compile(t, shuffled{fsys}, compiler.Options{Dir: "work/shop"}), compile(t, moved, compiler.Options{Dir: "a/b/work/shop", Prefix: "x/"})} {
		if r.Failed() || r.Digest != want.Digest {
			t.Errorf("the digest is %s, want %s\n%s", r.Digest, want.Digest, diag.OneLines(r.Diagnostics))
		}
	}
}

// TestMistakesInAnImportedPackageAreShownOnceAtTheirPlace, however many ways lead
// there.
func TestMistakesInAnImportedPackageAreShownOnceAtTheirPlace(t *testing.T) {
	fsys := fstest.MapFS{
		"app/a.cob":    {Data: []byte("package app\n\nimport \"../left\"\nimport \"../right\"\n\ntype T { l: left.L, r: right.R }\n")},
		"left/l.cob":   {Data: []byte("package left\n\nimport \"../base\"\n\ntype L { b: base.B }\n")},
		"right/r.cob":  {Data: []byte("package right\n\nimport \"../base\"\n\ntype R { b: base.B }\n")},
		"base/b.cob":   {Data: []byte("package base\n\ntype B { n: itn }\n")},
		"lonely/x.cob": {Data: []byte("package lonely\n\ntype X { n: itn }\n")},
	}
	r := compile(t, fsys, compiler.Options{Dir: "app", Prefix: "work/app/"})
	want := "work/base/b.cob:3:13-3:16: error COB2001: no type is called itn\n"
	if got := diag.OneLines(r.Diagnostics); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
}

// TestWhatIsWrongWithImports has one line for each mistake.
func TestWhatIsWrongWithImports(t *testing.T) {
	base := "-- people/p.cob --\npackage people\n\ntype Person { id: string }\n"
	for _, c := range []struct{ path, want, fix string }{
		{"../people", "", ""},
		{"../peolpe", "there is no package ../peolpe", `"../people"`},
		{"../empty", "there is no package ../empty", ""},
		{"../locked", "the package ../locked cannot be read", ""},
		{"people", `"people" is no path of a package`, `"../people"`},
		{"retry", `"retry" is no path of a package`, `"std/retry"`},
		{"/people", `"/people" is no path of a package`, ""},
		{"..\\\\people", `"..\\people" is no path of a package`, ""},
		{"../../people", "../../people leads out of the workspace", ""},
		{"std/retyr", "there is no package std/retyr", `"std/retry"`},
		{"std/../people", "std/../people is no path in the standard library", ""},
		{".", "the package shop imports itself", ""},
		{"../${1}", "the path of an import is a plain text", ""},
	} {
		fsys := locked{fstest.MapFS{
			"people/p.cob":    {Data: []byte(strings.SplitAfterN(base, "\n", 2)[1])},
			"empty/readme.md": {}, "locked/l.cob": {},
			"shop/s.cob": {Data: []byte("package shop\n\nimport \"" + c.path + "\" as people\n\ntype T { p: people.Person? }\n")},
		}}
		r, err := compiler.Compile(fsys, compiler.Options{Dir: "shop"})
		if err != nil {
			t.Fatal(err)
		}
		var got, fix string
		for _, d := range r.Diagnostics {
			if d.Code == "COB2001" {
				continue // std/retry has no Person
			}
			got += d.Message
			for _, e := range d.Fixes {
				fix += e.Text
			}
		}
		if got != c.want || fix != c.fix {
			t.Errorf("%s draws %q with the fix %q, want %q with %q", c.path, got, fix, c.want, c.fix)
		}
	}
}

// locked is a file system whose directory "locked" nobody may read.
type locked struct{ fstest.MapFS }

func (l locked) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == "locked" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return l.MapFS.ReadDir(name)
}

// TestACircleOfImportsIsPrintedWhole.
func TestACircleOfImportsIsPrintedWhole(t *testing.T) {
	fsys := fstest.MapFS{
		"a/a.cob": {Data: []byte("package a\n\nimport \"../b\"\n\ntype A { b: b.B }\n")},
		"b/b.cob": {Data: []byte("package b\n\nimport \"../c\"\n\ntype B { c: c.C }\n")},
		"c/c.cob": {Data: []byte("package c\n\nimport \"../b\"\n\ntype C { b: b.B? }\n")},
	}
	r := compile(t, fsys, compiler.Options{Dir: "a"})
	want := "../c/c.cob:3:8-3:14: error COB2009: packages import each other in a circle: b -> c -> b\n"
	if got := diag.OneLines(r.Diagnostics); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
}

// TestLinksThatNeverEnd: a directory that holds a link to itself, and a link to a
// directory above, each imported.
func TestLinksThatNeverEnd(t *testing.T) {
	dir := t.TempDir()
	p := filepath.Join(dir, "p")
	if err := os.Mkdir(p, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, l := range []struct{ target, name string }{{"self", filepath.Join(p, "self")}, {".", filepath.Join(p, "here")}} {
		if err := os.Symlink(l.target, l.name); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{"./self": "COB2008", "./here": "COB2010"} {
		text := fmt.Sprintf("package p\n\nimport %q as q\n\ntype T { n: q.T? }\n", path)
		if err := os.WriteFile(filepath.Join(p, "p.cob"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		r := compile(t, os.DirFS(dir), compiler.Options{Dir: "p"})
		if len(r.Diagnostics) != 1 || string(r.Diagnostics[0].Code) != want {
			t.Errorf("%s draws\n%s, want one %s", path, diag.OneLines(r.Diagnostics), want)
		}
	}
}

// TestPackagesOfOneProgramAreLimited, at the limit and one above it.
func TestPackagesOfOneProgramAreLimited(t *testing.T) {
	fsys := fstest.MapFS{}
	for i := range module.MaxPackages + 1 {
		text := fmt.Sprintf("package p%d\n\nimport \"../p%d\"\n\ntype T { next: p%d.T? }\n", i, i+1, i+1)
		fsys[fmt.Sprintf("p%d/p.cob", i)] = &fstest.MapFile{Data: []byte(text)}
	}
	last := fmt.Sprintf("p%d/p.cob", module.MaxPackages)
	fsys[last] = &fstest.MapFile{Data: []byte(fmt.Sprintf("package p%d\n\ntype T { n: int }\n", module.MaxPackages))}
	for from, want := range map[string]int{"p0": 1, "p1": 0} {
		m, ds, err := module.Load(fsys, from, module.Options{})
		if err != nil || len(ds) != want || len(m.Order()) != module.MaxPackages {
			t.Errorf("from %s: %d packages, %v, %s", from, len(m.Order()), err, diag.OneLines(ds))
		}
	}
}

// TestLabelsOfAProgram: two packages that declare a label of one name mean the same
// one, and what it implies is what either says.
func TestLabelsOfAProgram(t *testing.T) {
	fsys := fstest.MapFS{
		"a/a.cob": {Data: []byte(`package a

import "../b"

label secret
label personal is secret
cloud paris { jurisdiction: "FR" }
endpoint e: http {
  operation put(x: b.Person) { put "/" { body: x } }
  on paris { url: env.E }
}
policy closed {
  deny call when "secret" in data.labels because "it is secret"
}
process P(x: b.Person) {
  policy: closed
  call e.put(x)
}
`)},
		"b/b.cob": {Data: []byte("package b\n\nlabel personal\ntype Person { name: string @personal }\n")},
	}
	r := compile(t, fsys, compiler.Options{Dir: "a"})
	if got := diag.OneLines(r.Diagnostics); !strings.Contains(got, "this call may go nowhere") {
		t.Errorf("what b calls personal is not secret in a:\n%s", got)
	}
}
