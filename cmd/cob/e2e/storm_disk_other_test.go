//go:build !linux

package e2e

import "testing"

const diskFull = "a server stops, for want of a small disk"

// stormServers starts the servers of a storm.
func stormServers(t *testing.T, _ forecast) *servers { return newServers(t) }

func (s *storm) fillDisk(g gust) func() { return s.servers.rest(g.which) }
