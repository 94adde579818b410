package picture_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/picture"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/spec/golden"
)

// element is XML as it is read back.
type element struct {
	tag    string
	a      map[string]string
	inside []*element
	in     *element
	text   string
}

func (e *element) walk(visit func(*element)) {
	visit(e)
	for _, x := range e.inside {
		x.walk(visit)
	}
}

func (e *element) all(tag string) []*element {
	var out []*element
	for _, x := range e.inside {
		if x.tag == tag {
			out = append(out, x)
		}
	}
	return out
}

func parsed(t *testing.T, text string) *element {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	root := &element{}
	at := root
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("no XML: %v", err)
		}
		switch x := token.(type) {
		case xml.StartElement:
			e := &element{tag: x.Name.Local, a: map[string]string{}, in: at}
			for _, a := range x.Attr {
				e.a[a.Name.Local] = a.Value
			}
			at.inside = append(at.inside, e)
			at = e
		case xml.EndElement:
			at = at.in
		case xml.CharData:
			at.text += string(x)
		}
	}
	return root.inside[0]
}

var flowNodes = []string{"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent",
	"task", "serviceTask", "userTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask", "callActivity", "subProcess", "adHocSubProcess",
	"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"}

// document is what the checks need of a file.
type document struct {
	root   *element
	byID   map[string]*element
	bounds map[string]box
	ways   map[string][][2]int
}

func number(t *testing.T, e *element, name string) int {
	t.Helper()
	n := 0
	if _, err := fmt.Sscan(e.a[name], &n); err != nil {
		t.Fatalf("%s has %s=%q", e.tag, name, e.a[name])
	}
	return n
}

func read(t *testing.T, text string) *document {
	t.Helper()
	d := &document{parsed(t, text), map[string]*element{}, map[string]box{}, map[string][][2]int{}}
	d.root.walk(func(e *element) {
		if id := e.a["id"]; id != "" {
			if d.byID[id] != nil {
				t.Errorf("the id %s stands twice", id)
			}
			d.byID[id] = e
		}
	})
	d.root.walk(func(e *element) {
		of := e.a["bpmnElement"]
		if e.tag == "BPMNPlane" {
			return
		}
		if of != "" && d.byID[of] == nil {
			t.Errorf("%s draws %s, which there is not", e.tag, of)
		}
		switch e.tag {
		case "BPMNShape":
			b := e.all("Bounds")[0]
			if _, twice := d.bounds[of]; twice {
				t.Errorf("%s is drawn twice", of)
			}
			d.bounds[of] = box{number(t, b, "x"), number(t, b, "y"), number(t, b, "width"), number(t, b, "height")}
		case "BPMNEdge":
			for _, p := range e.all("waypoint") {
				d.ways[of] = append(d.ways[of], [2]int{number(t, p, "x"), number(t, p, "y")})
			}
		}
	})
	return d
}

// sound holds a file against what BPMN wants of it, and its diagram against what a
// reader does.
func sound(t *testing.T, text string) {
	t.Helper()
	d := read(t, text)
	d.root.walk(func(e *element) {
		if slices.Contains(flowNodes, e.tag) {
			d.node(t, e)
		}
		switch e.tag {
		case "sequenceFlow", "association":
			d.flow(t, e)
		case "process", "subProcess", "adHocSubProcess":
			d.scope(t, e)
		}
		for _, ref := range []string{"errorRef", "messageRef", "escalationRef", "processRef", "attachedToRef"} {
			if to, ok := e.a[ref]; ok && d.byID[to] == nil {
				t.Errorf("%s refers to %s, which there is not", e.tag, to)
			}
		}
	})
}

