package picture

import "strings"

const (
	gapY     = 26  // between a step and the next one
	gapX     = 30  // between lanes
	pad      = 10  // inside of boxes
	boxMin   = 110 // width of a box
	textMax  = 210 // width of a text in a box
	labelMax = 150 // width of the label of a lane
	barSize  = 17  // height of the bars of a fork, which hold their words
	framePad = 14
)

// layout is a part of a flow with its size. The flow enters it at the top, axis
// pixels from its left, and leaves it at the bottom, unless it ends there.
type layout struct {
	w, h, axis int
	ends       bool
	draw       func(c *canvas, x, y int)
}

// SVG draws a flow.
func (f Flow) SVG() string { return svg("cob-"+f.Name, f.drawing()) }

func (f Flow) drawing() drawing {
	l := sequence(f.Nodes)
	return drawing{title: f.Name, desc: f.description(), w: l.w, h: l.h, draw: l.draw}
}

// description tells the flow to who cannot see it.
func (f Flow) description() string {
	var steps []string
	var walk func(nodes []Node)
	walk = func(nodes []Node) {
		for _, n := range nodes {
			if n.Style != Begin {
				steps = append(steps, strings.TrimSpace(n.Tag+" "+n.Title))
			}
			for _, l := range n.Lanes {
				walk(l.Nodes)
			}
		}
	}
	walk(f.Nodes)
	return "The flow of the " + f.Kind + " " + f.Head + ". Its steps in the order of the text: " + strings.Join(steps, "; ") + "."
}

func sequence(nodes []Node) layout {
	parts := make([]layout, len(nodes))
	for i, n := range nodes {
		parts[i] = node(n)
	}
	return stacked(parts, func(c *canvas, x, y int) {
		c.line("cob-line", true, point{x, y}, point{x, y + gapY})
	})
}

// stacked puts parts below each other on one axis; line draws the way to the next one
// from a part that goes on.
func stacked(parts []layout, line func(c *canvas, x, y int)) layout {
	var out layout
	right := 0
	for i, p := range parts {
		out.axis = max(out.axis, p.axis)
		right = max(right, p.w-p.axis)
		out.h += p.h
		if i > 0 {
			out.h += gapY
		}
		out.ends = p.ends
	}
	out.w = out.axis + right
	out.draw = func(c *canvas, x, y int) {
		for i, p := range parts {
			if i > 0 {
				if !parts[i-1].ends {
					line(c, x+out.axis, y)
				}
				y += gapY
			}
			p.draw(c, x+out.axis-p.axis, y)
			y += p.h
		}
	}
	return out
}

func node(n Node) layout {
	var l layout
	switch n.Style {
	case Choice:
		l = choiceLayout(n)
	case Fork:
		l = forkLayout(n)
	case Frame:
		l = frameLayout(n)
	default:
		l = boxLayout(n)
	}
	if len(n.Sides) > 0 {
		l = beside(l, n.Sides)
	}
	return l
}

// hint is what is said of a node to who asks for more.
func (n Node) hint() string {
	text := strings.TrimSpace(n.Tag + " " + n.Title)
	if n.Detail != "" {
		text += " " + n.Detail
	}
	if n.At != "" {
		text += " (" + n.At + ")"
	}
	return text
}

func boxLayout(n Node) layout {
	titles, details := titleFont.wrap(n.Title, textMax, 3), detailFont.wrap(n.Detail, textMax, 3)
	w, h := boxMin, 2*pad
	if n.Tag != "" {
		w, h = max(w, tagFont.width(upper(n.Tag))+2*pad), h+tagFont.line()
	}
	for _, t := range titles {
		w, h = max(w, titleFont.width(t)+2*pad), h+titleFont.line()
	}
	for _, d := range details {
		w, h = max(w, detailFont.width(d)+2*pad), h+detailFont.line()
	}
	round := 5
	if n.Style == Begin || n.Style == End || n.Style == Fault {
		w, round = w+2*pad, min(h/2, 22)
	}
	return layout{w: w, h: h, axis: w / 2, ends: n.Ends, draw: func(c *canvas, x, y int) {
		c.open("cob-"+string(n.Style), n.hint())
		c.rect("cob-box", x, y, w, h, round)
		y += pad
		write := func(f font, class string, lines ...string) {
			for _, t := range lines {
				c.text(class, "middle", x+w/2, y+f.size, t)
				y += f.line()
			}
		}
		if n.Tag != "" {
			write(tagFont, "cob-tag", upper(n.Tag))
		}
		write(titleFont, "cob-title", titles...)
		write(detailFont, "cob-detail", details...)
		c.close()
	}}
}

