package jetstream

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/journal/journaltest"
)

func TestOptionsBounds(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want string // "" when it is valid
	}{
		{Options{StoreDir: "x"}, ""},
		{Options{URL: "nats://x", Replicas: 3}, ""},
		{Options{}, "exactly one of StoreDir and URL"},
		{Options{StoreDir: "x", URL: "y"}, "exactly one of StoreDir and URL"},
		{Options{StoreDir: "x", MaxPayload: 64 << 10}, ""},
		{Options{StoreDir: "x", MaxPayload: 64<<10 - 1}, "MaxPayload is 65535 bytes"},
		{Options{StoreDir: "x", MaxPayload: MaxPayloadCeiling}, ""},
		{Options{StoreDir: "x", MaxPayload: MaxPayloadCeiling + 1}, "MaxPayload"},
		{Options{StoreDir: "x", MaxStore: 1<<20 - 1}, "MaxStore"},
		{Options{StoreDir: "x", Reserve: -2}, "Reserve"},
		{Options{StoreDir: "x", Timeout: time.Millisecond}, "Timeout"},
		{Options{StoreDir: "x", MarkInterval: time.Millisecond}, "MarkInterval"},
		{Options{StoreDir: "x", Replicas: 3}, "Replicas"},
		{Options{URL: "x", Replicas: 2}, "Replicas"},
		{Options{URL: "x", Replicas: 7}, "Replicas"},
	} {
		err := c.o.Validate()
		if (c.want == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v: %v, want %q", c.o, err, c.want)
		}
	}
	s := start(t, Options{MaxPayload: 64 << 10})
	for _, o := range []JournalOptions{{MaxCommit: 1}, {MaxCommit: 64 << 10}, {MaxBytes: 1}, {MaxBytes: -1}} {
		if _, err := s.Journal(ctx, 0, o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
	for _, n := range []int{-1, MaxShards} {
		if _, err := s.Journal(ctx, n, JournalOptions{}); err == nil {
			t.Errorf("shard %d was taken", n)
		}
	}
}

// TestLargestPayload writes and reads a commit at the ceiling of every limit.
func TestLargestPayload(t *testing.T) {
	s := start(t, Options{MaxPayload: MaxPayloadCeiling})
	most := MaxPayloadCeiling - journal.FrameOverhead - headerAllowance
	j := owned(t, s, JournalOptions{MaxCommit: most})
	if _, err := j.Append(ctx, make([]byte, most)); err != nil {
		t.Fatal(err)
	}
	got, err := recovered(j)
	if err != nil || len(got) != 1 || len(got[0]) != most {
		t.Fatalf("%d commits, %v", len(got), err)
	}
}

// TestStoreInUse asks another process, as the lock is the system's.
func TestStoreInUse(t *testing.T) {
	dir := t.TempDir()
	start(t, Options{StoreDir: dir})
	cmd := exec.Command(os.Args[0], "-test.run=^TestChildOpens$")
	cmd.Env = append(os.Environ(), "COB_CHILD_DIR="+dir)
	out, _ := cmd.CombinedOutput()
	if want := fmt.Sprintf("in use by process %d", os.Getpid()); !strings.Contains(string(out), want) {
		t.Fatalf("the second process said %q, want %q", out, want)
	}
	var inUse *StoreInUseError
	if _, err := Open(ctx, Options{StoreDir: dir}); !errors.As(err, &inUse) || inUse.PID != os.Getpid() {
		t.Fatalf("a second time in this process: %v", err)
	}
}

// TestChildOpens is the body of a child process of TestStoreInUse, and passes when it is run by itself.
func TestChildOpens(t *testing.T) {
	dir := os.Getenv("COB_CHILD_DIR")
	if dir == "" {
		dir = t.TempDir()
	}
	s, err := Open(ctx, Options{StoreDir: dir, Reserve: -1})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestStoreVersion(t *testing.T) {
	for _, c := range []struct{ format, want string }{
		{"cob store 1\n", ""},
		{"cob store 2\n", "has format 2, this version supports up to format 1"},
		{"cob store x\n", "FORMAT file is damaged"},
		{"", "FORMAT file is damaged"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, formatName), []byte(c.format), 0o640); err != nil {
			t.Fatal(err)
		}
		s, err := Open(ctx, Options{StoreDir: dir, Reserve: -1})
		if err == nil {
			err = s.Close(ctx)
		}
		if (c.want == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%q: %v, want %q", c.format, err, c.want)
		}
	}
}

func TestStoreDirectoryThatCannotBe(t *testing.T) {
	var bad *StoreDirError
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, Options{StoreDir: filepath.Join(file, "store")}); !errors.As(err, &bad) {
		t.Errorf("below a file: %v", err)
	}
	if _, err := Open(ctx, Options{StoreDir: filepath.Dir(file)}); !errors.As(err, &bad) || !strings.Contains(err.Error(), "not a store of cob") {
		t.Errorf("somebody else's directory: %v", err)
	}
	if _, err := Open(ctx, Options{StoreDir: "/proc/cob-store"}); !errors.As(err, &bad) {
		t.Errorf("a place that nobody may write: %v", err)
	}
	if _, err := Open(ctx, Options{StoreDir: t.TempDir(), Reserve: 1 << 48}); !errors.As(err, &bad) || !errors.Is(err, journal.ErrFull) {
		t.Errorf("a disk below its reserve: %v", err)
	}
}

