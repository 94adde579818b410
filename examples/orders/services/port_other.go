//go:build !unix

package services

// heldPort is nothing here: Restart waits for the port if it is taken.
type heldPort struct{}

func holdPort(string) *heldPort { return nil }

func (h *heldPort) release() {}
