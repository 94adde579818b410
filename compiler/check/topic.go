package check

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// addressing says how the connectors of the standard library write where a message
// goes or comes from: the setting, and what is wrong with a text, "" where nothing is.
// A hole stands for a value that is not known yet.
var addressing = map[string]struct {
	setting string
	to      func(text string) string // of what is sent
	from    func(text string) string // of what is received
}{
	"mqtt":  {"topic", mqttTopic, mqttFilter},
	"nats":  {"subject", natsSubject, natsFilter},
	"kafka": {"topic", kafkaTopic, kafkaTopics},
}

// hole stands in a text for an expression.
const hole = "\x00"

// topicTo reports a topic to which nothing can be sent.
func (c *checker) topicTo(schema *Schema, verb *Verb, r *syntax.Request) {
	if a, ok := addressing[schema.Name]; ok && verb.Target.Name == a.setting {
		c.topic(r.Target, a.to)
	}
}

// topicFrom reports a topic from which nothing can come.
func (c *checker) topicFrom(schema *Schema, s *syntax.Settings) {
	if a, ok := addressing[schema.Name]; ok && s.Find(a.setting) != nil {
		c.topic(s.Find(a.setting).Expr(), a.from)
	}
}

func (c *checker) topic(e syntax.Expr, wrong func(string) string) {
	s, ok := e.(*syntax.StringExpr)
	if !ok {
		return
	}
	text := ""
	for _, p := range s.Parts {
		if p.Expr != nil {
			text += hole
		} else {
			text += p.Text
		}
	}
	if text == "" {
		return // the connector says how long it has to be
	}
	if what := wrong(text); what != "" {
		c.report(diag.Errorf(CodeTopic, e.Span(), "%s", what))
	}
}

// mqttTopic is what is wrong with the name of a topic: one that is published to has
// no wildcards.
func mqttTopic(text string) string {
	if strings.ContainsAny(text, "+#") {
		return "a message goes to one topic: + and # stand only in what is received"
	}
	return ""
}

// mqttFilter is what is wrong with a filter of topics.
func mqttFilter(text string) string {
	levels := strings.Split(text, "/")
	for i, l := range levels {
		switch {
		case l == "#" && i < len(levels)-1:
			return "# takes all levels that follow, so it is the last one; a single level is +"
		case l != "#" && strings.Contains(l, "#"):
			return "# is a level of its own: behind a / and with nothing beside it"
		case l != "+" && strings.Contains(l, "+"):
			return "+ is a level of its own: between two / and with nothing beside it"
		}
	}
	return ""
}

// natsSubject is what is wrong with a subject that something is sent to.
func natsSubject(text string) string {
	for _, part := range strings.Split(text, ".") {
		if part == "*" || part == ">" {
			return "a message goes to one subject: * and > stand only in what is received"
		}
	}
	return natsParts(text)
}

// natsFilter is what is wrong with the subjects that are received.
func natsFilter(text string) string {
	parts := strings.Split(text, ".")
	if i := slices.Index(parts, ">"); i >= 0 && i < len(parts)-1 {
		return "> takes all parts that follow, so it is the last one; a single part is *"
	}
	return natsParts(text)
}

func natsParts(text string) string {
	if slices.Contains(strings.Split(text, "."), "") {
		return "a subject has parts with a dot between two of them, and one of these is empty"
	}
	if strings.ContainsAny(text, " \t\r\n") {
		return "a subject has no blanks"
	}
	return ""
}

// maxKafkaTopic is how many characters the name of a topic of Kafka has at most.
const maxKafkaTopic = 249

// kafkaTopic is what is wrong with the name of a topic.
func kafkaTopic(text string) string {
	odd := strings.IndexFunc(text, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-"+hole, r))
	})
	switch {
	case odd >= 0:
		return "a topic of Kafka has letters, digits, dots, underscores and hyphens alone"
	case len(text) > maxKafkaTopic:
		return "a topic of Kafka has at most 249 characters"
	case text == "." || text == "..":
		return "no topic of Kafka has this name"
	}
	return ""
}

// kafkaTopics is what is wrong with what is received: a topic or, behind ^, a pattern.
func kafkaTopics(text string) string {
	if strings.HasPrefix(text, "^") {
		return ""
	}
	return kafkaTopic(text)
}
