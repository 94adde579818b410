package admin

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/runtime/node"
)

func TestABodyThatNeverComes(t *testing.T) {
	read := func(w http.ResponseWriter, r *http.Request) error {
		_, err := body(w, r, MaxBody)
		return err
	}
	s := httptest.NewServer(answer(read, 20*time.Millisecond))
	defer s.Close()
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
	status, err := bufio.NewReader(c).ReadString('\n')
	if err != nil || !strings.Contains(status, "408") {
		t.Fatalf("got %q, %v", status, err)
	}
}

// A request may wait for longer than its body may take.
func TestAWaitIsNotCutOff(t *testing.T) {
	const bodyTime = time.Second
	wait := func(w http.ResponseWriter, r *http.Request) error {
		if _, err := body(w, r, MaxBody); err != nil {
			return err
		}
		select {
		case <-r.Context().Done():
			return r.Context().Err()
		case <-time.After(bodyTime + bodyTime/5):
			return reply(w, http.StatusOK, "waited")
		}
	}
	s := httptest.NewServer(answer(wait, bodyTime))
	defer s.Close()
	r, err := http.Post(s.URL, "text/plain", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		t.Fatalf("got %s", r.Status)
	}
}

func TestAMessageThatIsTooLargeIs413(t *testing.T) {
	if p := problemOf(fmt.Errorf("publishing to the channel p.in: %w", node.ErrTooLarge)); p.Status != http.StatusRequestEntityTooLarge {
		t.Fatalf("got %+v", p)
	}
}
