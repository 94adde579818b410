package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/cob-lang/cob/runtime/journal"
)

const (
	boardStream   = "COB_BOARD"
	boardSubject  = "cob.board."
	maxNotes      = 1024 // that one look shows; the server gives no more
	headerSubject = "Nats-Subject"
	headerLastFor = "Nats-Expected-Last-Subject-Sequence"
	headerTTL     = "Nats-TTL"
)

// ErrChanged: a note is not what its writer took it for, or will soon not be; nothing was written.
var ErrChanged = errors.New("somebody else has written it")

// A Board holds the small facts that the nodes of an external store tell each other: who is there, who owns what. A note is written only
// over the one that its writer knows, and may go away by itself. It is safe for concurrent use.
type Board struct{ server *Server }

// A Note is one fact.
type Note struct {
	Key      string // letters, digits, - and _, in parts with dots between
	Value    []byte
	Revision uint64 // rises with every note of the board
}

// Board opens the board, or makes it. Errors: journal.ErrUnavailable.
func (s *Server) Board(ctx context.Context) (*Board, error) {
	_, _, err := s.ensure(ctx, jetstream.StreamConfig{
		Name: boardStream, Subjects: []string{boardSubject + ">"}, MaxMsgsPerSubject: 1, MaxMsgs: -1, MaxBytes: -1,
		MaxMsgSize: 64 << 10, Duplicates: minWindow, AllowMsgTTL: true,
	})
	if err != nil {
		return nil, unavailable("opening the board of the nodes", err)
	}
	return &Board{server: s}, nil
}

// Write writes a note over the one with the given revision, 0 for none, and returns its own. Where ttl is not 0, in whole seconds, it goes
// away after that time. Errors: ErrChanged, journal.ErrFull, journal.ErrUnavailable; journal.ErrUnknown when it may have been written.
func (b *Board) Write(ctx context.Context, key string, value []byte, over uint64, ttl time.Duration) (uint64, error) {
	m := nats.NewMsg(boardSubject + key)
	m.Data = value
	m.Header[headerLastFor] = []string{strconv.FormatUint(over, 10)}
	if ttl != 0 {
		m.Header[headerTTL] = []string{ttl.String()}
	}
	a, err := b.server.publish(ctx, m)
	if err == nil && a.Error != nil {
		if err = a.Error.writeError(); errors.Is(err, journal.ErrFenced) || a.Error.ErrCode == codeBeingWritten {
			err = ErrChanged
		}
	}
	if err != nil {
		return 0, fmt.Errorf("writing the note %s: %w", key, err)
	}
	return a.Seq, nil
}

// Erase takes a note away, whoever wrote it.
func (b *Board) Erase(ctx context.Context, key string) error {
	var answer struct {
		Error *apiError `json:"error"`
	}
	if err := b.server.ask(ctx, "STREAM.PURGE."+boardStream, map[string]string{"filter": boardSubject + key}, &answer); err != nil {
		return err
	}
	if answer.Error != nil {
		return unavailable("erasing the note "+key, errors.New(answer.Error.Description))
	}
	return nil
}

// Look reads all notes. On a cluster it may be a moment behind. Errors: journal.ErrUnavailable.
func (b *Board) Look(ctx context.Context) ([]Note, error) {
	s := b.server
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	inbox := nats.NewInbox()
	sub, err := s.nc.SubscribeSync(inbox)
	if err != nil {
		return nil, unavailable("reading the board", err)
	}
	defer sub.Unsubscribe()
	question, err := json.Marshal(map[string]any{"multi_last": []string{boardSubject + ">"}, "batch": maxNotes})
	if err != nil {
		return nil, err
	}
	if err := s.nc.PublishRequest(directPrefix+boardStream, inbox, question); err != nil {
		return nil, unavailable("reading the board", err)
	}
	var notes []Note
	for {
		m, err := sub.NextMsgWithContext(ctx)
		if err != nil {
			return nil, unavailable("reading the board", err)
		}
		switch status := m.Header.Get("Status"); status {
		case "":
		case statusEOB, statusNotFound:
			return notes, nil
		default:
			return nil, unavailable("reading the board", fmt.Errorf("status %s %s", status, m.Header.Get("Description")))
		}
		revision, err := strconv.ParseUint(m.Header.Get("Nats-Sequence"), 10, 64)
		if err != nil || len(m.Header.Get(headerSubject)) <= len(boardSubject) {
			return nil, unavailable("reading the board", fmt.Errorf("an answer without its place (%v)", err))
		}
		notes = append(notes, Note{Key: m.Header.Get(headerSubject)[len(boardSubject):], Value: m.Data, Revision: revision})
	}
}

// Gone says whether there is no note with this key. Unlike Look it asks the one server that knows. Errors: journal.ErrUnavailable.
func (b *Board) Gone(ctx context.Context, key string) (bool, error) {
	var answer struct {
		Error *apiError `json:"error"`
	}
	if err := b.server.ask(ctx, "STREAM.MSG.GET."+boardStream, map[string]string{"last_by_subj": boardSubject + key}, &answer); err != nil {
		return false, err
	}
	switch {
	case answer.Error == nil:
		return false, nil
	case answer.Error.ErrCode == codeNoMessage:
		return true, nil
	}
	return false, unavailable("reading the note "+key, errors.New(answer.Error.Description))
}
