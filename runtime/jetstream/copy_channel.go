package jetstream

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	channelPrefix = "COB_C_"
	messagesName  = "messages"
	shelfSlack    = 1 << 20 // bytes of messages that nobody reads any more, from which on they may be dropped
)

// A letter is a message of a channel on its way to the second copy, as the store has it. One without a sequence says that no message
// before First is needed any more.
type letter struct {
	Seq     uint64
	First   uint64 // where Seq is 0
	At      time.Time
	Headers nats.Header
	Data    []byte
}

// A letter is {CRC-32C of the rest, sequence, nanoseconds or First, bytes of the headers, headers as JSON, data}.
const letterSize = 4 + 8 + 8 + 4

func (l *letter) encode() ([]byte, error) {
	headers, err := json.Marshal(l.Headers)
	if err != nil {
		return nil, err
	}
	second := uint64(l.At.UnixNano())
	if l.Seq == 0 {
		second = l.First
	}
	b := make([]byte, 4, letterSize+len(headers)+len(l.Data))
	b = binary.BigEndian.AppendUint64(b, l.Seq)
	b = binary.BigEndian.AppendUint64(b, second)
	b = binary.BigEndian.AppendUint32(b, uint32(len(headers)))
	b = append(append(b, headers...), l.Data...)
	binary.BigEndian.PutUint32(b, crc32.Checksum(b[4:], crc32.MakeTable(crc32.Castagnoli)))
	return b, nil
}

func decodeLetter(b []byte) (l letter, err error) {
	if len(b) < letterSize || binary.BigEndian.Uint32(b) != crc32.Checksum(b[4:], crc32.MakeTable(crc32.Castagnoli)) {
		return l, errors.New("a message that does not have its checksum")
	}
	l.Seq = binary.BigEndian.Uint64(b[4:])
	second, size := binary.BigEndian.Uint64(b[12:]), uint64(binary.BigEndian.Uint32(b[20:]))
	if l.Seq == 0 {
		l.First = second
	} else {
		l.At = time.Unix(0, int64(second))
	}
	if b = b[letterSize:]; uint64(len(b)) < size {
		return l, errors.New("a message whose headers end too early")
	}
	if err := json.Unmarshal(b[:size], &l.Headers); err != nil {
		return l, fmt.Errorf("the headers of a message: %w", err)
	}
	l.Data = b[size:]
	return l, nil
}

// A channelShelf is the second copy of one channel: its messages in one file, each as its length in four bytes and its letter, in dense
// order. It says nothing that is not on the disk.
type channelShelf struct {
	path  string
	first uint64 // the first message that is needed
	last  uint64 // 0 for none
	dead  int64  // bytes of what is not needed, as far as was counted
	size  int64
	file  *os.File
}

func isChannel(name string) bool {
	rest, ok := strings.CutPrefix(name, channelPrefix)
	return ok && rest != "" && len(name) <= len(channelPrefix)+MaxChannelName+1 && !strings.ContainsFunc(rest, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' || r == '=')
	})
}

// openChannelShelf opens a copy and cuts off what is torn. Errors: of the disk.
func openChannelShelf(root, name string) (*channelShelf, error) {
	if !isChannel(name) {
		return nil, fmt.Errorf("%q is no channel", name)
	}
	s := &channelShelf{path: filepath.Join(root, name)}
	err := os.MkdirAll(s.path, 0o750)
	if err == nil {
		s.file, err = os.OpenFile(filepath.Join(s.path, messagesName), os.O_RDWR|os.O_CREATE, 0o640)
	}
	if err == nil {
		if s.size, err = s.read(s.note); err == nil {
			err = s.file.Truncate(s.size)
		}
	}
	if err != nil {
		return nil, errors.Join(&StoreDirError{Dir: s.path, Reason: "the second copy of a channel cannot be used", Err: err}, s.close())
	}
	return s, nil
}