// lane is a path with its label.
func lane(l Lane) layout {
	body := sequence(l.Nodes)
	labels := labelFont.wrap(l.Label, labelMax, 4)
	labelWidth := 0
	for _, t := range labels {
		labelWidth = max(labelWidth, labelFont.width(t))
	}
	before := len(labels)*labelFont.line() + 12
	right := max(body.w-body.axis, labelWidth+10)
	empty := len(l.Nodes) == 0
	axis := max(body.axis, 10)
	return layout{w: axis + right, h: before + body.h, axis: axis, ends: body.ends, draw: func(c *canvas, x, y int) {
		for i, t := range labels {
			c.text("cob-label", "start", x+axis+6, y+4+labelFont.size+i*labelFont.line(), t)
		}
		c.line("cob-line", !empty, point{x + axis, y}, point{x + axis, y + before})
		body.draw(c, x+axis-body.axis, y+before)
	}}
}

// fan is what stands side by side below a node. The width and the axes are those
// of the fan; the lanes begin at one height.
type fan struct {
	lanes  []layout
	xs     []int
	w, h   int
	axis   int
	merges bool // a lane leaves at the bottom
}

func newFan(lanes []Lane) fan {
	parts := make([]layout, len(lanes))
	for i, l := range lanes {
		parts[i] = lane(l)
	}
	return fanOf(parts, lanes)
}

// fanOf puts the layouts of lanes beside each other.
func fanOf(parts []layout, lanes []Lane) fan {
	var f fan
	for i, p := range parts {
		if i > 0 {
			f.w += gapX
		}
		f.lanes, f.xs = append(f.lanes, p), append(f.xs, f.w)
		f.w += p.w
		f.h = max(f.h, p.h)
		f.merges = f.merges || !p.ends
	}
	if len(lanes) == 0 {
		f.merges = true
		return f
	}
	f.axis = (f.at(0) + f.at(len(lanes)-1)) / 2
	if len(lanes) == 2 && (len(lanes[0].Nodes) == 0 || len(lanes[1].Nodes) == 0) {
		f.axis = f.at(0) // what may happen is straight below, the way round beside it
	}
	return f
}

// at is the axis of a lane.
func (f fan) at(i int) int { return f.xs[i] + f.lanes[i].axis }

// spread gives a fan room for a head of a width and moves it to the right.
func (f fan) spread(head int) (w, axis, shift int) {
	shift = max(0, head/2-f.axis)
	axis = f.axis + shift
	return max(f.w+shift, axis+(head+1)/2), axis, shift
}

const busRoom = 12

// draw draws the lanes below a bus and gathers at another one those that go on.
func (f fan) draw(c *canvas, x, y, axis int) {
	for i, l := range f.lanes {
		c.line("cob-line", false, point{axis, y}, point{axis, y + busRoom}, point{x + f.at(i), y + busRoom})
		l.draw(c, x+f.xs[i], y+busRoom)
		if !l.ends {
			bottom := y + busRoom + f.h + busRoom
			c.line("cob-line", false, point{x + f.at(i), y + busRoom + l.h}, point{x + f.at(i), bottom}, point{axis, bottom})
		}
	}
}

func choiceLayout(n Node) layout {
	titles := detailFont.wrap(n.Title, textMax, 4)
	headWidth, headHeight := boxMin, 2*pad-4
	if n.Tag != "" {
		headHeight += tagFont.line()
	}
	for _, t := range titles {
		headWidth, headHeight = max(headWidth, detailFont.width(t)+2*pad+2*headHeight/3), headHeight+detailFont.line()
	}
	corner := headHeight / 3
	f := newFan(n.Lanes)
	w, axis, shift := f.spread(headWidth)
	h := headHeight + 2*busRoom + f.h
	return layout{w: w, h: h, axis: axis, ends: !f.merges, draw: func(c *canvas, x, y int) {
		left := x + axis - headWidth/2
		c.open("cob-choice", n.hint())
		c.polygon("cob-box", point{left + corner, y}, point{left + headWidth - corner, y}, point{left + headWidth, y + headHeight/2},
			point{left + headWidth - corner, y + headHeight}, point{left + corner, y + headHeight}, point{left, y + headHeight/2})
		at := y + pad - 2
		if n.Tag != "" {
			c.text("cob-tag", "middle", x+axis, at+tagFont.size, upper(n.Tag))
			at += tagFont.line()
		}
		for _, t := range titles {
			c.text("cob-detail", "middle", x+axis, at+detailFont.size, t)
			at += detailFont.line()
		}
		c.close()
		f.draw(c, x+shift, y+headHeight, x+axis)
	}}
}

