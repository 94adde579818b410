package picture

import (
	"cmp"
	"fmt"
	"slices"
)

const (
	mapGapX  = 74 // between columns, for arrows to turn in
	mapGapY  = 18
	rowRoom  = 17
	sweeps   = 8   // of ordering the columns
	laneRoom = 10  // of an arrow that passes a column
	mapText  = 400 // width of a text in a box of the map
)

// spot is a box of the map in its column, or the place where an arrow passes one.
type spot struct {
	box     int // -1: an arrow passes
	x, y    int
	w, h    int
	before  []int // spots of the column before that lead here
	behind  []int
	ordered float64
}

// hop is an arrow from column to column.
type hop struct {
	link  int
	spots []int
	back  bool // drawn against its direction
}

type mapLayout struct {
	m       Map
	column  []int // of each box
	spots   []spot
	columns [][]int
	hops    []hop
	w, h    int
}

// SVG draws the map.
func (m Map) SVG() string { return svg("cob-map", m.drawing()) }

// Sheet draws a map and flows below it in one picture.
func Sheet(m Map, flows []Flow) string {
	all := []drawing{m.drawing()}
	for _, f := range flows {
		all = append(all, f.drawing())
	}
	return svg("cob-sheet", all...)
}

func (m Map) drawing() drawing {
	l := &mapLayout{m: m}
	l.assign()
	l.build()
	l.order()
	l.place()
	counts := map[string]int{}
	desc := "What sends to what in the package " + m.Package + ", and where it runs."
	for _, b := range m.boxes {
		counts[b.kind]++
	}
	for _, kind := range []string{"channel", "route", "process", "endpoint", "cloud"} {
		desc += fmt.Sprintf(" %s: %d.", kind, counts[kind])
	}
	return drawing{title: "The package " + m.Package, desc: desc, w: l.w, h: l.h, draw: l.draw}
}

// assign gives each box a column: behind all that send to it, where that is
// possible. Endpoints and clouds are the last two.
func (l *mapLayout) assign() {
	n := len(l.m.boxes)
	l.column = make([]int, n)
	out := make([][]int, n)
	for _, k := range l.m.links {
		out[k.from] = append(out[k.from], k.to)
	}
	state := make([]int, n) // 1 while its followers are walked, 2 after
	var order []int
	back := map[[2]int]bool{}
	var walk func(i int)
	walk = func(i int) {
		state[i] = 1
		for _, to := range out[i] {
			switch state[to] {
			case 0:
				walk(to)
			case 1:
				back[[2]int{i, to}] = true
			}
		}
		state[i] = 2
		order = append(order, i)
	}
	for i := range n {
		if state[i] == 0 {
			walk(i)
		}
	}
	deepest := -1
	for _, i := range slices.Backward(order) {
		if !l.m.boxes[i].last && !l.m.boxes[i].after {
			deepest = max(deepest, l.column[i])
		}
		for _, to := range out[i] {
			if !back[[2]int{i, to}] {
				l.column[to] = max(l.column[to], l.column[i]+1)
			}
		}
	}
	endpoints := 0
	for i, b := range l.m.boxes {
		if b.last {
			l.column[i] = deepest + 1
			endpoints = 1
		}
	}
	for i, b := range l.m.boxes {
		if b.after {
			l.column[i] = deepest + 1 + endpoints
		}
	}
}

// build makes the spots of all columns and the hops between them.
func (l *mapLayout) build() {
	columns := 0
	for _, c := range l.column {
		columns = max(columns, c+1)
	}
	l.columns = make([][]int, columns)
	for i, b := range l.m.boxes {
		w, h := b.size()
		l.spots = append(l.spots, spot{box: i, w: w, h: h})
		l.columns[l.column[i]] = append(l.columns[l.column[i]], i)
	}
	for i, k := range l.m.links {
		h := hop{link: i}
		from, to := k.from, k.to
		if l.column[from] > l.column[to] {
			from, to, h.back = to, from, true
		}
		h.spots = []int{from}
		for c := l.column[from] + 1; c < l.column[to]; c++ {
			l.spots = append(l.spots, spot{box: -1, h: laneRoom})
			l.columns[c] = append(l.columns[c], len(l.spots)-1)
			h.spots = append(h.spots, len(l.spots)-1)
		}
		h.spots = append(h.spots, to)
		for j := 1; j < len(h.spots); j++ {
			a, b := h.spots[j-1], h.spots[j]
			l.spots[a].behind, l.spots[b].before = append(l.spots[a].behind, b), append(l.spots[b].before, a)
		}
		l.hops = append(l.hops, h)
	}
}

// order sorts each column so that few arrows cross: a spot goes to the middle of
// those it is joined to, from the left and from the right in turns.
func (l *mapLayout) order() {
	at := make([]float64, len(l.spots))
	number := func(column []int) {
		for i, s := range column {
			at[s] = float64(i) - float64(len(column))/2
		}
	}
	for _, c := range l.columns {
		number(c)
	}
	sweep := func(column []int, joined func(s *spot) []int) {
		for _, s := range column {
			others := joined(&l.spots[s])
			l.spots[s].ordered = at[s]
			if len(others) > 0 {
				sum := 0.0
				for _, o := range others {
					sum += at[o]
				}
				l.spots[s].ordered = sum / float64(len(others))
			}
		}
		slices.SortStableFunc(column, func(a, b int) int { return cmp.Compare(l.spots[a].ordered, l.spots[b].ordered) })
		number(column)
	}
	for range sweeps {
		for _, c := range l.columns {
			sweep(c, func(s *spot) []int { return s.before })
		}
		for _, c := range slices.Backward(l.columns) {
			sweep(c, func(s *spot) []int { return s.behind })
		}
	}
}

