package lsp_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/lang/syntax/syntaxtest"
)

// BenchmarkKeystroke is the time from a key in the body of a process, in a package
// of 50,000 lines in 200 files, to the answer of a question about the new text (a
// hover) and to its diagnostics, both over the protocol and the real command. The
// time that typing has to rest, 40 ms, is part of the second.
//
//	go test -run xxx -bench Keystroke ./lsp
func BenchmarkKeystroke(b *testing.B) {
	t := &testing.T{}
	dir := b.TempDir()
	files := split(syntaxtest.Generate(50_000), 200)
	for i, text := range files {
		write(t, dir, fmt.Sprintf("f%03d.cob", i), text)
	}
	c := dial(t, dir)
	c.begin("utf-8")
	text := files[100]
	at := strings.Index(text, "return ")
	if at < 0 {
		b.Fatal("the generated file returns nothing")
	}
	line := strings.Count(text[:at], "\n")
	began := time.Now()
	c.open("f100.cob", text)
	c.eventually("f100.cob", "the first diagnostics", func(_ published, told bool) bool { return told })
	b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms-cold")
	var answers, diagnostics []time.Duration
	version := 1
	for b.Loop() {
		version++
		began := time.Now()
		c.notify("textDocument/didChange", object{"textDocument": object{"uri": c.uri("f100.cob"), "version": version}, "contentChanges": []object{
			{"range": object{"start": object{"line": line, "character": 0}, "end": object{"line": line, "character": 0}}, "text": " "}}})
		c.call("textDocument/hover", c.at("f100.cob", line, 1))
		answers = append(answers, time.Since(began))
		c.eventually("f100.cob", "diagnostics", func(p published, told bool) bool { return told && p.Version != nil && *p.Version == version })
		diagnostics = append(diagnostics, time.Since(began))
	}
	c.end()
	for name, list := range map[string][]time.Duration{"answer": answers, "diagnostics": diagnostics} {
		slices.Sort(list)
		b.ReportMetric(float64(list[len(list)/2].Microseconds())/1000, "ms-"+name+"-p50")
		b.ReportMetric(float64(list[len(list)*99/100].Microseconds())/1000, "ms-"+name+"-p99")
	}
}

// split cuts a generated text at its declarations into files of one package.
func split(text string, n int) []string {
	head, rest, _ := strings.Cut(text, "\n")
	var pieces []string
	for _, line := range strings.SplitAfter(rest, "\n") {
		if len(pieces) == 0 || len(pieces) < n && len(pieces[len(pieces)-1]) > len(text)/n && line != "\n" && !strings.ContainsAny(line[:1], " }/)") {
			pieces = append(pieces, head+"\n")
		}
		pieces[len(pieces)-1] += line
	}
	return pieces
}
