package watch

import (
	"fmt"
	"os"
	"path/filepath"
)

// Place is where a package lies on the disk.
type Place struct {
	// Root is the directory of the workspace, which no import leaves: the nearest
	// one upwards that holds .git or cob.work, else the root of the volume.
	Root string
	// Dir is the package's directory in it, slash-separated; "." is Root itself.
	Dir string
}

// marks are what the directory of a workspace holds.
var marks = []string{".git", "cob.work"}

// Find gives the place of a package. Errors: the present directory is not known.
func Find(dir string) (Place, error) {
	full, err := filepath.Abs(dir)
	if err != nil {
		return Place{}, fmt.Errorf("finding the workspace of %s: %w", dir, err)
	}
	root := full
	for !marked(root) {
		up := filepath.Dir(root)
		if up == root {
			break
		}
		root = up
	}
	in, err := filepath.Rel(root, full)
	if err != nil {
		return Place{}, fmt.Errorf("finding the workspace of %s: %w", dir, err)
	}
	return Place{root, filepath.ToSlash(in)}, nil
}

func marked(dir string) bool {
	for _, m := range marks {
		if _, err := os.Lstat(filepath.Join(dir, m)); err == nil {
			return true
		}
	}
	return false
}

// Of is the place of a directory of the workspace on the disk.
func (p Place) Of(dir string) string { return filepath.Join(p.Root, filepath.FromSlash(dir)) }
