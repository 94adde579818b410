package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/sim"
)

// writeCoverage says how much of a package its tests have reached, and where they
// have not been.
func writeCoverage(b *strings.Builder, name string, c *sim.Coverage) {
	fmt.Fprintf(b, "coverage of %s: %s, %s, %s, %s\n", name, share(c.Steps, "step"), share(c.Branches, "branch"), share(c.Faults, "fault"),
		share(c.Compensations, "compensation"))
	for _, kind := range []struct {
		what  string
		parts []sim.Part
	}{{"step", c.Steps}, {"branch", c.Branches}, {"fault", c.Faults}, {"compensation of", c.Compensations}} {
		for _, p := range kind.parts {
			if p.Times == 0 {
				fmt.Fprintf(b, "      %s: no test reaches the %s %s of %s\n", p.At, kind.what, strings.TrimPrefix(p.Name, name+"."), strings.TrimPrefix(p.Flow, name+"."))
			}
		}
	}
}

// share says how many of some parts were reached.
func share(parts []sim.Part, what string) string {
	if len(parts) == 0 {
		return "no " + plural(what)
	}
	n := 0
	for _, p := range parts {
		if p.Times > 0 {
			n++
		}
	}
	text := what
	if len(parts) > 1 {
		text = plural(what)
	}
	return fmt.Sprintf("%d of %d %s", n, len(parts), text)
}

func plural(what string) string {
	if strings.HasSuffix(what, "ch") {
		return what + "es"
	}
	return what + "s"
}

// writeLCOV writes coverage for tools that show it beside the text: lines are
// those where steps begin, branches those where they choose.
func writeLCOV(name string, all []*sim.Coverage) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for _, c := range all {
		lcov(w, c)
	}
	if err := w.Flush(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

func lcov(w io.Writer, c *sim.Coverage) {
	steps, branches := byFile(c.Steps), byFile(c.Branches)
	for _, s := range steps {
		fmt.Fprintf(w, "TN:\nSF:%s\n", s.file)
		hit := 0
		for _, l := range s.lines {
			times := 0
			for _, p := range l.parts {
				times = max(times, p.Times)
			}
			if times > 0 {
				hit++
			}
			fmt.Fprintf(w, "DA:%d,%d\n", l.number, times)
		}
		fmt.Fprintf(w, "LF:%d\nLH:%d\n", len(s.lines), hit)
		ways(w, s.file, branches)
		fmt.Fprintln(w, "end_of_record")
	}
}

// ways writes the branches of a file.
func ways(w io.Writer, file string, branches []fileParts) {
	found, hit := 0, 0
	for _, b := range branches {
		if b.file != file {
			continue
		}
		for _, l := range b.lines {
			for i, p := range l.parts {
				found++
				if p.Times > 0 {
					hit++
				}
				fmt.Fprintf(w, "BRDA:%d,0,%d,%d\n", l.number, i, p.Times)
			}
		}
	}
	fmt.Fprintf(w, "BRF:%d\nBRH:%d\n", found, hit)
}

type fileParts struct {
	file  string
	lines []lineParts
}

type lineParts struct {
	number int
	parts  []sim.Part
}

// byFile sorts parts by file and line.
func byFile(parts []sim.Part) []fileParts {
	type placed struct {
		file string
		line int
		part sim.Part
	}
	var all []placed
	for _, p := range parts {
		file, line := fileAndLine(p.At)
		all = append(all, placed{file, line, p})
	}
	slices.SortStableFunc(all, func(a, b placed) int { return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line)) })
	var out []fileParts
	for _, p := range all {
		if len(out) == 0 || out[len(out)-1].file != p.file {
			out = append(out, fileParts{file: p.file})
		}
		f := &out[len(out)-1]
		if len(f.lines) == 0 || f.lines[len(f.lines)-1].number != p.line {
			f.lines = append(f.lines, lineParts{number: p.line})
		}
		l := &f.lines[len(f.lines)-1]
		l.parts = append(l.parts, p.part)
	}
	return out
}

// fileAndLine takes a place such as orders.cob:57:3 apart.
func fileAndLine(at plan.Place) (string, int) {
	parts := strings.Split(string(at), ":")
	if len(parts) < 3 {
		return string(at), 0
	}
	n, _ := strconv.Atoi(parts[len(parts)-2])
	return strings.Join(parts[:len(parts)-2], ":"), n
}
