// Package cob is the root of the Cloud Orchestration Bus. It holds only the tests that watch over the whole house; the way in is README.md, then ARCHITECTURE.md.
package cob
