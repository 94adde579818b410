package check

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

func (c *checker) declareChannels() {
	c.DeadLetters, c.rejected = map[string]bool{}, map[string][]int{}
	for _, d := range decls[*syntax.ChannelDecl](c, resolve.Channel) {
		ch := plan.Channel{Name: c.qualified(d.Name.Text), Kind: d.Kind.Text, Type: c.typeOf(d.Of), At: c.place(d.Name.At)}
		c.results(ch.Name, d.Of, ch.Type)
		c.staysHere(d.Of.Span(), "a message of "+d.Name.Text, ch.Type)
		if ch.Kind != "queue" && ch.Kind != "topic" {
			c.report(diag.Errorf(CodeChannelKind, d.Kind.At, "a channel is a queue or a topic").
				WithHelp("each message of a queue is taken by one reader, each of a topic by all").WithFix(d.Kind.At, "queue").AsDraft())
		}
		b := c.settings("a channel", channelSettings, list(d.Settings), d.Name.At)
		if v, ok := b.first("dead_letter"); ok {
			ch.DeadLetter = v.symbol.Full
			c.DeadLetters[ch.DeadLetter] = true
			c.deadLetter(d, v.symbol, b, "dead_letter")
		}
		if v, ok := b.first("invalid"); ok {
			ch.Invalid = v.symbol.Full
			c.deadLetter(d, v.symbol, b, "invalid")
		}
		if v, ok := b.first("max_bytes"); ok {
			ch.MaxBytes = v.int
		}
		c.ages(d, &ch, b)
		c.ofMessage(&ch, b)
		if v, ok := b.first("encrypt"); ok {
			ch.Encrypt = v.source
		}
		for _, to := range slices.Compact([]string{ch.DeadLetter, ch.Invalid}) {
			c.rejected[to] = append(c.rejected[to], len(c.Channels))
		}
		c.Channels = append(c.Channels, ch)
	}
}

// ages reads how long messages are kept and how long they are good for.
func (c *checker) ages(d *syntax.ChannelDecl, ch *plan.Channel, b block) {
	if v, ok := b.first("retain"); ok {
		ch.RetainNs = int64(v.low)
	}
	v, ok := b.first("expires")
	if !ok {
		return
	}
	ch.ExpiresNs = int64(v.low)
	if b.at("dead_letter") == nil {
		c.report(diag.Errorf(CodeSettingMissing, b.span("expires"), "messages of %s expire, and nothing says where they go then", d.Name.Text).
			WithHelp("add dead_letter: CHANNEL"))
	}
}

// ofMessage reads what is computed of each message of a channel.
func (c *checker) ofMessage(ch *plan.Channel, b block) {
	message := func() *resolve.Scope {
		s := resolve.NewScope()
		c.declare(s, &resolve.Variable{Name: "message", Type: ch.Type, Fixed: "the message", Used: true})
		return s
	}
	if v, ok := b.get("dedupe_by"); ok {
		e := v[0][0].expr
		t := c.value(message(), e, none)
		switch {
		case t.invalid():
		case !c.timeless(&t, e):
		case !c.printable(t.Type):
			c.errorf(CodeMismatch, spanOf(e), "%s has no text form for a key", c.show(t.Type))
		default:
			ch.Dedupe = &plan.DedupeBy{By: t.Tree, WithinNs: int64(v[0][1].low)}
			if set := c.all(&t); set != 0 {
				c.report(diag.Warningf(CodeLabelLost, spanOf(e), "this is %s, and what tells messages apart is shown everywhere", strings.Join(c.labels.list(set), ", ")).
					WithHelp("take something that names the case and not a person, such as a number"))
			}
		}
	}
	if v, ok := b.first("priority"); ok {
		if t := c.value(message(), v.expr, types.Of(types.Int)); !t.invalid() && c.timeless(&t, v.expr) {
			ch.Priority = &t.Tree
		}
	}
}

// timeless reports what is computed of a message and would be another value at
// another time.
func (c *checker) timeless(t *typed, e syntax.Expr) bool {
	reads := false
	t.Walk(func(n *expression.Tree) bool {
		reads = reads || n.Op == expression.Var && n.Name == "now"
		return true
	})
	if reads {
		c.errorf(CodeConstant, spanOf(e), "this depends on the time, and a message is the same one at any")
	}
	return !reads
}

// deadLetter checks that the channel of a setting can hold what is put there: the
// reason, the path and the message, which is json.
func (c *checker) deadLetter(d *syntax.ChannelDecl, to *resolve.Symbol, b block, setting string) {
	what := map[string]string{"dead_letter": "dead letter", "invalid": "channel for invalid messages"}[setting]
	if to.Name == d.Name.Text {
		c.errorf(CodeDeadLetter, b.span(setting), "a channel cannot be its own %s", what)
		return
	}
	target, ok := to.Decl.(*syntax.ChannelDecl)
	if !ok || target.Broken {
		return
	}
	if t := c.typeOf(target.Of); t.Kind != types.JSON && t.Kind != types.Invalid {
		c.report(diag.Errorf(CodeDeadLetter, b.span(setting), "what goes there is json, and %s holds %s", to.Name, c.show(t)).
			WithNote(target.Of.Span(), "declared here"))
	}
}

// passed are the labels of messages that a channel holds beside the ones of its
// type: it may be where the messages of other channels go that fail for good, and
// those of the channels whose messages these hold.
func (c *checker) passed(channel string) labelSet {
	var set labelSet
	seen := map[string]bool{channel: true}
	for todo := []string{channel}; len(todo) > 0; todo = todo[1:] {
		for _, i := range c.rejected[todo[0]] {
			if ch := &c.Channels[i]; !seen[ch.Name] {
				seen[ch.Name] = true
				set |= c.deep(ch.Type)
				todo = append(todo, ch.Name)
			}
		}
	}
	return set
}
