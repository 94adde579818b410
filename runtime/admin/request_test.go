package admin

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func asking(id, path, key string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, nil)
	r.SetPathValue("id", id)
	if key != "" {
		r.Header.Set(requestHeader, key)
	}
	return r
}

func TestARequestHasOneName(t *testing.T) {
	for header, want := range map[string]string{
		"k-1": "k-1", ` k-1 `: "k-1", `"k-1"`: "k-1", `"a \"b\" \\ c"`: `a "b" \ c`, `"`: `"`, `"open`: `"open`, `""`: "",
	} {
		if got := requestID(asking("a", "/v1/instances/a/skip", header)); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	own := asking("a", "/v1/instances/a/skip", "")
	nameRequest(own)
	first := requestID(own)
	nameRequest(own) // another node asks again
	if first == "" || requestID(own) != first {
		t.Errorf("one request has the names %q and %q", first, requestID(own))
	}
	other := asking("a", "/v1/instances/a/skip", "")
	if nameRequest(other); requestID(other) == first {
		t.Error("two requests have one name")
	}
	start := asking("", "/v1/processes/p.P/instances", "")
	if nameRequest(start); requestID(start) != "" {
		t.Error("a start has got a key of its own, which names an instance")
	}
}

// TestWhatIsAskedForIsPartOfARequest: the same ID for something else is told from it.
func TestWhatIsAskedForIsPartOfARequest(t *testing.T) {
	ask := func(path, by string, said ...any) uint64 {
		return requestOf(asking("a", path, "k"), by, said).Of
	}
	first := ask("/v1/instances/a/skip", "ada", "charge", nil, true)
	if ask("/v1/instances/a/skip", "ada", "charge", nil, true) != first {
		t.Error("one request is two")
	}
	for name, other := range map[string]uint64{
		"the call":   ask("/v1/instances/a/retry", "ada", "charge", nil, true),
		"the person": ask("/v1/instances/a/skip", "bob", "charge", nil, true),
		"the words":  ask("/v1/instances/a/skip", "ada", "charge", nil, false),
	} {
		if other == first {
			t.Errorf("another one by %s is the same", name)
		}
	}
}
