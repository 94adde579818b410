package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go"

	"github.com/cob-lang/cob/runtime/journal"
)

const (
	directPrefix  = "$JS.API.DIRECT.GET."
	batchMessages = 4096    // messages asked for at once
	batchBytes    = 8 << 20 // bytes asked for at once

	headerExpected = "Nats-Expected-Last-Sequence"
	statusNotFound = "404"
	statusEOB      = "204"
)

// errNotFound: the stream holds no such message.
var errNotFound = errors.New("message not found")

type directGet struct {
	Seq      uint64 `json:"seq,omitempty"`
	LastFor  string `json:"last_by_subj,omitempty"`
	Batch    int    `json:"batch,omitempty"`
	MaxBytes int    `json:"max_bytes,omitempty"`
	NoHdr    bool   `json:"no_hdr,omitempty"`
}

// get reads one message by sequence or by last subject. Errors: errNotFound, journal.ErrUnavailable.
func (s *Server) get(ctx context.Context, stream string, q directGet) (*nats.Msg, uint64, error) {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	body, err := json.Marshal(q)
	if err != nil {
		return nil, 0, err
	}
	m, err := s.nc.RequestWithContext(ctx, directPrefix+stream, body)
	if err != nil {
		return nil, 0, unavailable("reading "+stream, err)
	}
	switch status := m.Header.Get("Status"); status {
	case "":
	case statusNotFound:
		return nil, 0, s.missing(ctx, stream, leaderGet{Seq: q.Seq, LastFor: q.LastFor}, q.Seq)
	default:
		return nil, 0, unavailable("reading "+stream, fmt.Errorf("status %s %s", status, m.Header.Get("Description")))
	}
	seq, err := strconv.ParseUint(m.Header.Get("Nats-Sequence"), 10, 64)
	if err != nil {
		return nil, 0, unavailable("reading "+stream, err)
	}
	return m, seq, nil
}