func forkLayout(n Node) layout {
	f := newFan(n.Lanes)
	words := max(tagFont.width(upper(n.Tag)), tagFont.width(upper(n.Join))) + 2*pad
	w, axis, shift := f.spread(words)
	from, to := axis-words/2, axis+words/2
	for i := range f.lanes {
		from, to = min(from, f.at(i)+shift-gapX/2), max(to, f.at(i)+shift+gapX/2)
	}
	if from < 0 {
		shift, axis, to, w, from = shift-from, axis-from, to-from, w-from, 0
	}
	w = max(w, to)
	h := 2*barSize + 2*busRoom + f.h
	return layout{w: w, h: h, axis: axis, ends: !f.merges, draw: func(c *canvas, x, y int) {
		c.open("cob-fork", n.hint())
		bottom := y + h - barSize
		c.rect("cob-bar", x+from, y, to-from, barSize, 3)
		c.rect("cob-bar", x+from, bottom, to-from, barSize, 3)
		c.text("cob-tag", "middle", x+axis, y+tagFont.size+3, upper(n.Tag))
		c.text("cob-tag", "middle", x+axis, bottom+tagFont.size+3, upper(n.Join))
		c.close()
		f.posts(c, x+shift, y+barSize, bottom)
	}}
}

// posts draws lanes between two bars.
func (f fan) posts(c *canvas, x, y, bottom int) {
	for i, l := range f.lanes {
		at := x + f.at(i)
		c.line("cob-line", false, point{at, y}, point{at, y + busRoom})
		l.draw(c, x+f.xs[i], y+busRoom)
		if !l.ends {
			c.line("cob-line", true, point{at, y + busRoom + l.h}, point{at, bottom})
		}
	}
}

func frameLayout(n Node) layout {
	var nodes []Node
	if len(n.Lanes) > 0 {
		nodes = n.Lanes[0].Nodes
	}
	l := framed(n.Title, n.hint(), nodes, true, "cob-frame")
	l.ends = n.Ends
	return l
}

// framed is a path inside of a frame with a title. With open, the path leaves the
// frame at its bottom.
func framed(title, hint string, nodes []Node, open bool, class string) layout {
	body := sequence(nodes)
	titles := labelFont.wrap(title, max(body.w, textMax), 3)
	titleWidth := 0
	for _, t := range titles {
		titleWidth = max(titleWidth, labelFont.width(t))
	}
	head := len(titles)*labelFont.line() + 8
	inner := max(body.w, titleWidth, 40)
	w := inner + 2*framePad
	axis := framePad + body.axis
	if len(nodes) == 0 {
		axis = w / 2
	}
	h := head + gapY*2/3 + body.h + framePad
	return layout{w: w, h: h, axis: axis, ends: body.ends, draw: func(c *canvas, x, y int) {
		c.frame(x, y, w, h, class)
		c.open("cob-framed", hint)
		for i, t := range titles {
			c.text("cob-label", "start", x+framePad, y+4+labelFont.size+i*labelFont.line(), t)
		}
		c.close()
		top := y + head
		c.line("cob-line", len(nodes) > 0, point{x + axis, top}, point{x + axis, top + gapY*2/3})
		body.draw(c, x+axis-body.axis, top+gapY*2/3)
		if open && !body.ends {
			c.line("cob-line", false, point{x + axis, y + h - framePad}, point{x + axis, y + h})
		}
	}}
}

// beside puts what handles or undoes a step to its right.
func beside(main layout, sides []Lane) layout {
	type placed struct {
		layout
		y    int
		back bool
	}
	var all []placed
	w, y := 0, 0
	over := main.ends
	for i, s := range sides {
		if i > 0 {
			y += gapY / 2
		}
		back := s.Back && !ends(s.Nodes)
		l := framed(s.Label, s.Label, s.Nodes, back, "cob-side")
		all = append(all, placed{l, y, back})
		w, y = max(w, l.w), y+l.h
		over = over && !back
	}
	left := main.w + gapX
	h := max(main.h, y+busRoom)
	return layout{w: left + w + gapX/3, h: h, axis: main.axis, ends: over, draw: func(c *canvas, x, y int) {
		main.draw(c, x, y)
		if !main.ends && h > main.h {
			c.line("cob-line", false, point{x + main.axis, y + main.h}, point{x + main.axis, y + h})
		}
		for i, p := range all {
			p.draw(c, x+left, y+p.y)
			at := y + min(p.y+18, main.h/2)
			if i > 0 {
				at = y + p.y + 18
			}
			from := x + main.w
			if at > y+main.h {
				c.line("cob-dash", true, point{x + main.w + gapX/2, y + min(18, main.h/2)}, point{x + main.w + gapX/2, at}, point{x + left, at})
			} else {
				c.line("cob-dash", true, point{from, at}, point{x + left, at})
			}
			if p.back {
				side, turn, free := x+left+p.axis, y+p.y+p.h+gapY/4, x+left+w+gapX/3
				if i == len(all)-1 {
					free = side // nothing stands below
				}
				c.line("cob-dash", false, point{side, y + p.y + p.h}, point{side, turn}, point{free, turn}, point{free, y + h}, point{x + main.axis, y + h})
			}
		}
	}}
}