// external runs a NATS server on loopback for one test, and gives its address.
func external(t *testing.T, withJetStream bool) string {
	t.Helper()
	return externalServer(t, withJetStream).ClientURL()
}

func externalServer(t *testing.T, withJetStream bool) *server.Server {
	t.Helper()
	o := &server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true, JetStream: withJetStream, StoreDir: t.TempDir(), SyncAlways: true, MaxPayload: DefaultMaxPayload}
	n, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	n.Start()
	t.Cleanup(func() { n.Shutdown(); n.WaitForShutdown() })
	if !n.ReadyForConnections(10 * time.Second) {
		t.Fatal("the external server did not start")
	}
	return n
}

func TestExternalServer(t *testing.T) {
	journaltest.Contract(t, func(t *testing.T) func() journal.Journal {
		s := start(t, Options{URL: external(t, true), MarkInterval: 10 * time.Millisecond})
		return func() journal.Journal { return opened(t, s, JournalOptions{}) }
	})
}

func TestExternalStreamThatVanished(t *testing.T) {
	s := start(t, Options{URL: external(t, true)})
	j := owned(t, s, JournalOptions{})
	if err := j.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.js.DeleteStream(ctx, "COB_J_0"); err != nil {
		t.Fatal(err)
	}
	var d *journal.DamageError
	if _, err := s.Journal(ctx, 0, JournalOptions{}); !errors.As(err, &d) {
		t.Fatalf("begun afresh: %v", err)
	}
}

func TestExternalServerThatWillNotDo(t *testing.T) {
	for _, c := range []struct{ name, url, want string }{
		{"no JetStream", external(t, false), "JetStream is not available"},
		{"too old", oldServer(t), "version is 2.10.9, COB needs 2.11"},
		{"not there", "nats://127.0.0.1:1", "cannot be used"},
		{"wrong password", guarded(t, "ada", "guess-me"), "refuses the credentials"},
		{"no password", guarded(t, "", ""), "refuses the credentials"},
	} {
		var refused *ExternalServerError
		_, err := Open(ctx, Options{URL: c.url, Timeout: 2 * time.Second})
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "guess-me") {
			t.Errorf("%s: %v, want %q, and no password", c.name, err, c.want)
		}
	}
}

// guarded runs a server that lets nobody in but eve, and gives its address for somebody.
func guarded(t *testing.T, user, password string) string {
	t.Helper()
	o := &server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true, JetStream: true, StoreDir: t.TempDir(), MaxPayload: DefaultMaxPayload, Username: "eve", Password: "right"}
	n, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	n.Start()
	t.Cleanup(func() { n.Shutdown(); n.WaitForShutdown() })
	if !n.ReadyForConnections(10 * time.Second) {
		t.Fatal("the external server did not start")
	}
	if user == "" {
		return n.ClientURL()
	}
	return "nats://" + user + ":" + password + "@" + strings.TrimPrefix(n.ClientURL(), "nats://")
}

// oldServer says that it is an old NATS server and nothing more.
func oldServer(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			fmt.Fprintf(c, "INFO {\"server_id\":\"x\",\"version\":\"2.10.9\",\"max_payload\":8388608,\"headers\":true}\r\n")
			in := bufio.NewScanner(c)
			for in.Scan() {
				if in.Text() == "PING" {
					fmt.Fprint(c, "PONG\r\n")
				}
			}
			c.Close()
		}
	}()
	return "nats://" + l.Addr().String()
}

func TestVersionComparison(t *testing.T) {
	for v, want := range map[string]bool{"2.11.0": true, "2.10.29": false, "v2.15.2": true, "3.0.0-beta": true, "2": false, "x.y": false, "1.99.0": false} {
		if atLeast(v, 2, 11) != want {
			t.Errorf("%s: want %v", v, want)
		}
	}
}
