package engine

// Undoable says whether a step of a flow has a compensation, and how many steps
// the flow has.
func (p *Program) Undoable(flow string, step uint32) bool {
	return p.flows[flow].steps[step].comp >= 0
}

// Again is an effect as it leaves a second time.
func Again(e Effect) Effect { return again(e) }

// Awake is how many instances are not packed.
func (s *State) Awake() (n int) {
	for _, x := range s.instances {
		if x.body != nil {
			n++
		}
	}
	return n
}
