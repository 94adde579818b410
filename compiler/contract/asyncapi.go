package contract

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// asyncAPI reads documents of AsyncAPI 2 and 3. Such a document speaks as the
// service; a Contract speaks as who uses it: what the service receives is sent
// here, and what it sends is received.
type asyncAPI struct {
	*schemas
	root     *node
	protocol string
	messages map[*node]message
}

// message is one message: its name, the type of its payload, how it is written.
type message struct {
	name        string
	payload     types.Type
	schema      *node // of the payload; nil where it is none that is read
	contentType string
}

func readAsyncAPI(r *reader, name string) {
	d := r.document(name, r.o.Use)
	version := d.root.get("asyncapi")
	second := strings.HasPrefix(version.str(), "2.")
	if !second && !strings.HasPrefix(version.str(), "3.") {
		r.noVersion(d, version, "asyncapi", "AsyncAPI 2 or 3")
	}
	a := &asyncAPI{schemas: newSchemas(r), root: d.root, messages: map[*node]message{}}
	a.servers()
	components := d.root.get("components")
	a.components(components.get("schemas"))
	components.get("messages").each(func(key, m *node) {
		if target, name := a.resolve(m); target != nil && name == "" {
			a.message(target, key.text)
		}
	})
	if second {
		d.root.get("channels").each(a.channel2)
	} else {
		a.third()
	}
	a.one()
}

// protocols are those that have several names.
var protocols = map[string]string{"kafka-secure": "kafka", "amqps": "amqp", "amqp1": "amqp", "mqtts": "mqtt", "secure-mqtt": "mqtt", "mqtt5": "mqtt",
	"https": "http", "wss": "ws", "stomps": "stomp", "jms": "stomp", "googlepubsub": "pubsub"}

// servers takes the protocol of the first server; endpoints say where theirs is.
func (a *asyncAPI) servers() {
	for _, s := range a.root.get("servers").values() {
		target, _ := a.resolve(s)
		if p := strings.ToLower(target.get("protocol").str()); a.protocol != "" && firstOf(protocols[p], p) != a.protocol && p != "" {
			a.left(target.get("protocol").at(), "this server speaks %s and the first one %s: the contract is used as %s", p, a.protocol, a.protocol)
		}
		if p := strings.ToLower(target.get("protocol").str()); p != "" && a.protocol == "" {
			if a.protocol = protocols[p]; a.protocol == "" {
				a.protocol = p
			}
		}
	}
	if a.protocol == "" {
		a.protocol = string(AsyncAPI)
	}
	a.Connector = a.protocol
}

// message declares an event for a message whose payload is a record.
func (a *asyncAPI) message(n *node, name string) message {
	if m, ok := a.messages[n]; ok {
		return m
	}
	m := message{name: firstOf(n.get("name").str(), name), contentType: firstOf(a.ofTrait(n, "contentType").str(), a.root.get("defaultContentType").str())}
	payload, format := n.get("payload"), n.get("schemaFormat").str()
	if inner := payload.get("schemaFormat"); inner != nil { // the form of 3.0
		payload, format = payload.get("schema"), inner.str()
	}
	switch {
	case payload == nil:
		m.payload = types.Of(types.JSON)
	case format != "" && !strings.Contains(format, "asyncapi") && !strings.Contains(format, "schema+") && !strings.Contains(format, "openapi"):
		m.payload = a.json(payload.at(), "the payload of %s is described as %s, which is not read", m.name, format)
	default:
		m.payload, m.schema = a.event(payload, m.name, n.get("description").str()), payload
	}
	if h := a.ofTrait(n, "headers"); h != nil {
		a.left(h.at(), "the headers of %s are neither sent nor given", m.name)
	}
	a.messages[n] = m
	return m
}

// ofTrait is what a message, or else the last of its traits that does, says about a key.
func (a *asyncAPI) ofTrait(n *node, key string) *node {
	said := n.get(key)
	for _, trait := range n.get("traits").list() {
		if target, _ := a.resolve(trait); target.get(key) != nil && n.get(key) == nil {
			said = target.get(key)
		}
	}
	return said
}

