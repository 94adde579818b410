package node

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/record"
)

// keepInvalid puts a message that does not fit its channel into the channel for
// such messages, where there is one. A message with the same ID is kept once.
func (n *Node) keepInvalid(ctx context.Context, c *plan.Channel, id string, message []byte, why error) error {
	if c.Invalid == "" {
		return nil
	}
	if err := n.keepLetter(ctx, c.Invalid, id, c.Name, public(why), message); err != nil {
		return fmt.Errorf("keeping a message for %s that does not fit: %w", c.Name, err)
	}
	return nil
}

// public is why data does not fit, without the data: it stands in histories, lists and
// faults, which more people see than the data.
func public(err error) string {
	var misfit types.Problems
	if errors.As(err, &misfit) {
		return misfit.Public().Error()
	}
	return err.Error()
}

// keepLetter puts a message that nobody can take into a channel, with the reason;
// the same ID is the same letter.
func (n *Node) keepLetter(ctx context.Context, channel, id, where, reason string, message []byte) error {
	raw, err := types.ReadJSON(message)
	if err != nil {
		raw = string(message)
	}
	letter := map[string]types.Value{"reason": reason, "path": []types.Value{where}, "message": raw}
	_, err = n.put(ctx, channel, nameOf("", id), "", types.NewUniverse(nil).EncodeJSON(nil, letter, types.Of(types.JSON)))
	return err
}

// nameOf is what the store knows a message by: what makes it the same one as
// another, in a form that fits, else its ID.
func nameOf(id, same string) string {
	switch {
	case same == "":
		return id
	case len(same) > MaxID || strings.ContainsAny(same, "\r\n"):
		sum := sha256.Sum256([]byte(same))
		return hex.EncodeToString(sum[:])
	}
	return same
}

// expired says that a message is too old to be taken, "" where it is not.
func expired(c *plan.Channel, m *jetstream.Message, now record.Instant) string {
	age := int64(now) - m.Time.UnixNano()
	if c.ExpiresNs == 0 || age <= c.ExpiresNs {
		return ""
	}
	return fmt.Sprintf("it has expired: it is %v old, and messages of %s are good for %v", time.Duration(age).Round(time.Millisecond), c.Name, time.Duration(c.ExpiresNs))
}
