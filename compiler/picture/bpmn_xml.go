package picture

import (
	"fmt"
	"strings"
)

// bpmnLanguage names the language of the expressions.
const bpmnLanguage = "urn:cob:expression"

// attribute makes a text fit for the value of an attribute.
func attribute(text string) string { return escapeLines(text, "&#10;") }

// escapeLines makes lines fit for XML, and puts them together again.
func escapeLines(text, between string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = escape(l)
	}
	return strings.Join(lines, between)
}

// xmlText writes XML with indents.
type xmlText struct {
	strings.Builder
	depth int
}

func (w *xmlText) line(format string, args ...any) {
	w.WriteString(strings.Repeat("  ", w.depth))
	fmt.Fprintf(w, format, args...)
	w.WriteByte('\n')
}

func (w *xmlText) open(format string, args ...any) {
	w.line(format, args...)
	w.depth++
}

func (w *xmlText) close(tag string) {
	w.depth--
	w.line("</%s>", tag)
}

// write is the whole document.
func (b *bpmn) write(pools []bpmnPool) string {
	w := &xmlText{}
	w.line(`<?xml version="1.0" encoding="UTF-8"?>`)
	w.open(`<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="definitions" targetNamespace="urn:cob" expressionLanguage="%s" exporter="cob">`, bpmnLanguage)
	for _, r := range b.order {
		code := ""
		if r.tag != "message" {
			code = fmt.Sprintf(` %sCode="%s"`, r.tag, attribute(r.name))
		}
		w.line(`<bpmn:%s id="%s" name="%s"%s/>`, r.tag, r.id, attribute(r.name), code)
	}
	plane := "collaboration"
	if len(pools) == 1 {
		plane = pools[0].id
	} else {
		w.open(`<bpmn:collaboration id="collaboration">`)
		for _, p := range pools {
			w.line(`<bpmn:participant id="pool_%s" name="%s" processRef="%s"/>`, p.id, attribute(p.flow.Name), p.id)
		}
		w.close("bpmn:collaboration")
	}
	for _, p := range pools {
		w.open(`<bpmn:process id="%s" name="%s" isExecutable="false">`, p.id, attribute(p.flow.Name))
		w.documentation(strings.TrimSpace(p.flow.Head + "\n\n" + p.flow.Doc))
		w.scope(p.scope)
		w.close("bpmn:process")
	}
	w.open(`<bpmndi:BPMNDiagram id="diagram">`)
	w.open(`<bpmndi:BPMNPlane id="plane" bpmnElement="%s">`, plane)
	w.diagram(pools)
	w.close("bpmndi:BPMNPlane")
	w.close("bpmndi:BPMNDiagram")
	w.close("bpmn:definitions")
	return w.String()
}

func (w *xmlText) documentation(text string) {
	if text != "" {
		w.line("<bpmn:documentation>%s</bpmn:documentation>", escapeLines(text, "\n"))
	}
}

// scope writes what stands in a process or a subprocess; associations come last.
func (w *xmlText) scope(s *bpmnScope) {
	for _, n := range s.nodes {
		w.element(n)
	}
	for _, f := range s.flows {
		if f.association {
			continue
		}
		head := fmt.Sprintf(`<bpmn:sequenceFlow id="%s"%s sourceRef="%s" targetRef="%s"`, f.id, nameOf(f.name), f.from.id, f.to.id)
		if f.condition == "" || f.from.tag == "parallelGateway" {
			w.line("%s/>", head)
			continue
		}
		w.open("%s>", head)
		w.line(`<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">%s</bpmn:conditionExpression>`, escape(f.condition))
		w.close("bpmn:sequenceFlow")
	}
	for _, f := range s.flows {
		if f.association {
			w.line(`<bpmn:association id="%s" associationDirection="One" sourceRef="%s" targetRef="%s"/>`, f.id, f.from.id, f.to.id)
		}
	}
}

func nameOf(name string) string {
	if name == "" {
		return ""
	}
	return ` name="` + attribute(name) + `"`
}