func (d *document) node(t *testing.T, e *element) {
	t.Helper()
	id := e.a["id"]
	b, drawn := d.bounds[id]
	if !drawn || b.w <= 0 || b.h <= 0 {
		t.Errorf("%s has no bounds", id)
	}
	in, out := len(e.all("incoming")), len(e.all("outgoing"))
	handler := e.a["isForCompensation"] == "true"
	undo := e.tag == "boundaryEvent" && len(e.all("compensateEventDefinition")) > 0
	link := len(e.all("linkEventDefinition")) > 0
	free := handler || undo || e.in.tag == "adHocSubProcess"
	switch {
	case free:
		if in+out > 0 {
			t.Errorf("%s lies in the flow", id)
		}
	case (e.tag == "startEvent" || e.tag == "boundaryEvent" || link && e.tag == "intermediateCatchEvent") != (in == 0):
		t.Errorf("%s %q has %d ways in", id, e.a["name"], in)
	case (e.tag == "endEvent" || link && e.tag == "intermediateThrowEvent") != (out == 0):
		t.Errorf("%s %q has %d ways out", id, e.a["name"], out)
	}
	if strings.HasSuffix(e.tag, "Gateway") == false && out > 1 {
		t.Errorf("%s %q has %d ways out and is no gateway", id, e.a["name"], out)
	}
	if to := e.a["default"]; to != "" && d.byID[to].a["sourceRef"] != id {
		t.Errorf("%s has another one's flow as its default", id)
	}
	if e.tag == "eventBasedGateway" {
		for _, o := range e.all("outgoing") {
			if to := d.byID[d.byID[o.text].a["targetRef"]]; to.tag != "intermediateCatchEvent" {
				t.Errorf("%s leads to a %s", id, to.tag)
			}
		}
	}
}

func (d *document) flow(t *testing.T, e *element) {
	t.Helper()
	id := e.a["id"]
	from, to := d.byID[e.a["sourceRef"]], d.byID[e.a["targetRef"]]
	if from == nil || to == nil || from.in != e.in || to.in != e.in {
		t.Errorf("%s leads from %q to %q", id, e.a["sourceRef"], e.a["targetRef"])
		return
	}
	way := d.ways[id]
	if len(way) < 2 {
		t.Errorf("%s is not drawn", id)
		return
	}
	for i := 1; i < len(way); i++ {
		if way[i][0] != way[i-1][0] && way[i][1] != way[i-1][1] {
			t.Errorf("%s is crooked: %v", id, way)
		}
	}
	if !touches(way[0], d.bounds[from.a["id"]]) || !touches(way[len(way)-1], d.bounds[to.a["id"]]) {
		t.Errorf("%s does not begin and end at its elements: %v, %v, %v", id, way, d.bounds[from.a["id"]], d.bounds[to.a["id"]])
	}
	for _, x := range e.in.inside {
		b, drawn := d.bounds[x.a["id"]]
		if !drawn || x == from || x == to || x.a["id"] == from.a["attachedToRef"] {
			continue
		}
		for i := 1; i < len(way); i++ {
			if crosses(way[i-1], way[i], b) {
				t.Errorf("%s (%s to %s) runs through %s: %v, %v", id, from.a["id"], to.a["id"], x.a["id"], way, b)
			}
		}
	}
	if e.tag == "association" {
		return
	}
	holds := func(n *element, tag string) bool {
		return slices.ContainsFunc(n.all(tag), func(x *element) bool { return x.text == id })
	}
	if !holds(from, "outgoing") || !holds(to, "incoming") {
		t.Errorf("the ends of %s do not know it", id)
	}
}

func touches(p [2]int, b box) bool {
	return p[0] >= b.x && p[0] <= b.x+b.w && p[1] >= b.y && p[1] <= b.y+b.h &&
		(p[0] == b.x || p[0] == b.x+b.w || p[1] == b.y || p[1] == b.y+b.h)
}

func crosses(p, q [2]int, b box) bool {
	return max(p[0], q[0]) > b.x && min(p[0], q[0]) < b.x+b.w && max(p[1], q[1]) > b.y && min(p[1], q[1]) < b.y+b.h
}

// scope looks whether what stands in a subprocess lies in it, and nothing upon anything
// else.
func (d *document) scope(t *testing.T, e *element) {
	t.Helper()
	outer, drawn := d.bounds[e.a["id"]]
	var inside []*element
	for _, x := range e.inside {
		if _, ok := d.bounds[x.a["id"]]; ok {
			inside = append(inside, x)
		}
	}
	for i, x := range inside {
		a := d.bounds[x.a["id"]]
		if drawn && (a.x < outer.x || a.y < outer.y || a.x+a.w > outer.x+outer.w || a.y+a.h > outer.y+outer.h) {
			t.Errorf("%s lies outside of %s", x.a["id"], e.a["id"])
		}
		if a.x < 0 || a.y < 0 {
			t.Errorf("%s lies outside of the picture", x.a["id"])
		}
		for _, y := range inside[i+1:] {
			b := d.bounds[y.a["id"]]
			if x.a["attachedToRef"] != y.a["id"] && y.a["attachedToRef"] != x.a["id"] && a.x < b.x+b.w && b.x < a.x+a.w && a.y < b.y+b.h && b.y < a.y+a.h {
				t.Errorf("%s and %s lie on each other", x.a["id"], y.a["id"])
			}
		}
	}
}

