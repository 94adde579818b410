package sim

// loadOf is the load that a seed chooses.
func loadOf(seed uint64) *Load {
	if mix(seed, "load")%2 == 0 {
		return ordersLoad(seed)
	}
	return randomLoad(seed)
}