// note takes a letter into account.
func (s *channelShelf) note(l letter, _ []byte) error {
	switch {
	case l.Seq == 0:
		s.first = max(s.first, l.First)
	case s.last == 0 || l.Seq == s.last+1:
		if s.last = l.Seq; s.first == 0 {
			s.first = l.Seq
		}
	default:
		return fmt.Errorf("message %d does not follow message %d", l.Seq, s.last)
	}
	return nil
}

// read gives all letters that are whole, and how many bytes those are. An error of f ends it.
func (s *channelShelf) read(f func(l letter, encoded []byte) error) (whole int64, err error) {
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	in := bufio.NewReaderSize(s.file, 1<<20)
	for {
		var size [4]byte
		if _, err := io.ReadFull(in, size[:]); err != nil {
			return whole, nil
		}
		n := binary.BigEndian.Uint32(size[:])
		if n > maxFrame+letterSize {
			return whole, nil
		}
		encoded := make([]byte, n)
		if _, err := io.ReadFull(in, encoded); err != nil {
			return whole, nil
		}
		l, err := decodeLetter(encoded)
		if err != nil {
			return whole, nil
		}
		if err := f(l, encoded); err != nil {
			return whole, err
		}
		whole += int64(len(size) + len(encoded))
	}
}

// take puts letters behind the others, durably, or none of them. anew says that the first one follows nothing that is here: what was
// here goes before they come, and a crash in between leaves an empty copy, which its owner fills again.
func (s *channelShelf) take(body []byte, anew bool) error {
	next := *s
	if anew {
		next.first, next.last = 0, 0
	}
	for rest := body; len(rest) > 0; {
		if len(rest) < 4 || uint64(len(rest)-4) < uint64(binary.BigEndian.Uint32(rest)) {
			return errors.New("the messages end too early")
		}
		encoded := rest[4 : 4+binary.BigEndian.Uint32(rest)]
		rest = rest[4+len(encoded):]
		l, err := decodeLetter(encoded)
		if err == nil {
			err = next.note(l, encoded)
		}
		if err != nil {
			return err
		}
	}
	if anew {
		if err := s.file.Truncate(0); err != nil {
			return err
		}
		next.size = 0
	}
	if _, err := s.file.WriteAt(body, next.size); err != nil {
		return err
	}
	if err := s.file.Sync(); err != nil {
		return err
	}
	next.size += int64(len(body))
	*s = next
	return nil
}

// shrink drops the messages that nobody needs, where these are most of all.
func (s *channelShelf) shrink() error {
	if s.size < 2*shelfSlack || s.size < 2*s.dead {
		return nil
	}
	live := int64(0)
	if _, err := s.read(func(l letter, encoded []byte) error {
		if l.Seq >= s.first {
			live += int64(4 + len(encoded))
		}
		return nil
	}); err != nil {
		return err
	}
	if live > s.size/2 {
		s.dead = s.size // it is looked at again when there is twice as much
		return nil
	}
	temp := filepath.Join(s.path, messagesName+".new")
	file, err := os.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	out, kept := bufio.NewWriterSize(file, 1<<20), int64(0)
	put := func(encoded []byte) error {
		kept += int64(4 + len(encoded))
		_, err := out.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(encoded))), encoded...))
		return err
	}
	floor := letter{First: s.first}
	encoded, err := floor.encode()
	if err == nil {
		err = put(encoded)
	}
	if err == nil {
		_, err = s.read(func(l letter, encoded []byte) error {
			if l.Seq < s.first && l.Seq != s.last { // the last one says how far it reached
				return nil
			}
			return put(encoded)
		})
	}
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = file.Sync()
	}
	if err == nil {
		err = os.Rename(temp, filepath.Join(s.path, messagesName))
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	old := s.file
	s.file, s.size, s.dead = file, kept, 0
	return errors.Join(old.Close(), syncDirectory(s.path))
}

func (s *channelShelf) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// channelCopies are the names of the channels in a second copy.
func channelCopies(root string) (names []string, err error) {
	entries, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		if isChannel(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names, err
}
