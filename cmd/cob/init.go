package main

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

//go:embed init.cob
var firstPackage string

// firstName is what the package is called in init.cob.
const firstName = "greeting"

func initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init [DIR]",
		Short: "A working package to start from",
		Long: `Writes a small package into a directory that is empty or does not exist: it
checks, its tests pass, and it runs without any set-up. The package is named after
the directory.`,
		Example: `  cob init orders && cd orders
  cob test
  cob run &
  cob start orders.Greet --input ada.json --wait`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			dir := directory(args)
			name, err := packageName(dir)
			if err != nil {
				return bad(err)
			}
			files := map[string]string{
				name + ".cob": strings.ReplaceAll(firstPackage, firstName, name),
				"ada.json":    "{\"request\": {\"id\": \"g-1\", \"name\": \"Ada\", \"urgent\": true}}\n",
			}
			if err := begin(dir, files); err != nil {
				return bad(err)
			}
			fmt.Fprintf(c.OutOrStdout(), "%s holds the package %s. What to try:\n\n", dir, name)
			at := ""
			if dir != "." {
				at = " " + dir
			}
			fmt.Fprintf(c.OutOrStdout(), "  cob test%s\n  cob run%s\n  cob start %s.Greet --input %s --wait   in another terminal\n  cob run --copy /mnt/other-disk%s   keeps a second copy of the journals\n",
				at, at, name, filepath.Join(dir, "ada.json"), at)
			return nil
		},
	}
}

// packageName makes the name of a package of that of a directory.
func packageName(dir string) (string, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	name := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '_':
			return r
		case 'A' <= r && r <= 'Z':
			return r - 'A' + 'a'
		case r == '-' || r == ' ' || r == '.':
			return '_'
		}
		return -1
	}, filepath.Base(path))
	name = strings.TrimLeft(name, "_0123456789")
	if name == "" {
		return firstName, nil
	}
	return name, nil
}

// begin writes files into a directory that has none.
func begin(dir string, files map[string]string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	for _, e := range entries {
		if e.Name() != ".git" {
			return fmt.Errorf("%s is not empty (there is %s): name a new directory, as in cob init %s", dir, e.Name(), filepath.Join(dir, "orders"))
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
