package jetstream

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/cob-lang/cob/runtime/journal"
)

const (
	plansStream = "COB_PLANS"
	planSubject = "cob.plan."
	headerSum   = "Cob-SHA-256"

	// MaxDigest is the longest name of a plan, in bytes.
	MaxDigest = 128
)

// Plans keeps the bytes of plans by their digest. Which of them is active stands in the journals. It is safe for concurrent use.
type Plans struct{ server *Server }

// Plans opens the store of plans.
func (s *Server) Plans(ctx context.Context) (*Plans, error) {
	_, _, err := s.ensure(ctx, jetstream.StreamConfig{
		Name: plansStream, Subjects: []string{planSubject + "*", shardsSubject}, MaxMsgsPerSubject: 1, MaxMsgs: -1, MaxBytes: -1,
		MaxMsgSize: int32(s.options.MaxPayload), Duplicates: minWindow,
	})
	if err != nil {
		return nil, unavailable("opening the plans", err)
	}
	p := &Plans{server: s}
	return p, p.balance(ctx)
}

// planToken checks a digest, such as sha256:4f..., and makes it a token of a subject.
func planToken(digest string) (string, error) {
	if digest == "" || len(digest) > MaxDigest {
		return "", fmt.Errorf("a plan's digest has %d characters, must have 1 to %d", len(digest), MaxDigest)
	}
	if i := strings.IndexFunc(digest, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == ':' || r == '-' || r == '_')
	}); i >= 0 {
		return "", fmt.Errorf("a plan's digest must consist of letters, digits and :-_, but %q does not", digest)
	}
	return digest, nil
}

// Put stores a plan. The same plan again changes nothing. Errors: ErrTooLarge, journal.ErrFull, journal.ErrUnavailable, journal.ErrUnknown
// (put it again).
func (p *Plans) Put(ctx context.Context, digest string, plan []byte) error {
	token, err := planToken(digest)
	if err != nil {
		return err
	}
	if most := p.server.options.MaxPayload - headerAllowance; len(plan) > most {
		return fmt.Errorf("plan %s of %d bytes, at most %d: %w", digest, len(plan), most, ErrTooLarge)
	}
	old, err := p.Get(ctx, digest)
	if err == nil && string(old) == string(plan) {
		return nil
	}
	var damage *journal.DamageError
	if err != nil && !errors.Is(err, ErrNoPlan) && !errors.As(err, &damage) {
		return err
	}
	return p.write(ctx, planSubject+token, plan)
}

func (p *Plans) write(ctx context.Context, subject string, content []byte) error {
	return p.put(ctx, subject, content, nil)
}

// writeFirst writes where nothing stands yet. Errors: journal.ErrFenced where something does.
func (p *Plans) writeFirst(ctx context.Context, subject string, content []byte) error {
	return p.put(ctx, subject, content, []string{"0"})
}

// put writes over whatever has the sequence after, nil for anything.
func (p *Plans) put(ctx context.Context, subject string, content []byte, after []string) error {
	if err := p.server.dir.room(len(content), 100); err != nil {
		return err
	}
	m := nats.NewMsg(subject)
	m.Data = content
	sum := sha256.Sum256(content)
	m.Header[headerSum] = []string{hex.EncodeToString(sum[:])}
	if after != nil {
		m.Header[headerLastFor] = after
	}
	a, err := p.server.publish(ctx, m)
	if err == nil && a.Error != nil {
		err = a.Error.writeError()
	}
	if err != nil {
		return fmt.Errorf("storing %s: %w", subject, err)
	}
	return p.server.copyPlan(subject, content)
}

// Get returns the bytes of a plan, which belong to the caller. Errors: ErrNoPlan, *journal.DamageError, journal.ErrUnavailable.
func (p *Plans) Get(ctx context.Context, digest string) ([]byte, error) {
	token, err := planToken(digest)
	if err != nil {
		return nil, err
	}
	return p.read(ctx, planSubject+token, digest)
}

func (p *Plans) read(ctx context.Context, subject, what string) ([]byte, error) {
	m, seq, err := p.server.get(ctx, plansStream, directGet{LastFor: subject})
	if errors.Is(err, errNotFound) {
		return nil, fmt.Errorf("plan %s: %w", what, ErrNoPlan)
	}
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(m.Data); m.Header.Get(headerSum) != hex.EncodeToString(sum[:]) {
		return nil, journal.Damage(plansStream, seq, "plan %s does not have its checksum", what)
	}
	return m.Data, nil
}

// List returns the digests of all plans, sorted.
func (p *Plans) List(ctx context.Context) ([]string, error) {
	ctx, cancel := p.server.deadline(ctx)
	defer cancel()
	st, err := p.server.js.Stream(ctx, plansStream)
	if err != nil {
		return nil, unavailable("listing the plans", err)
	}
	info, err := st.Info(ctx, jetstream.WithSubjectFilter(planSubject+"*"))
	if err != nil {
		return nil, unavailable("listing the plans", err)
	}
	all := make([]string, 0, len(info.State.Subjects))
	for subject := range info.State.Subjects {
		all = append(all, strings.TrimPrefix(subject, planSubject))
	}
	sort.Strings(all)
	return all, nil
}

// Remove drops a plan that nothing needs any more.
func (p *Plans) Remove(ctx context.Context, digest string) error {
	token, err := planToken(digest)
	if err != nil {
		return err
	}
	ctx, cancel := p.server.deadline(ctx)
	defer cancel()
	st, err := p.server.js.Stream(ctx, plansStream)
	if err != nil {
		return unavailable("removing a plan", err)
	}
	if err := st.Purge(ctx, jetstream.WithPurgeSubject(planSubject+token)); err != nil {
		return unavailable("removing a plan", err)
	}
	if p.server.options.CopyDir != "" {
		if err := os.Remove(filepath.Join(p.server.options.CopyDir, plansDir, token)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