// event is the type of a payload. A record becomes an event of the message's
// name: the very type where that has the name, else one with the same fields.
func (a *asyncAPI) event(payload *node, name, doc string) types.Type {
	if target, ref := a.resolve(payload); target != nil && ref == "" {
		a.declares(target, name) // with its constraints, which a record without a name has not
	}
	t := a.typeOf(payload, name)
	fields, ok := a.fieldsOf(t)
	if !ok {
		return t
	}
	full := a.qualified(identifier(name))
	for i := range a.Types {
		if d := &a.Types[i]; d.Name == full {
			if full == t.Name {
				d.Kind = types.EventDefinition
			}
			return t
		}
	}
	full = a.qualified(a.unused(name))
	a.Declared[full] = payload.at()
	a.Types = append(a.Types, types.Definition{Name: full, Kind: types.EventDefinition, Fields: fields, Doc: doc})
	return types.Ref(full)
}

// channel2 reads a channel of version 2 and what can be done there.
func (a *asyncAPI) channel2(key, item *node) {
	target, _ := a.resolve(item)
	if target == nil {
		return
	}
	c := Channel{Name: identifier(key.text), Address: key.text, Protocol: a.protocol}
	var all, brought []message
	for _, direction := range []string{"publish", "subscribe"} {
		op := target.get(direction)
		if op == nil {
			continue
		}
		word := map[string]string{"publish": "send", "subscribe": "receive"}[direction]
		name := firstOf(op.get("operationId").str(), word+"_"+key.text)
		list := a.messages2(op.get("message"), name)
		c.Sends = c.Sends || direction == "publish"
		c.Receives = c.Receives || direction == "subscribe"
		all = append(all, list...)
		if direction == "subscribe" {
			brought = list
		}
		if direction == "publish" {
			a.sends(op, name, key.text, target.get("parameters"), list, nil)
		}
	}
	a.take(&c, all, brought)
	a.quiet(key, &c)
	a.Declared[c.Name] = key.at()
	a.Channels = append(a.Channels, c)
}

// quiet tells of a channel in which nothing travels.
func (a *asyncAPI) quiet(key *node, c *Channel) {
	if len(c.Messages) == 0 {
		a.left(key.at(), "the channel %s has no messages, so nothing can be sent there or received", key.text)
	}
}

// take says what travels in a channel, and what of it somebody else sends.
func (a *asyncAPI) take(c *Channel, all, brought []message) {
	for _, m := range all {
		if !slices.ContainsFunc(c.Messages, m.payload.Equal) {
			c.Messages = append(c.Messages, m.payload)
		}
	}
	if len(c.Messages) == 1 {
		c.Refinements = a.ofEither(brought)
	}
}

// ofEither are the constraints of what is one of several messages of one type: what
// all of them ask for, in the words of one or the other.
func (a *asyncAPI) ofEither(list []message) []expression.Refinement {
	var out []expression.Refinement
	for i, m := range list {
		var one []expression.Refinement
		if m.schema != nil {
			a.inside(owned{to: &one}, m.payload, m.schema, nil)
		}
		if i == 0 {
			out = one
		} else {
			out = either(out, one)
		}
	}
	return out
}

// messages2 are the messages of an operation of version 2: one, or one of several.
func (a *asyncAPI) messages2(n *node, hint string) []message {
	target, name := a.resolve(n)
	if target == nil {
		return nil
	}
	var out []message
	if several := target.get("oneOf").list(); several != nil {
		for _, part := range several {
			a.part(part.at())
			out = append(out, a.messages2(part, hint)...)
		}
		return out
	}
	return []message{a.message(target, firstOf(name, identifier(hint)+"_message"))}
}

// third reads channels and operations of version 3.
func (a *asyncAPI) third() {
	channels := map[*node]int{}
	a.root.get("channels").each(func(key, item *node) {
		target, _ := a.resolve(item)
		if target == nil {
			return
		}
		channels[target] = len(a.Channels)
		c := Channel{Name: identifier(key.text), Address: firstOf(target.get("address").str(), key.text), Protocol: a.protocol}
		list := a.messages3(target)
		a.take(&c, list, list)
		a.quiet(key, &c)
		a.Declared[c.Name] = key.at()
		a.Channels = append(a.Channels, c)
	})
	a.root.get("operations").each(func(key, item *node) {
		op, _ := a.resolve(item)
		target, _ := a.resolve(op.get("channel"))
		i, ok := channels[target]
		if target == nil {
			return
		}
		if !ok {
			a.report(key.at(), "the operation %s names no channel of the document", key.text)
			return
		}
		list := a.chosen(op, target)
		if op.get("action").str() == "send" {
			a.Channels[i].Receives = true
			return
		}
		a.Channels[i].Sends = true
		a.sends(op, key.text, a.Channels[i].Address, target.get("parameters"), list, op.get("reply"))
	})
}

