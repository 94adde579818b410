package picture

import (
	"fmt"
	"strings"
)

// canvas collects what is drawn, in three layers: frames, lines, and boxes with
// their texts over both.
type canvas struct {
	frames, lines, boxes strings.Builder
}

const arrowHead = 5

// point is a place in pixels.
type point struct{ x, y int }

// line draws a path through points, with an arrow at its end unless it is plain.
func (c *canvas) line(class string, arrow bool, points ...point) {
	var d strings.Builder
	for i, p := range points {
		if i > 0 && p == points[i-1] {
			continue
		}
		if i == 0 {
			fmt.Fprintf(&d, "M%d %d", p.x, p.y)
		} else {
			fmt.Fprintf(&d, "L%d %d", p.x, p.y)
		}
	}
	fmt.Fprintf(&c.lines, `<path class="%s" d="%s"/>`+"\n", class, d.String())
	if arrow && len(points) > 1 {
		c.head(points[len(points)-2], points[len(points)-1])
	}
}

// head draws the tip of an arrow. Markers would do it too, but not every program
// that reads SVG draws them.
func (c *canvas) head(from, to point) {
	dx, dy := sign(to.x-from.x), sign(to.y-from.y)
	if dx != 0 {
		dy = 0
	}
	back := point{to.x - dx*arrowHead*8/5, to.y - dy*arrowHead*8/5}
	fmt.Fprintf(&c.lines, `<path class="cob-tip" d="M%d %dL%d %dL%d %dZ"/>`+"\n", to.x, to.y,
		back.x+dy*arrowHead, back.y+dx*arrowHead, back.x-dy*arrowHead, back.y-dx*arrowHead)
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// text writes a line whose baseline begins, or whose middle stands, at a place.
func (c *canvas) text(class, anchor string, x, y int, text string) {
	fmt.Fprintf(&c.boxes, `<text class="%s" x="%d" y="%d"`, class, x, y)
	if anchor != "start" {
		fmt.Fprintf(&c.boxes, ` text-anchor="%s"`, anchor)
	}
	fmt.Fprintf(&c.boxes, ">%s</text>\n", escape(text))
}

// open begins a group that has a title, which programs show beside the pointer
// and read aloud.
func (c *canvas) open(class, title string) {
	fmt.Fprintf(&c.boxes, `<g class="%s"><title>%s</title>`+"\n", class, escape(title))
}

func (c *canvas) close() { c.boxes.WriteString("</g>\n") }

func (c *canvas) rect(class string, x, y, w, h, r int) {
	fmt.Fprintf(&c.boxes, `<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="%d"/>`+"\n", class, x, y, w, h, r)
}

func (c *canvas) polygon(class string, points ...point) {
	fmt.Fprintf(&c.boxes, `<polygon class="%s" points="`, class)
	for i, p := range points {
		if i > 0 {
			c.boxes.WriteByte(' ')
		}
		fmt.Fprintf(&c.boxes, "%d,%d", p.x, p.y)
	}
	c.boxes.WriteString(`"/>` + "\n")
}

func (c *canvas) frame(x, y, w, h int, class string) {
	fmt.Fprintf(&c.frames, `<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="6"/>`+"\n", class, x, y, w, h)
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;")

// escape makes a text fit for XML. Characters that XML does not have are left out.
func escape(text string) string {
	return escaper.Replace(strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD")))
}

// style is the sheet of every picture. Its classes begin with cob-, so that a page
// that holds pictures has names of its own.
const style = `text{font-family:Helvetica,Arial,"Liberation Sans",sans-serif;fill:#1f2328}
.cob-back{fill:#ffffff}
.cob-head{font-size:18px;font-weight:700}
.cob-lead{font-size:11px;fill:#59636e}
.cob-tag{font-size:9px;font-weight:700;fill:#59636e;letter-spacing:.3px}
.cob-title{font-size:13px;font-weight:700}
.cob-detail{font-size:11px;fill:#424a53}
.cob-label{font-size:11px;fill:#424a53;font-style:italic}
.cob-line{fill:none;stroke:#6e7781;stroke-width:1.4}
.cob-dash{fill:none;stroke:#6e7781;stroke-width:1.2;stroke-dasharray:4 3}
.cob-never{fill:none;stroke:#cf222e;stroke-width:1.2;stroke-dasharray:2 3}
.cob-tip{fill:#6e7781}
.cob-frame{fill:#f6f8fa;fill-opacity:.6;stroke:#afb8c1;stroke-dasharray:5 3}
.cob-side{fill:none;stroke:#d1d9e0;stroke-dasharray:2 3}
.cob-box{stroke-width:1.2}
.cob-bar{fill:#424a53}
.cob-rule{stroke:#d1d9e0}
.cob-call .cob-box{fill:#ddf4ff;stroke:#54aeff}
.cob-person .cob-box{fill:#fff8c5;stroke:#d4a72c}
.cob-message .cob-box{fill:#dafbe1;stroke:#4ac26b}
.cob-child .cob-box{fill:#fbefff;stroke:#c297ff}
.cob-data .cob-box{fill:#f6f8fa;stroke:#afb8c1}
.cob-note .cob-box{fill:#ffffff;stroke:#afb8c1}
.cob-time .cob-box{fill:#fff1e5;stroke:#fb8f44}
.cob-choice .cob-box{fill:#ffffff;stroke:#6e7781}
.cob-begin .cob-box{fill:#1f2328;stroke:#1f2328}
.cob-begin text,.cob-fork text{fill:#ffffff}
.cob-end .cob-box{fill:#eaeef2;stroke:#6e7781}
.cob-fault .cob-box{fill:#ffebe9;stroke:#ff8182}
@media (prefers-color-scheme:dark){
text{fill:#f0f6fc}
.cob-back{fill:#0d1117}
.cob-lead,.cob-tag{fill:#9198a1}
.cob-detail,.cob-label{fill:#b7bdc8}
.cob-line,.cob-dash{stroke:#8b949e}
.cob-never{stroke:#f85149}
.cob-tip{fill:#8b949e}
.cob-frame{fill:#151b23;stroke:#3d444d}
.cob-side,.cob-rule{stroke:#3d444d}
.cob-bar{fill:#b7bdc8}
.cob-call .cob-box{fill:#0c2d6b;stroke:#388bfd}
.cob-person .cob-box{fill:#4b2900;stroke:#bb8009}
.cob-message .cob-box{fill:#033a16;stroke:#2ea043}
.cob-child .cob-box{fill:#3c1e70;stroke:#8957e5}
.cob-data .cob-box{fill:#212830;stroke:#656c76}
.cob-note .cob-box,.cob-choice .cob-box{fill:#0d1117;stroke:#8b949e}
.cob-time .cob-box{fill:#5a1e02;stroke:#db6d28}
.cob-begin .cob-box{fill:#f0f6fc;stroke:#f0f6fc}
.cob-begin text,.cob-fork text{fill:#0d1117}
.cob-end .cob-box{fill:#2f3742;stroke:#8b949e}
.cob-fault .cob-box{fill:#67060c;stroke:#f85149}
}
`

// drawing is a picture in a rectangle.
type drawing struct {
	title, desc string
	w, h        int
	draw        func(c *canvas, x, y int)
}

const (
	margin   = 20
	headRoom = 34
)

// svg writes drawings below each other, each under its title.
func svg(id string, drawings ...drawing) string {
	c := &canvas{}
	w, y := 0, margin
	title, desc := "", ""
	for i, d := range drawings {
		if i > 0 {
			title, y = title+", ", y+margin
		}
		title, desc = title+d.title, desc+d.desc+" "
		c.text("cob-head", "start", margin, y+headFont.size, d.title)
		d.draw(c, margin, y+headRoom)
		w = max(w, d.w, headFont.width(d.title))
		y += headRoom + d.h
	}
	w, y = w+2*margin, y+margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-labelledby="%s-title %s-desc">`+"\n", w, y, w, y, id, id)
	fmt.Fprintf(&b, `<title id="%s-title">%s</title>`+"\n"+`<desc id="%s-desc">%s</desc>`+"\n", id, escape(title), id, escape(strings.TrimSpace(desc)))
	fmt.Fprintf(&b, "<style>\n%s</style>\n"+`<rect class="cob-back" width="%d" height="%d"/>`+"\n", style, w, y)
	b.WriteString(c.frames.String() + c.lines.String() + c.boxes.String() + "</svg>\n")
	return b.String()
}
