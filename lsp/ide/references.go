package ide

// References are all places where the thing that is named at an offset is named,
// by path and place; the declaration is one of them when it is asked for.
func (s *Snapshot) References(path string, offset int, declaration bool) []Place {
	n := s.names()
	for _, r := range n.at(path, offset) {
		var out []Place
		for _, o := range n.all(r.key()) {
			if declaration || !o.decl {
				out = append(out, o.Place)
			}
		}
		if out != nil {
			return out
		}
	}
	return nil
}

// Highlight is a place of the same file where the same thing is named.
type Highlight struct {
	Place
	Write bool // it is declared or assigned here
}

// Highlights are the places of a file where the thing named at an offset is named.
func (s *Snapshot) Highlights(path string, offset int) []Highlight {
	n := s.names()
	for _, r := range n.at(path, offset) {
		var out []Highlight
		for _, o := range n.refs(path) {
			if k := o.key(); k == r.key() && k != (key{}) {
				out = append(out, Highlight{o.Place, o.decl || n.assigned(o.Place)})
			}
		}
		if out != nil {
			return out
		}
	}
	return nil
}

// assigned says whether a variable is set at a place.
func (n *names) assigned(p Place) bool {
	for _, body := range n.bodies(p.Path) {
		for st := range body.Targets {
			if placeOf(st.Target.Parts[0].At) == p {
				return true
			}
		}
	}
	return false
}
