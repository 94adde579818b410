package lsp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/cob-lang/cob/lsp"
)

// connect runs the server in this process; ended gives what Serve gave.
func connect(t *testing.T, dir string) (c *client, ended chan error) {
	t.Helper()
	in, toServer := io.Pipe()
	fromServer, out := io.Pipe()
	ended = make(chan error, 1)
	go func() {
		err := lsp.Serve(context.Background(), in, out, lsp.Options{Settle: time.Millisecond})
		in.Close()
		out.Close()
		ended <- err
	}()
	t.Cleanup(func() {
		toServer.Close()
		<-ended
	})
	return newClient(t, dir, toServer, fromServer), ended
}

// text is a document as a client keeps it: UTF-16 units, lines that end with \n
// or \r\n.
type text []uint16

func (x text) String() string { return string(utf16.Decode(x)) }

func (x text) position(offset int) object {
	line, column := 0, 0
	for _, u := range x[:offset] {
		if column++; u == '\n' {
			line, column = line+1, 0
		}
	}
	return object{"line": line, "character": column}
}

var snippets = []string{"{", "}", "(", ")", ".", "\n", "\r\n", " ", "let x = order.id\n", "😀", "é", "process P(a: int) -> int { return a }\n",
	"\"", "//", "order", "call payments.", ",", ":", "type T { a: int }\n", "@", "$", "${", "\t", "0", "a", ";", "fail Declined", "\x00"}

// random is a place between two characters.
func (x text) random(r *rand.Rand) int {
	i := r.IntN(len(x) + 1)
	if i > 0 && i < len(x) && (utf16.IsSurrogate(rune(x[i])) && x[i] >= 0xDC00 || x[i] == '\n' && x[i-1] == '\r') {
		i--
	}
	return i
}

// edit changes a text at random and gives the change as the protocol has it.
func (x *text) edit(r *rand.Rand) object {
	start := x.random(r)
	end := start
	if r.IntN(3) == 0 {
		end = min(len(*x), start+r.IntN(12))
		for end < len(*x) && end > start && ((*x)[end] >= 0xDC00 && (*x)[end] < 0xE000 || (*x)[end] == '\n' && (*x)[end-1] == '\r') {
			end--
		}
	}
	with := ""
	if r.IntN(4) > 0 {
		with = snippets[r.IntN(len(snippets))]
	}
	change := object{"range": object{"start": x.position(start), "end": x.position(end)}, "text": with}
	*x = append(append(append(text{}, (*x)[:start]...), utf16.Encode([]rune(with))...), (*x)[end:]...)
	return change
}

// question is an answer that is awaited, and the text it has to be about.
type question struct {
	done      chan answer
	about     text
	version   int
	cancelled bool
}

// TestAnswersAreAboutTheTextTheClientHad edits a document 2,000 times and asks in
// between without waiting for its tokens, which say what stands where. They are those
// that another server gives, which is told the whole text that the client had when it
// asked. So the server's text is the client's too.
func TestAnswersAreAboutTheTextTheClientHad(t *testing.T) {
	original, err := os.ReadFile("../examples/orders/orders.cob")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	c, _ := connect(t, dir)
	c.begin("utf-16")
	c.open("a.cob", string(original))
	whole, _ := connect(t, t.TempDir())
	whole.begin("utf-16")
	whole.open("a.cob", "")
	r := rand.New(rand.NewPCG(3, 14))
	now := text(utf16.Encode([]rune(string(original))))
	var asked []question
	asks, others := 0, []string{"textDocument/hover", "textDocument/definition", "textDocument/completion", "textDocument/documentHighlight",
		"textDocument/signatureHelp", "textDocument/prepareRename", "textDocument/typeDefinition"}
	for i := range 2000 {
		var changes []object
		for range 1 + r.IntN(2) {
			changes = append(changes, now.edit(r))
		}
		c.notify("textDocument/didChange", object{"textDocument": object{"uri": c.uri("a.cob"), "version": i + 2}, "contentChanges": changes})
		if i%50 == 49 { // back to something that can be understood
			now = utf16.Encode([]rune(string(original)))
			c.change("a.cob", i+2, now.String())
		}
		p := object{"textDocument": object{"uri": c.uri("a.cob")}, "position": now.position(now.random(r)), "newName": "y"}
		switch r.IntN(6) {
		case 0:
			_, done := c.send("textDocument/semanticTokens/full", c.document("a.cob"))
			asked = append(asked, question{done: done, about: now, version: i + 2})
			asks++
		case 1:
			_, done := c.send(others[r.IntN(len(others))], p)
			asked = append(asked, question{done: done})
		case 2:
			id, done := c.send("textDocument/documentSymbol", p)
			c.notify("$/cancelRequest", object{"id": id})
			asked = append(asked, question{done: done, cancelled: true})
		}
		if len(asked) > 40 {
			asked = compare(t, c, whole, asked)
		}
	}
	compare(t, c, whole, asked)
	if asks < 200 {
		t.Errorf("only %d texts were compared", asks)
	}
	c.end()
	whole.end()
}