// messages3 are the messages of a channel of version 3.
func (a *asyncAPI) messages3(channel *node) []message {
	var out []message
	channel.get("messages").each(func(key, item *node) {
		if target, name := a.resolve(item); target != nil {
			out = append(out, a.message(target, firstOf(name, key.text)))
		}
	})
	return out
}

// chosen are the messages that an operation or reply of version 3 names, else all
// of its channel.
func (a *asyncAPI) chosen(op, channel *node) []message {
	named := op.get("messages").list()
	if named == nil {
		return a.messages3(channel)
	}
	var out []message
	for _, ref := range named {
		if target, name := a.resolve(ref); target != nil {
			out = append(out, a.message(target, name))
		}
	}
	return out
}

// sends adds an operation for each message that can be sent to an address.
func (a *asyncAPI) sends(op *node, name, address string, parameters *node, list []message, reply *node) {
	for _, m := range list {
		o := Operation{Name: identifier(name), Doc: firstOf(op.get("summary").str(), op.get("description").str()), Result: types.Of(types.Void)}
		if len(list) > 1 {
			o.Name = identifier(name + "_" + m.name)
		}
		for _, part := range strings.Split(address, "{")[1:] {
			if hole, _, ok := strings.Cut(part, "}"); ok {
				n, _ := a.resolve(parameters.get(hole))
				o.Params = append(o.Params, distinct(Param{Field: a.parameter(hole, n, o.Name), In: "path"}, o.Params))
				if schema := n.get("schema"); schema != nil {
					a.ofParam(&o, o.Params[len(o.Params)-1].Field, schema)
				}
			}
		}
		o.Params = append(o.Params, distinct(Param{Field: types.Field{Name: "message", Type: m.payload}, In: "body"}, o.Params))
		if m.schema != nil {
			a.ofParam(&o, o.Params[len(o.Params)-1].Field, m.schema)
		}
		if a.protocol == "http" {
			o.HTTP = &HTTP{Method: "POST", Path: "/" + strings.TrimPrefix(address, "/")}
		} else {
			o.Message = &Message{Channel: address, Name: m.name, ContentType: m.contentType}
		}
		if reply != nil {
			a.reply(&o, reply)
		}
		a.Declared[o.Name] = op.at()
		a.Operations = append(a.Operations, o)
	}
}

// reply gives an operation the messages that answer it: one of them, for several
// are json.
func (a *asyncAPI) reply(o *Operation, ref *node) {
	r, _ := a.resolve(ref)
	channel, _ := a.resolve(r.get("channel"))
	list := a.chosen(r, channel)
	if o.Message != nil {
		address, _ := a.resolve(r.get("address"))
		o.Message.Reply = firstOf(address.get("location").str(), channel.get("address").str())
	}
	if len(list) == 0 {
		return
	}
	o.Result = list[0].payload
	for _, m := range list[1:] {
		if !m.payload.Equal(o.Result) {
			o.Result = a.json(r.at(), "%s is answered by one of several messages", o.Name)
			return
		}
	}
	o.Refinements = append(o.Refinements, a.ofEither(list)...)
}

func (a *asyncAPI) parameter(name string, target *node, hint string) types.Field {
	t := types.Of(types.String)
	switch {
	case target.get("schema") != nil: // version 2
		t = a.typeOf(target.get("schema"), hint+"_"+name)
	case target.get("enum") != nil: // version 3
		if declared, ok := a.declares(target, hint+"_"+name); ok {
			t = declared
		}
	}
	f := new(fields).named(name, t)
	f.Doc = target.get("description").str()
	return f
}

// one reports operations of one name.
func (s *schemas) one() {
	seen := map[string]bool{}
	s.Operations = slices.DeleteFunc(s.Operations, func(o Operation) bool {
		if seen[o.Name] {
			s.report(s.Declared[o.Name], "two operations are called %s", o.Name)
			return true
		}
		seen[o.Name] = true
		return false
	})
}
