package sim

func randomLoad(seed uint64) *Load { return ordersLoad(seed) }