// element writes a node. The schema wants its parts in this order.
func (w *xmlText) element(n *bpmnNode) {
	head := fmt.Sprintf(`<bpmn:%s id="%s"%s`, n.tag, n.id, nameOf(n.name))
	for _, a := range n.attributes {
		head += fmt.Sprintf(` %s="%s"`, a[0], attribute(a[1]))
	}
	if n.host != nil {
		head += fmt.Sprintf(` attachedToRef="%s"`, n.host.id)
	}
	if n.isGateway() {
		head += n.otherwise()
	}
	w.open("%s>", head)
	w.documentation(strings.Join(n.doc, "\n"))
	for _, f := range n.in {
		w.line("<bpmn:incoming>%s</bpmn:incoming>", f.id)
	}
	for _, f := range n.out {
		w.line("<bpmn:outgoing>%s</bpmn:outgoing>", f.id)
	}
	for _, part := range []string{n.event, n.loop} {
		if part != "" {
			w.line("%s", part)
		}
	}
	if n.script != "" {
		w.line("<bpmn:script>%s</bpmn:script>", escape(n.script))
	}
	if n.inner != nil {
		w.scope(n.inner)
	}
	w.close("bpmn:" + n.tag)
}

// otherwise is the attribute of a gateway that names the flow that is taken when no
// condition of the others holds.
func (n *bpmnNode) otherwise() string {
	if n.tag != "exclusiveGateway" && n.tag != "inclusiveGateway" || len(n.out) < 2 {
		return ""
	}
	if last := n.out[len(n.out)-1]; last.condition == "" {
		return fmt.Sprintf(` default="%s"`, last.id)
	}
	return ""
}

// Of a pool.
const (
	poolBar = 30
	poolPad = 20
)

// diagram places all pools and writes the shapes and edges.
func (w *xmlText) diagram(pools []bpmnPool) {
	x, y, width := margin, margin, 0
	for _, p := range pools {
		width = max(width, p.l.w)
	}
	for _, p := range pools {
		if len(pools) > 1 {
			w.open(`<bpmndi:BPMNShape id="shape_pool_%s" bpmnElement="pool_%[1]s" isHorizontal="true">`, p.id)
			w.bounds(x, y, poolBar+width+2*poolPad, p.l.h+2*poolPad)
			w.close("bpmndi:BPMNShape")
		}
		p.l.draw(nil, x+poolBar+poolPad, y+poolPad)
		w.shapes(p.scope)
		y += p.l.h + 2*poolPad + margin
	}
}

func (w *xmlText) bounds(x, y, width, height int) {
	w.line(`<dc:Bounds x="%d" y="%d" width="%d" height="%d"/>`, x, y, width, height)
}

func (w *xmlText) label(f font, lines []string, at point) {
	if len(lines) == 0 {
		return
	}
	w.open("<bpmndi:BPMNLabel>")
	w.bounds(at.x, at.y, widest(f, lines), len(lines)*f.line())
	w.close("bpmndi:BPMNLabel")
}

func (w *xmlText) shapes(s *bpmnScope) {
	for _, n := range s.nodes {
		more := ""
		if n.inner != nil {
			more = ` isExpanded="true"`
		}
		if n.tag == "exclusiveGateway" {
			more = ` isMarkerVisible="true"`
		}
		w.open(`<bpmndi:BPMNShape id="shape_%s" bpmnElement="%[1]s"%s>`, n.id, more)
		w.bounds(n.x, n.y, n.w, n.h)
		w.label(detailFont, n.label, n.labelAt)
		w.close("bpmndi:BPMNShape")
		if n.inner != nil {
			w.shapes(n.inner)
		}
	}
	for _, f := range s.flows {
		w.open(`<bpmndi:BPMNEdge id="edge_%s" bpmnElement="%[1]s">`, f.id)
		for _, p := range f.points() {
			w.line(`<di:waypoint x="%d" y="%d"/>`, p.x, p.y)
		}
		w.label(labelFont, f.label, f.labelAt)
		w.close("bpmndi:BPMNEdge")
	}
}