// TestExamplesAsBPMN exports every package of the examples, each flow alone and all
// together, among them the control-flow patterns.
func TestExamplesAsBPMN(t *testing.T) {
	for _, name := range []string{"benefit", "commerce", "leave", "orders", "patient", "patterns/integration", "patterns/workflow", "steps", "w1", "ward"} {
		t.Run(name, func(t *testing.T) {
			flows := picture.Flows(workspaceExample(t, name).Files)
			text, _ := picture.BPMN(flows)
			sound(t, text)
			for _, f := range flows {
				if f.Kind != "pattern" {
					text, _ := picture.BPMN([]picture.Flow{f})
					sound(t, text)
				}
			}
		})
	}
}

// workspaceExample compiles an example that may import others.
func workspaceExample(t *testing.T, name string) *compiler.Result {
	t.Helper()
	r, err := compiler.Compile(os.DirFS("../.."), compiler.Options{Dir: "examples/" + name})
	if err != nil || r.Failed() {
		t.Fatalf("examples/%s does not compile: %v", name, err)
	}
	return r
}

// TestEveryStatementAsBPMN exports what the parser's corpus holds, hostile names, and
// something large.
func TestEveryStatementAsBPMN(t *testing.T) {
	paths, err := filepath.Glob("../../lang/syntax/testdata/corpus/*.cob")
	if err != nil || len(paths) == 0 {
		t.Fatal("there is no corpus", err)
	}
	texts := map[string]string{"hostile": hostile, "large": generated(300)}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(path)] = string(text)
	}
	for name, text := range texts {
		file, _ := syntax.Parse(source.New(name, text))
		for _, f := range picture.Flows([]*syntax.File{file}) {
			if f.Kind == "pattern" {
				continue
			}
			t.Run(name+"."+f.Name, func(t *testing.T) {
				text, _ := picture.BPMN([]picture.Flow{f})
				sound(t, text)
			})
		}
	}
}

// The BPMN of two processes, as a person has looked at it.
func TestBPMN(t *testing.T) {
	for name, flow := range map[string]string{"orders": "Fulfil", "leave": "Leave"} {
		for _, f := range picture.Flows(example(t, name).Files) {
			if f.Name == flow {
				text, _ := picture.BPMN([]picture.Flow{f})
				golden.Text(t, "testdata/"+name+"."+flow+".bpmn", text)
			}
		}
	}
}

