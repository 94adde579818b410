package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/picture"
	"github.com/cob-lang/cob/lang/diag"
)

var graphFormats = []string{"mermaid", "dot", "svg", "bpmn"}

// theMap is what the map of a package is called beside its flows.
const theMap = "map"

func graphCommand() *cobra.Command {
	format, only, out := "mermaid", "", ""
	c := &cobra.Command{
		Use:   "graph [DIR]",
		Short: "Pictures of a package: its map, and the flow of each process and route",
		Long: `Draws the map of a package (what sends to what, and in which clouds it runs) and
the flow of each of its processes and routes. mermaid is Markdown with one block
per picture, as forges show it; dot is for Graphviz; svg is one picture complete
in itself, light and dark. bpmn is BPMN 2.0 with its diagram, for programs that
model processes: the flows without the map; what BPMN cannot say stands in the
documentation of its element and is told. With --only it is the one picture alone.`,
		Example: `  cob graph >> DESIGN.md
  cob graph --format svg -o orders.svg examples/orders
  cob graph --format svg --only Fulfil examples/orders > fulfil.svg
  cob graph --format dot --only map | dot -Tpdf > map.pdf
  cob graph --format bpmn --only Fulfil -o fulfil.bpmn examples/orders`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if !slices.Contains(graphFormats, format) {
				return fmt.Errorf("--format %s: want one of %s", format, strings.Join(graphFormats, ", "))
			}
			r, err := goodFlows(c, directory(args))
			if err != nil {
				return err
			}
			if format == "bpmn" {
				return exportBPMN(c, r, only, out)
			}
			text, err := pictures(r, format, only)
			if err != nil {
				return err
			}
			return deliver(c.OutOrStdout(), out, text)
		},
	}
	c.Flags().StringVar(&format, "format", format, "what to draw as: "+strings.Join(graphFormats, ", "))
	c.Flags().StringVar(&only, "only", "", "only this process, route or pattern, or map")
	c.Flags().StringVarP(&out, "output", "o", "", "write to this `FILE`")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(graphFormats, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// directory is the one that a command was given, or the current one.
func directory(args []string) string {
	if len(args) == 0 {
		return "."
	}
	return args[0]
}

// deliver writes a result to a file, or to w where none is named.
func deliver(w io.Writer, file, text string) error {
	if file == "" {
		_, err := io.WriteString(w, text)
		return err
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return bad(err)
	}
	return nil
}

func pictures(r *compiler.Result, format, only string) (string, error) {
	m, flows := picture.MapOf(r.Plan), picture.Flows(r.Files)
	if only == theMap {
		return map[string]func() string{"mermaid": m.Mermaid, "dot": m.Dot, "svg": m.SVG}[format](), nil
	}
	if only != "" {
		f, err := flowNamed(flows, only, theMap)
		if err != nil {
			return "", err
		}
		return map[string]func() string{"mermaid": f.Mermaid, "dot": f.Dot, "svg": f.SVG}[format](), nil
	}
	switch format {
	case "svg":
		return picture.Sheet(m, flows), nil
	case "dot":
		text := m.Dot()
		for _, f := range flows {
			text += "\n" + f.Dot()
		}
		return text, nil
	}
	text := fmt.Sprintf("## The package %s\n\n```mermaid\n%s```\n", r.Plan.Package, m.Mermaid())
	for _, f := range flows {
		text += fmt.Sprintf("\n## The %s %s\n\n", f.Kind, f.Name)
		if f.Doc != "" {
			text += strings.TrimSpace(f.Doc) + "\n\n"
		}
		text += "```mermaid\n" + f.Mermaid() + "```\n"
	}
	return text, nil
}

// flowNamed is the flow that --only asks for; others are what it could have asked for
// besides.
func flowNamed(flows []picture.Flow, only string, others ...string) (picture.Flow, error) {
	names := others
	for _, f := range flows {
		if f.Name == only {
			return f, nil
		}
		names = append(names, f.Name)
	}
	if near := diag.Suggest(only, names); near != "" {
		return picture.Flow{}, fmt.Errorf("--only %s: no process, route or pattern is called so; did you mean %s?", only, near)
	}
	return picture.Flow{}, fmt.Errorf("--only %s: want one of %s", only, strings.Join(names, ", "))
}

// exportBPMN delivers flows as BPMN and tells what BPMN cannot say of them.
func exportBPMN(c *cobra.Command, r *compiler.Result, only, out string) error {
	flows := picture.Flows(r.Files)
	if only != "" {
		f, err := flowNamed(flows, only)
		if err != nil {
			return err
		}
		flows = []picture.Flow{f}
	}
	if !slices.ContainsFunc(flows, func(f picture.Flow) bool { return f.Kind != "pattern" }) {
		return bad(fmt.Errorf("%s has no process and no route that BPMN could show", r.Plan.Package))
	}
	text, unsaid := picture.BPMN(flows)
	for _, u := range unsaid {
		fmt.Fprintf(c.ErrOrStderr(), "cob: %s: BPMN does not say this, its documentation does: %s\n", u.At, u.What)
	}
	return deliver(c.OutOrStdout(), out, text)
}