func compare(t *testing.T, c, whole *client, asked []question) []question {
	t.Helper()
	for _, q := range asked {
		a := c.wait(q.done)
		switch {
		case a.Error != nil && q.cancelled && a.Error.Code == -32800:
		case a.Error != nil && a.Error.Code == -32803: // refused: nothing there to rename
		case a.Error != nil:
			t.Fatalf("%d %s", a.Error.Code, a.Error.Message)
		case q.about != nil:
			whole.change("a.cob", q.version, q.about.String())
			if want := whole.call("textDocument/semanticTokens/full", whole.document("a.cob")); !bytes.Equal(a.Result, want.Result) {
				t.Fatalf("the answer is about another text than\n%q\nits tokens are\n%s\nand not\n%s", q.about.String(), a.Result, want.Result)
			}
		}
	}
	return asked[:0]
}

// TestTheDiagnosticsAreThoseOfTheLastVersion edits without rest and waits for the
// diagnostics of the last version, which name what only that version says.
func TestTheDiagnosticsAreThoseOfTheLastVersion(t *testing.T) {
	c, _ := connect(t, t.TempDir())
	c.begin("utf-16")
	c.open("a.cob", "package a\n")
	for v := 2; v <= 200; v++ {
		c.change("a.cob", v, fmt.Sprintf("package a\ntype T { a: Missing%d }\n", v))
	}
	p := c.eventually("a.cob", "version 200", func(p published, told bool) bool { return told && *p.Version == 200 })
	if got := marshal(p.Diagnostics); !strings.Contains(got, "Missing200") {
		t.Errorf("diagnostics of version 200: %s", got)
	}
	c.change("a.cob", 201, "package a\n")
	c.eventually("a.cob", "no diagnostics", func(p published, _ bool) bool { return *p.Version == 201 && len(p.Diagnostics) == 0 })
	c.end()
}

// TestWhatAClientMustNotSend is answered with the error of the protocol, and the
// session goes on.
func TestWhatAClientMustNotSend(t *testing.T) {
	c, _ := connect(t, t.TempDir())
	code := func(method string, params any, want int) {
		t.Helper()
		if a := c.call(method, params); a.Error == nil || a.Error.Code != want {
			t.Errorf("%s: %s, want the error %d", method, marshal(a), want)
		}
	}
	code("textDocument/hover", c.at("a.cob", 0, 0), -32002)
	c.begin("utf-16")
	code("initialize", object{"processId": nil, "rootUri": nil, "capabilities": object{}}, -32600)
	code("textDocument/unheardOf", nil, -32601)
	code("textDocument/hover", c.at("closed.cob", 0, 0), -32602)
	code("textDocument/hover", object{"position": "here"}, -32602)
	code("workspace/executeCommand", object{"command": "rm"}, -32602)
	code("workspace/executeCommand", object{"command": "cob.explain", "arguments": []string{"COB0000"}}, -32803)
	for _, garbage := range []string{"", "{", "nonsense", "[]", `{"jsonrpc":"2.0"}`, `{"jsonrpc":"1.0","id":1,"method":"x"}`, "\x00\xff", `{"id":{},"method":1}`} {
		c.raw(garbage)
	}
	c.notify("textDocument/didChange", object{"textDocument": object{"uri": "nowhere", "version": 1}, "contentChanges": []object{}})
	c.notify("$/unheardOf", object{})
	c.notify("textDocument/didOpen", 7)
	c.open("a.cob", "package a\n")
	c.notify("textDocument/didChange", object{"textDocument": object{"uri": c.uri("a.cob"), "version": 2}, "contentChanges": []object{
		{"range": object{"start": object{"line": 99, "character": 99}, "end": object{"line": 99, "character": 99}}, "text": "type T { a: int }\n"},
		{"range": object{"start": object{"line": 5, "character": 0}, "end": object{"line": 1, "character": 0}}, "text": "x"}}})
	var symbols []object
	c.get("textDocument/documentSymbol", c.document("a.cob"), &symbols)
	if len(symbols) != 1 {
		t.Errorf("a change behind the end: %v", symbols)
	}
	if a := c.call("shutdown", nil); a.Error != nil {
		t.Error(a.Error)
	}
	code("textDocument/hover", c.at("a.cob", 0, 0), -32600)
	c.notify("exit", nil)
	<-c.ended
}