func (l *mapLayout) place() {
	heights := make([]int, len(l.columns))
	for i, c := range l.columns {
		for j, s := range c {
			if j > 0 {
				heights[i] += mapGapY
			}
			heights[i] += l.spots[s].h
		}
		l.h = max(l.h, heights[i])
	}
	for i, c := range l.columns {
		w := 0
		for _, s := range c {
			w = max(w, l.spots[s].w)
		}
		y := (l.h - heights[i]) / 2
		for _, s := range c {
			p := &l.spots[s]
			p.x, p.y, p.w = l.w, y, w // of one width, so that no arrow meets a wider neighbour
			y += p.h + mapGapY
		}
		l.w += w + mapGapX
	}
	l.w = max(0, l.w-mapGapX)
}

func (b mapBox) size() (w, h int) {
	w, h = boxMin, 2*pad+tagFont.line()
	for _, t := range titleFont.wrap(b.name, mapText, 2) {
		w, h = max(w, titleFont.width(t)+2*pad), h+titleFont.line()
	}
	for _, t := range detailFont.wrap(b.detail, mapText, 2) {
		w, h = max(w, detailFont.width(t)+2*pad), h+detailFont.line()
	}
	for _, r := range b.rows {
		w, h = max(w, detailFont.width(detailFont.wrap(r, mapText, 1)[0])+2*pad), h+rowRoom
	}
	return w, h
}

// rowAt is how far below the top of a box a row's middle is.
func (b mapBox) rowAt(row int) int {
	_, h := b.size()
	return h - pad - (len(b.rows)-row)*rowRoom + rowRoom/2
}

func (l *mapLayout) draw(c *canvas, x, y int) {
	for i := range l.m.boxes {
		l.m.boxes[i].draw(c, x+l.spots[i].x, y+l.spots[i].y, l.spots[i].w)
	}
	for _, h := range l.hops {
		l.arrow(c, h, x, y)
	}
}

func (b mapBox) draw(c *canvas, x, y, w int) {
	_, h := b.size()
	c.open("cob-"+string(b.style), b.kind+" "+b.name)
	c.rect("cob-box", x, y, w, h, 5)
	y += pad
	c.text("cob-tag", "start", x+pad, y+tagFont.size, upper(b.kind))
	y += tagFont.line()
	for _, t := range titleFont.wrap(b.name, mapText, 2) {
		c.text("cob-title", "start", x+pad, y+titleFont.size, t)
		y += titleFont.line()
	}
	for _, t := range detailFont.wrap(b.detail, mapText, 2) {
		c.text("cob-detail", "start", x+pad, y+detailFont.size, t)
		y += detailFont.line()
	}
	for _, r := range b.rows {
		fmt.Fprintf(&c.boxes, `<path class="cob-rule" d="M%d %dH%d"/>`+"\n", x+pad, y+1, x+w-pad)
		c.text("cob-detail", "start", x+pad, y+detailFont.size+3, detailFont.wrap(r, mapText, 1)[0])
		y += rowRoom
	}
	c.close()
}

// arrow draws a link as a curve that turns between columns and passes them level.
func (l *mapLayout) arrow(c *canvas, h hop, x, y int) {
	link := l.m.links[h.link]
	first, last := l.spots[h.spots[0]], l.spots[h.spots[len(h.spots)-1]]
	from := point{x + first.x + first.w, y + first.y + first.h/2}
	if link.row >= 0 && !h.back {
		from.y = y + first.y + l.m.boxes[link.from].rowAt(link.row)
	}
	to := point{x + last.x, y + last.y + last.h/2}
	d := fmt.Sprintf("M%d %d", from.x, from.y)
	at := from
	turn := func(p point) {
		middle := (at.x + p.x) / 2
		d += fmt.Sprintf("C%d %d %d %d %d %d", middle, at.y, middle, p.y, p.x, p.y)
		at = p
	}
	for _, s := range h.spots[1 : len(h.spots)-1] {
		p := l.spots[s]
		turn(point{x + p.x, y + p.y + p.h/2})
		d += fmt.Sprintf("H%d", x+p.x+p.w)
		at.x = x + p.x + p.w
	}
	turn(to)
	fmt.Fprintf(&c.lines, `<path class="%s" d="%s"><title>%s</title></path>`+"\n", link.class, d, escape(l.hint(link)))
	if h.back {
		c.head(point{from.x + 1, from.y}, from)
	} else {
		c.head(point{to.x - 1, to.y}, to)
	}
}

func (l *mapLayout) hint(k link) string {
	text := l.m.boxes[k.from].name + " to " + l.m.boxes[k.to].name
	if k.label != "" {
		text += ", " + k.label
	}
	return text
}
