package jetstream

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/cob-lang/cob/runtime/journal"
)

func message(seq uint64, at time.Time, header nats.Header, payload []byte) Message {
	m := Message{Seq: seq, ID: header.Get(headerID), Time: at, Payload: payload}
	if own := header.Get(headerOwn); own != "" {
		m.ID = own
	}
	for name, values := range header {
		if own, ok := strings.CutPrefix(name, headerPrefix); ok && len(values) > 0 {
			m.Headers = append(m.Headers, Header{Name: own, Value: values[0]})
		}
	}
	sort.Slice(m.Headers, func(i, k int) bool { return m.Headers[i].Name < m.Headers[k].Name })
	return m
}

// Peek returns up to most messages from sequence from on without waiting, and disturbs no reader. from 0 is the first one kept.
func (c *Channel) Peek(ctx context.Context, from uint64, most int) ([]Message, error) {
	if most < 1 || most > MaxRead {
		return nil, fmt.Errorf("looking into %s: most is %d, must be from 1 to %d", c.name, most, MaxRead)
	}
	st, err := c.server.state(ctx, c.name)
	if err != nil {
		return nil, err
	}
	var all []Message
	for seq := max(from, st.FirstSeq, 1); seq <= st.LastSeq && len(all) < most; seq++ {
		m, _, err := c.server.get(ctx, c.name, directGet{Seq: seq})
		if errors.Is(err, errNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		at, err := time.Parse(time.RFC3339Nano, m.Header.Get("Nats-Time-Stamp"))
		if err != nil {
			return nil, unavailable("looking into "+c.name+" at "+strconv.FormatUint(seq, 10), err)
		}
		all = append(all, message(seq, at, m.Header, m.Data))
	}
	return all, nil
}

// Purge drops every message up to and including sequence upTo.
func (c *Channel) Purge(ctx context.Context, upTo uint64) error {
	return c.server.purge(ctx, c.name, upTo+1)
}

// Info says how the channel stands.
func (c *Channel) Info(ctx context.Context) (ChannelInfo, error) {
	st, err := c.server.state(ctx, c.name)
	if errors.Is(err, errNotFound) {
		return ChannelInfo{}, journal.Damage(c.name, 1, "the stream is gone")
	}
	if err != nil {
		return ChannelInfo{}, err
	}
	return ChannelInfo{First: max(st.FirstSeq, 1), Last: st.LastSeq, Messages: st.Messages, Bytes: st.Bytes}, nil
}
