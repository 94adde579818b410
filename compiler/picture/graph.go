package picture

import (
	"fmt"
	"strings"
)

// graph is a picture without places: what programs that lay out themselves read.
type graph struct {
	name   string
	right  bool // from left to right rather than down
	nodes  []vertex
	edges  []edge
	groups []group
}

type vertex struct {
	style Style
	lines []string
	group int // index of groups plus one; 0 is none
}

type edge struct {
	from, to int
	label    string
	dashed   bool
}

type group struct {
	label string
	in    int // as in vertex
}

// open is an end of a path that waits for the next step.
type open struct {
	from   int
	label  string
	dashed bool
}

func (f Flow) graph() graph {
	g := &graph{name: f.Name}
	g.path(f.Nodes, nil, 0)
	return *g
}

func (g *graph) vertex(n Node, in int) int {
	lines := []string{strings.TrimSpace(n.Tag + " " + n.Title)}
	if n.Detail != "" {
		lines = append(lines, n.Detail)
	}
	g.nodes = append(g.nodes, vertex{n.Style, lines, in})
	return len(g.nodes) - 1
}

func (g *graph) connect(ends []open, to int) {
	for _, e := range ends {
		g.edges = append(g.edges, edge{e.from, to, e.label, e.dashed})
	}
}

// path adds steps behind open ends and returns the ends that are open then.
func (g *graph) path(nodes []Node, ends []open, in int) []open {
	for _, n := range nodes {
		ends = g.step(n, ends, in)
	}
	return ends
}

func (g *graph) step(n Node, before []open, in int) []open {
	first := len(g.nodes)
	var after []open
	switch n.Style {
	case Frame:
		g.groups = append(g.groups, group{n.Title, in})
		inner := len(g.groups)
		if len(n.Lanes) == 0 || len(n.Lanes[0].Nodes) == 0 {
			g.connect(before, g.vertex(Node{Style: Note, Title: "nothing"}, inner))
			after = []open{{from: first}}
		} else {
			after = g.path(n.Lanes[0].Nodes, before, inner)
		}
		if len(after) == 0 && !n.Ends { // a machine, whose last state is known only when it runs
			after = []open{{from: first, dashed: true}}
		}
	case Choice, Fork:
		at := g.vertex(n, in)
		g.connect(before, at)
		for _, l := range n.Lanes {
			after = append(after, g.path(l.Nodes, []open{{from: at, label: l.Label}}, in)...)
		}
		if n.Style == Fork && len(after) > 0 {
			join := g.vertex(Node{Style: Fork, Title: n.Join}, in)
			g.connect(after, join)
			after = []open{{from: join}}
		}
	default:
		at := g.vertex(n, in)
		g.connect(before, at)
		after = []open{{from: at}}
	}
	if n.Ends {
		after = nil
	}
	for _, s := range n.Sides {
		ends := g.path(s.Nodes, []open{{from: first, label: s.Label, dashed: true}}, in)
		if s.Back {
			after = append(after, ends...)
		}
	}
	return after
}

var mermaidShape = map[Style][2]string{
	Begin: {"([", "])"}, End: {"([", "])"}, Fault: {"([", "])"}, Choice: {"{{", "}}"}, Person: {"[/", "/]"}, Message: {">", "]"}, Child: {"[[", "]]"}, Time: {"(", ")"},
}

// mermaidText quotes a text: in a quoted text only what could end it or begin an
// element has to be named.
var mermaidText = strings.NewReplacer("#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "&", "#amp;", "`", "#96;")

func (g graph) mermaid() string {
	var b strings.Builder
	direction := "TD"
	if g.right {
		direction = "LR"
	}
	fmt.Fprintf(&b, "flowchart %s\n", direction)
	var inside func(in int, indent string)
	inside = func(in int, indent string) {
		for i, n := range g.nodes {
			if n.group != in {
				continue
			}
			shape, ok := mermaidShape[n.style]
			if !ok {
				shape = [2]string{"[", "]"}
			}
			text := make([]string, len(n.lines))
			for j, l := range n.lines {
				text[j] = mermaidText.Replace(l)
			}
			fmt.Fprintf(&b, "%sn%d%s\"%s\"%s\n", indent, i+1, shape[0], strings.Join(text, "<br>"), shape[1])
		}
		for i, sub := range g.groups {
			if sub.in == in {
				fmt.Fprintf(&b, "%ssubgraph g%d[\"%s\"]\n", indent, i+1, mermaidText.Replace(sub.label))
				inside(i+1, indent+"  ")
				fmt.Fprintf(&b, "%send\n", indent)
			}
		}
	}
	inside(0, "  ")
	for _, e := range g.edges {
		arrow := "-->"
		if e.dashed {
			arrow = "-.->"
		}
		if e.label != "" {
			arrow += `|"` + mermaidText.Replace(e.label) + `"|`
		}
		fmt.Fprintf(&b, "  n%d %s n%d\n", e.from+1, arrow, e.to+1)
	}
	return b.String()
}

var dotShape = map[Style]string{Begin: "oval", End: "oval", Fault: "octagon", Choice: "hexagon", Person: "parallelogram", Message: "cds", Child: "box3d"}

func dotQuote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text) + `"`
}

func (g graph) dot() string {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %s {\n", dotQuote(g.name))
	if g.right {
		b.WriteString("  rankdir=LR\n")
	}
	b.WriteString("  node [shape=box fontname=\"Helvetica\"]\n  edge [fontname=\"Helvetica\" fontsize=11]\n")
	var inside func(in int, indent string)
	inside = func(in int, indent string) {
		for i, n := range g.nodes {
			if n.group != in {
				continue
			}
			shape := ""
			if s, ok := dotShape[n.style]; ok {
				shape = " shape=" + s
			}
			fmt.Fprintf(&b, "%sn%d [label=%s%s]\n", indent, i+1, dotQuote(strings.Join(n.lines, "\n")), shape)
		}
		for i, sub := range g.groups {
			if sub.in == in {
				fmt.Fprintf(&b, "%ssubgraph cluster_%d {\n%s  label=%s style=dashed\n", indent, i+1, indent, dotQuote(sub.label))
				inside(i+1, indent+"  ")
				fmt.Fprintf(&b, "%s}\n", indent)
			}
		}
	}
	inside(0, "  ")
	for _, e := range g.edges {
		var with []string
		if e.label != "" {
			with = append(with, "label="+dotQuote(e.label))
		}
		if e.dashed {
			with = append(with, "style=dashed")
		}
		attributes := ""
		if len(with) > 0 {
			attributes = " [" + strings.Join(with, " ") + "]"
		}
		fmt.Fprintf(&b, "  n%d -> n%d%s\n", e.from+1, e.to+1, attributes)
	}
	b.WriteString("}\n")
	return b.String()
}

// Mermaid is the flow as a flowchart of Mermaid.
func (f Flow) Mermaid() string { return f.graph().mermaid() }

// Dot is the flow in the language of Graphviz.
func (f Flow) Dot() string { return f.graph().dot() }
