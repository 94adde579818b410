// Command restate is workload W1 written for Restate: the peer beside which
// `cob bench w1` runs. It is a module of its own, so that COB does not depend on
// its SDK.
package main

import (
	"context"
	"flag"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/url"
	"os"

	restate "github.com/restatedev/sdk-go"
	"github.com/restatedev/sdk-go/server"
)

// Input is what cob bench posts.
type Input struct {
	ID     string `json:"id"`
	Amount int    `json:"amount"`
	Base   string `json:"base"` // of the outside service
}

// Order is the service; its handler Run is W1.
type Order struct{}

var outside = &http.Client{Transport: &http.Transport{MaxIdleConns: 4096, MaxIdleConnsPerHost: 4096}}

func call(in Input, step string) (string, error) {
	answer, err := outside.Get(in.Base + "/call/" + step + "?id=" + url.QueryEscape(in.ID))
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return string(text), err
}

// Run calls A, then B and C at once, then D; every answer is durable before the
// next call leaves.
func (Order) Run(ctx restate.Context, in Input) (string, error) {
	durable := func(step string) restate.RunAsyncFuture[string] {
		return restate.RunAsync(ctx, func(restate.RunContext) (string, error) { return call(in, step) })
	}
	if _, err := durable("A").Result(); err != nil {
		return "", err
	}
	left, right := "B", "C"
	if in.Amount > 100 {
		left, right = "Bx", "Cx"
	}
	b, c := durable(left), durable(right)
	if _, err := b.Result(); err != nil {
		return "", err
	}
	if _, err := c.Result(); err != nil {
		return "", err
	}
	return durable("D").Result()
}

func main() {
	addr := flag.String("addr", "127.0.0.1:9080", "where the Restate server reaches this worker")
	flag.Parse()
	quiet := slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})
	if err := server.NewRestate().WithLogger(quiet, true).Bind(restate.Reflect(Order{})).Start(context.Background(), *addr); err != nil {
		log.Fatal(err)
	}
}