// TestWhatStatementsAreInBPMN takes one construct after the other and wants its elements.
func TestWhatStatementsAreInBPMN(t *testing.T) {
	for body, want := range map[string][]string{
		`call e.get(1)`: {"<bpmn:serviceTask"},
		"task check() {\ndue: 2d\nelse { wait 1h }\n}": {"<bpmn:userTask", "<bpmn:boundaryEvent", ">P2D<", ">PT1H<"},
		`send c(1)`:              {"<bpmn:sendTask"},
		`publish Done { id: 1 }`: {"<bpmn:intermediateThrowEvent", `<bpmn:message id="message_`, `name="Done"`},
		`let a = start Q(1)`:     {"<bpmn:callActivity"},
		`let n = 1 + 1`:          {"<bpmn:scriptTask", "<bpmn:script>n = 1 + 1</bpmn:script>"},
		`wait 90m`:               {"<bpmn:intermediateCatchEvent", ">PT90M<"},
		`wait 1500ms`:            {">PT1.500S<"},
		`wait until due`:         {"<bpmn:timeDate", ">due<"},
		`wait delay`:             {"<bpmn:timeDuration", ">delay<"},
		`if n > 1 { wait 1s }`:   {"<bpmn:exclusiveGateway", " default=", ">n &gt; 1<"},
		"match n {\n1 => { wait 1s }\nelse => { wait 2s }\n}":                                        {"<bpmn:businessRuleTask", ">n is 1<"},
		"select {\non Paid as p where p.id == 1 { wait 1s }\nafter 7d { wait 1s }\n}":                {"<bpmn:eventBasedGateway", "messageEventDefinition", ">P7D<"},
		"select {\non Paid as p where p.id == 1 { wait 1s }\n}":                                      {"messageEventDefinition"},
		"parallel {\nbranch a { wait 1s }\nbranch b { wait 2s }\n}":                                  {"<bpmn:parallelGateway"},
		"parallel {\nbranch a when n > 1 { wait 1s }\nbranch b { wait 2s }\n}":                       {"<bpmn:inclusiveGateway", ">n &gt; 1<", ">true<"},
		"parallel {\nbranch a { wait 1s }\nbranch b { wait 2s }\n} join any":                         {"<bpmn:complexGateway"},
		"race {\nbranch a { wait 1s }\nbranch b { wait 2s }\n}":                                      {"<bpmn:subProcess", "<bpmn:terminateEventDefinition/>"},
		"interleave {\nbranch a { wait 1s }\nbranch b { wait 2s }\n}":                                {"<bpmn:adHocSubProcess", `ordering="Sequential"`},
		`for x in xs { wait 1s }`:                                                                    {`<bpmn:multiInstanceLoopCharacteristics isSequential="true"/>`},
		`for x in xs parallel { wait 1s }`:                                                           {`<bpmn:multiInstanceLoopCharacteristics isSequential="false"/>`},
		`while n < 3 { wait 1s }`:                                                                    {"<bpmn:standardLoopCharacteristics", ">n &lt; 3<"},
		`for x in xs { return 1 }`:                                                                   {"<bpmn:escalationEventDefinition", "<bpmn:boundaryEvent"},
		"parallel {\nbranch a { return 1 }\nbranch b { wait 2s }\n}":                                 {"<bpmn:terminateEventDefinition/>"},
		`fail Declined { reason: "x" }`:                                                              {"<bpmn:errorEventDefinition errorRef=", `errorCode="Declined"`},
		"try { wait 1s } catch Declined { wait 2s }":                                                 {"<bpmn:subProcess", "<bpmn:boundaryEvent", "errorEventDefinition"},
		"try { wait 1s } catch Declined { wait 2s } finally { wait 3s }":                             {">PT3S<"},
		"call e.get(1) { compensate { call e.put(1) } }":                                             {"<bpmn:compensateEventDefinition/>", `isForCompensation="true"`, `<bpmn:association`},
		"scope s { wait 1s\nwithin 1h else { wait 2s } }":                                            {"<bpmn:subProcess", ">PT1H<"},
		"machine m {\nstate one { on Paid as p where p.id == 1 goto two }\nstate two { wait 1s }\n}": {`<bpmn:linkEventDefinition name="two"/>`, `<bpmn:linkEventDefinition name="one"/>`},
		"critical printer { wait 1s }":                                                               {"never two at once"},
		"on cancel { wait 1s }\nwait 2s":                                                             {`escalationCode="cancel"`},
		"deadline: 1h\nwait 2s":                                                                      {">PT1H<", `errorCode="std.Overdue"`},
	} {
		file, wrong := syntax.Parse(source.New("a.cob", "package a\n\nprocess P(n: int) {\n"+body+"\n}\n"))
		if len(wrong) > 0 {
			t.Errorf("%s: %s", body, diag.OneLines(wrong))
			continue
		}
		text, _ := picture.BPMN(picture.Flows([]*syntax.File{file}))
		sound(t, text)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s has no %s", body, w)
			}
		}
	}
}

// TestWhatBPMNCannotSay is told with its place, and stands in the file.
func TestWhatBPMNCannotSay(t *testing.T) {
	file, _ := syntax.Parse(source.New("a.cob", "package a\n\npattern x over c { every c, emit { n: 1 } to d }\n\nprocess P(n: int) {\n  critical printer { wait 1s }\n}\n\nroute r {\n  from c as m\n  send d(m)\n}\n"))
	text, unsaid := picture.BPMN(picture.Flows([]*syntax.File{file}))
	sound(t, text)
	want := []picture.Unsaid{
		{At: "a.cob:3", What: "the pattern x: BPMN has no word for what is recognized in streams"},
		{At: "a.cob:6", What: "critical printer: never two at once"},
	}
	if !slices.Equal(unsaid, want) {
		t.Errorf("told is %q", unsaid)
	}
	if !strings.Contains(text, "critical printer: never two at once\n</bpmn:documentation>") && !strings.Contains(text, "critical printer: never two at once</bpmn:documentation>") {
		t.Errorf("it is not in the file:\n%s", text)
	}
	if !strings.Contains(text, `name="from c"`) || strings.Count(text, "<bpmn:participant ") != 2 {
		t.Errorf("the process and the route are no pools:\n%s", text)
	}
}