// TestFramesThatEndASession are those after which nobody knows where the next
// message begins.
func TestFramesThatEndASession(t *testing.T) {
	for name, frame := range map[string]string{
		"no header":        "hello\r\n\r\n",
		"no length":        "Content-Type: x\r\n\r\n{}",
		"a negative":       "Content-Length: -1\r\n\r\n",
		"over the limit":   "Content-Length: " + strconv.Itoa(lsp.MaxMessageBytes+1) + "\r\n\r\n",
		"an endless line":  strings.Repeat("x", lsp.MaxHeaderBytes+1),
		"a broken message": "Content-Length: 10\r\n\r\n{}",
	} {
		err := lsp.Serve(context.Background(), strings.NewReader(frame), io.Discard, lsp.Options{})
		if err == nil || errors.Is(err, lsp.ErrNoShutdown) {
			t.Errorf("%s: the session ended with %v", name, err)
		}
	}
	body := strings.Repeat(" ", 1<<20) + "{"
	if err := lsp.Serve(context.Background(), strings.NewReader(fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)), io.Discard, lsp.Options{}); !errors.Is(err, lsp.ErrNoShutdown) {
		t.Errorf("a large message: the session ended with %v", err)
	}
	if err := lsp.Serve(context.Background(), strings.NewReader(""), io.Discard, lsp.Options{Settle: time.Minute}); err == nil {
		t.Error("a minute of rest is allowed")
	}
}

// TestAClientThatDies leaves no server behind.
func TestAClientThatDies(t *testing.T) {
	c := dial(t, t.TempDir())
	c.begin("utf-16")
	c.open("a.cob", "package a\n")
	c.in.Close()
	select {
	case <-c.ended:
	case <-time.After(within):
		t.Fatal("the server goes on without a client")
	}
	if err := c.cmd.Wait(); err == nil || c.cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("it ended with %v, want exit code 1", err)
	}
}

// TestHugeDocuments are over the limit of the parser: a diagnostic
// says so, and questions about them are answered with nothing.
func TestHugeDocuments(t *testing.T) {
	c, _ := connect(t, t.TempDir())
	c.begin("utf-8")
	huge := "package a\n" + strings.Repeat("// all work and no play\n", 1+(4<<20)/24)
	c.open("a.cob", huge)
	c.open("b.cob", "package a\ntype T { a: "+strings.Repeat("[", 100_000)+"\n")
	c.eventually("a.cob", "COB1006", func(p published, told bool) bool { return told && strings.Contains(marshal(p.Diagnostics), "COB1006") })
	for _, method := range []string{"hover", "completion", "definition", "references", "documentHighlight", "signatureHelp"} {
		for _, name := range []string{"a.cob", "b.cob"} {
			p := c.at(name, 1, 5)
			p["context"] = object{"includeDeclaration": true}
			if a := c.call("textDocument/"+method, p); a.Error != nil {
				t.Errorf("%s: %v", method, a.Error)
			}
		}
	}
	for _, method := range []string{"documentSymbol", "foldingRange", "semanticTokens/full"} {
		if a := c.call("textDocument/"+method, c.document("a.cob")); a.Error != nil {
			t.Errorf("%s: %v", method, a.Error)
		}
	}
	c.end()
}

// TestClientsThatCanDoLittle say so by leaving things out.
func TestClientsThatCanDoLittle(t *testing.T) {
	for _, capabilities := range []string{`{}`, `{"workspace":{},"general":{},"textDocument":{}}`, `{"general":{"positionEncodings":["utf-32"]}}`} {
		c, _ := connect(t, t.TempDir())
		var result struct {
			Capabilities struct{ PositionEncoding string }
		}
		c.get("initialize", object{"processId": nil, "rootUri": nil, "capabilities": json.RawMessage(capabilities)}, &result)
		if got := result.Capabilities.PositionEncoding; got != "utf-16" {
			t.Errorf("%s: columns are %s", capabilities, got)
		}
		c.notify("initialized", object{})
		c.notify("textDocument/didOpen", object{"textDocument": object{"uri": "untitled:Untitled-1", "languageId": "cob", "version": 1, "text": "package a\ntype T { a: B }\n"}})
		var places []object
		c.get("textDocument/definition", object{"textDocument": object{"uri": "untitled:Untitled-1"}, "position": object{"line": 1, "character": 5}}, &places)
		if len(places) != 1 || places[0]["uri"] != "untitled:Untitled-1" {
			t.Errorf("a document that is not on the disk: %v", places)
		}
		c.end()
	}
}
