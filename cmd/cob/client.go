package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/runtime/admin"
)

// defaultServer is where a node listens when nobody says otherwise.
const defaultServer = "http://127.0.0.1:8180"

// target is the node that a command asks, and the token that it shows there.
type target struct {
	address   string
	tokenFile string // "" for COB_TOKEN
}

// token is what is shown to the node, "" for nothing.
func (t target) token() (string, error) {
	if t.tokenFile == "" {
		return strings.TrimSpace(os.Getenv("COB_TOKEN")), nil
	}
	text, err := os.ReadFile(t.tokenFile)
	if err != nil {
		return "", failure(exitUsage, "reading the token: %v", err)
	}
	token := strings.TrimSpace(string(text))
	if token == "" || strings.ContainsAny(token, " \t\r\n") {
		return "", failure(exitUsage, "reading the token: %s has to hold one token and nothing else, as cob token prints it", t.tokenFile)
	}
	return token, nil
}

// known says whether the node learns from a token who asks.
func (t target) known() bool { return t.tokenFile != "" || os.Getenv("COB_TOKEN") != "" }

// requestHeader names a request.
const requestHeader = "Idempotency-Key"

// client asks a node over its HTTP API.
type client struct {
	base string
	to   target
	http *http.Client
}

// serverFlag adds --server and --token-file to a command that asks a node.
func serverFlag(cmd *cobra.Command) *target {
	t := &target{address: os.Getenv("COB_SERVER")}
	if t.address == "" {
		t.address = defaultServer
	}
	cmd.Flags().StringVar(&t.address, "server", t.address, "address of the node (also COB_SERVER)")
	cmd.Flags().StringVar(&t.tokenFile, "token-file", "", "file with the token that says who asks (also COB_TOKEN, the token itself)")
	return t
}

func newClient(to target) *client {
	return &client{base: strings.TrimRight(to.address, "/"), to: to, http: &http.Client{}}
}

// do asks and reads the JSON answer into out (nil: nothing). Errors are ready to
// be shown: a problem of the API with its fields, or that nobody answers.
func (c *client) do(ctx context.Context, method, path string, headers map[string]string, body []byte, out any) error {
	text, err := c.ask(ctx, method, path, headers, body)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(text, out); err != nil {
		return failure(exitUnreachable, "%s does not answer like a cob node: %v", c.base, err)
	}
	return nil
}

// ask is do with the answer as it is.
func (c *client) ask(ctx context.Context, method, path string, headers map[string]string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, failure(exitUsage, "%v", err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	if method == http.MethodPost && request.Header.Get(requestHeader) == "" {
		request.Header.Set(requestHeader, rand.Text()) // so that it is done once, however often it is sent
	}
	token, err := c.to.token()
	if err != nil {
		return nil, err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, text, err := c.send(request)
	if response == nil {
		return nil, failure(exitUnreachable, "no node answers at %s: %v\n  start one with: cob run DIR", c.base, unwrapURL(err))
	}
	if err != nil {
		return nil, failure(exitUnreachable, "the answer of %s was cut off: %v", c.base, err)
	}
	if response.StatusCode >= 400 {
		return nil, problemError(c.base, response.StatusCode, text)
	}
	return text, nil
}

// send sends a request, and once more where it got through and its answer did not come
// whole. response is nil where there was none.
func (c *client) send(request *http.Request) (response *http.Response, text []byte, err error) {
	for range 2 {
		if response, err = c.http.Do(request); err == nil {
			text, err = io.ReadAll(response.Body)
			_ = response.Body.Close() // it was read
		}
		var dial *net.OpError
		if err == nil || errors.As(err, &dial) && dial.Op == "dial" || request.Context().Err() != nil {
			break
		}
		if request.GetBody != nil {
			request.Body, _ = request.GetBody() // bytes in memory
		}
	}
	return response, text, err
}

func unwrapURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// problemError says what the API refused. What the caller sent wrongly is exit
// code 1, what the node cannot do now is 5.
func problemError(base string, status int, text []byte) error {
	var p admin.Problem
	if json.Unmarshal(text, &p) != nil || p.Title == "" {
		return failure(exitUnreachable, "%s answered %d: %.200s", base, status, text)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", p.Title, p.Detail)
	for _, e := range p.Errors {
		fmt.Fprintf(&b, "\n  %s", e)
	}
	code := exitBad
	if status >= 500 {
		code = exitUnreachable
	}
	return failure(code, "%s", b.String())
}

// printJSON prints a value as indented JSON.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