// scan calls f with the content of every message from sequence first to last. It steps over holes: f sees what is there, and tells holes
// by the content. It asks for large batches, because one question per message would take a hundred times as long. Errors: errNotFound
// when the store has nothing readable between the last message delivered and last; journal.ErrUnavailable; errors of f as they are.
func (s *Server) scan(ctx context.Context, stream string, first, last uint64, f func(data []byte) (seq uint64, err error)) error {
	if first > last {
		return nil
	}
	inbox := nats.NewInbox()
	sub, err := s.nc.SubscribeSync(inbox)
	if err != nil {
		return unavailable("reading "+stream, err)
	}
	defer sub.Unsubscribe()
	if err := sub.SetPendingLimits(-1, -1); err != nil {
		return unavailable("reading "+stream, err)
	}
	for first <= last {
		batch := int(min(batchMessages, last-first+1))
		body, err := json.Marshal(directGet{Seq: first, Batch: batch, MaxBytes: batchBytes, NoHdr: true})
		if err != nil {
			return err
		}
		if err := s.nc.PublishRequest(directPrefix+stream, inbox, body); err != nil {
			return unavailable("reading "+stream, err)
		}
		if first, err = s.receive(ctx, stream, sub, first, f); errors.Is(err, errNotFound) {
			return s.missing(ctx, stream, leaderGet{Seq: first, NextFor: ">"}, last)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// receive takes one batch in and returns the sequence after it.
func (s *Server) receive(ctx context.Context, stream string, sub *nats.Subscription, next uint64, f func([]byte) (uint64, error)) (uint64, error) {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	begun := next
	for {
		m, err := sub.NextMsgWithContext(ctx)
		if err != nil {
			return next, unavailable("reading "+stream, err)
		}
		if m.Header != nil {
			switch status := m.Header.Get("Status"); status {
			case "":
			case statusEOB:
				if next == begun {
					return next, errNotFound
				}
				return next, nil
			case statusNotFound:
				return next, errNotFound
			default:
				return next, unavailable("reading "+stream, fmt.Errorf("status %s %s", status, m.Header.Get("Description")))
			}
		}
		seq, err := f(m.Data)
		if err != nil {
			return next, err
		}
		next = seq + 1
	}
}

// leaderGet asks the leader of a stream for one message; with NextFor for the first at Seq or later.
type leaderGet struct {
	Seq     uint64 `json:"seq,omitempty"`
	LastFor string `json:"last_by_subj,omitempty"`
	NextFor string `json:"next_by_subj,omitempty"`
}

// missing is errNotFound where a stream has no such message up to last, if that is not 0. Any replica answers the questions above, and one
// that lags behind has not yet what the stream has: then it is journal.ErrUnavailable, and no damage.
func (s *Server) missing(ctx context.Context, stream string, q leaderGet, last uint64) error {
	if s.embedded != nil {
		return errNotFound
	}
	var answer struct {
		Error   *apiError `json:"error"`
		Message struct {
			Seq uint64 `json:"seq"`
		} `json:"message"`
	}
	if err := s.ask(ctx, "STREAM.MSG.GET."+stream, q, &answer); err != nil {
		return err
	}
	switch {
	case answer.Error == nil && (last == 0 || answer.Message.Seq <= last):
		return unavailable("reading "+stream, errors.New("a server that lags behind was asked"))
	case answer.Error == nil || answer.Error.Code == 404:
		return errNotFound
	}
	return unavailable("reading "+stream, errors.New(answer.Error.Description))
}

// state is what a stream says of itself.
type state struct {
	Messages uint64 `json:"messages"`
	Bytes    uint64 `json:"bytes"`
	FirstSeq uint64 `json:"first_seq"`
	LastSeq  uint64 `json:"last_seq"`
}

// state asks a stream for its state. Errors: errNotFound when there is no such stream, journal.ErrUnavailable.
func (s *Server) state(ctx context.Context, stream string) (state, error) {
	var answer struct {
		Error *apiError `json:"error"`
		State state     `json:"state"`
	}
	if err := s.ask(ctx, "STREAM.INFO."+stream, nil, &answer); err != nil {
		return state{}, err
	}
	if answer.Error != nil {
		if answer.Error.Code == 404 {
			return state{}, errNotFound
		}
		return state{}, unavailable("asking for "+stream, errors.New(answer.Error.Description))
	}
	return answer.State, nil
}

// purge drops every message below seq.
func (s *Server) purge(ctx context.Context, stream string, seq uint64) error {
	var answer struct {
		Error *apiError `json:"error"`
	}
	if err := s.ask(ctx, "STREAM.PURGE."+stream, map[string]uint64{"seq": seq}, &answer); err != nil {
		return err
	}
	if answer.Error != nil {
		return unavailable("truncating "+stream, errors.New(answer.Error.Description))
	}
	return nil
}

// ask calls the JetStream API.
func (s *Server) ask(ctx context.Context, what string, question, answer any) error {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	var body []byte
	if question != nil {
		var err error
		if body, err = json.Marshal(question); err != nil {
			return err
		}
	}
	m, err := s.nc.RequestWithContext(ctx, "$JS.API."+what, body)
	if err != nil {
		return unavailable("asking the store", err)
	}
	if err := json.Unmarshal(m.Data, answer); err != nil {
		return unavailable("asking the store", err)
	}
	return nil
}

// An ack is JetStream's answer to a publish.
type ack struct {
	Seq       uint64    `json:"seq"`
	Duplicate bool      `json:"duplicate"`
	Error     *apiError `json:"error"`
}

func parseAck(m *nats.Msg) (ack, error) {
	if m.Header.Get("Status") == "503" {
		return ack{Error: &apiError{Code: 503, Description: "the stream is not there"}}, nil
	}
	var a ack
	if err := json.Unmarshal(m.Data, &a); err != nil {
		return ack{}, err
	}
	if a.Error == nil && a.Seq == 0 {
		return ack{}, errors.New("an acknowledgement without a sequence")
	}
	return a, nil
}

// publish writes one message and waits. Errors: *apiError in the ack; journal.ErrUnknown when there is no answer.
func (s *Server) publish(ctx context.Context, m *nats.Msg) (ack, error) {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	answer, err := s.nc.RequestMsgWithContext(ctx, m)
	if errors.Is(err, nats.ErrNoResponders) {
		return ack{Error: &apiError{Code: 503, Description: "the stream is not there"}}, nil
	}
	if err != nil {
		return ack{}, fmt.Errorf("%w (%v)", journal.ErrUnknown, err)
	}
	a, err := parseAck(answer)
	if err != nil {
		return ack{}, fmt.Errorf("%w (%v)", journal.ErrUnknown, err)
	}
	return a, nil
}
