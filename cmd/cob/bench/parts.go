package bench

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
)

// The parts of a benchmark that `cob bench` starts as processes of their own.
const (
	PartServices = "services" // the outside system of W1
	PartProgram  = "program"  // does what W1 does, durable in nothing; W1_URL is where the services are
)

// Serve is a part, until ctx ends.
func Serve(ctx context.Context, part, listen string) error {
	var handler http.Handler
	switch part {
	case PartServices:
		handler = servicesOfW1()
	case PartProgram:
		handler = programOfW1(os.Getenv("W1_URL"))
	default:
		return fmt.Errorf("there is no part %q; there are %s and %s", part, PartServices, PartProgram)
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("starting %s: %w", part, err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", handler)
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.Serve(listener); ctx.Err() == nil {
		return err
	}
	return nil
}

// startPart starts a part in a process of its own; listen "" picks a port.
func startPart(ctx context.Context, o Options, part, listen string, env ...string) (*child, error) {
	if listen == "" {
		var err error
		if listen, err = freeAddress(); err != nil {
			return nil, err
		}
	}
	c := &child{binary: o.Binary, args: []string{"bench", "part", part, "--listen", listen}, listen: listen, env: env}
	return c, c.start(ctx)
}
