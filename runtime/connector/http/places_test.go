package httpconnector_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/connector"
	httpconnector "github.com/cob-lang/cob/runtime/connector/http"
	"github.com/cob-lang/cob/runtime/record"
)

const places = `openapi: 3.1.0
info: { title: T, version: "1" }
paths:
  /a/{ids}/b:
    get:
      operationId: read
      parameters:
        - { name: ids, in: path, required: true, schema: { type: array, items: { type: integer } } }
        - { name: each, in: query, schema: { type: array, items: { type: string } } }
        - { name: commas, in: query, explode: false, schema: { type: array, items: { type: string } } }
        - { name: bars, in: query, style: pipeDelimited, schema: { type: array, items: { type: string, format: duration } } }
        - { name: long, in: query, schema: { type: string, format: duration } }
        - { name: absent, in: query, explode: false, schema: { type: array, items: { type: string } } }
        - { name: X-Parts, in: header, schema: { type: array, items: { type: string, enum: [on hold, free] } } }
      responses: { "204": { description: done } }
`

// TestParametersOfAContractStandAsItSays asks an operation of OpenAPI with lists and
// durations in every place, and looks at what comes.
func TestParametersOfAContractStandAsItSays(t *testing.T) {
	var got []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.URL.EscapedPath(), r.URL.RawQuery, r.Header.Get("X-Parts"))
		w.WriteHeader(http.StatusNoContent)
	}))
	defer s.Close()
	r, err := compiler.Compile(fstest.MapFS{
		"api.yaml": {Data: []byte(places)},
		"a.cob":    {Data: []byte("package a\n\nuse openapi \"api.yaml\" as api\n\ncloud paris { }\n\nendpoint e: api { on paris { url: env.URL } }\n\nprocess P() { call e.read([1]) }\n")},
	}, compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatalf("%v %+v", err, r)
	}
	c, err := httpconnector.New(httpconnector.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	sink, err := connector.NewRegistry(c).Bind(r.Plan, func(string, bool) (string, bool) { return s.URL, true })
	if err != nil {
		t.Fatal(err)
	}
	list := func(items ...types.Value) []types.Value { return items }
	reply := sink.Do(context.Background(), connector.Request{
		Endpoint: "a.e", Operation: "read", Cloud: "paris", Key: "k", Instance: "i", TimeoutNs: int64(5 * time.Second),
		Args: map[string]types.Value{
			"ids": list(int64(1), int64(2)), "each": list("x", "y z"), "commas": list("x", "y z"),
			"bars": list(time.Minute, time.Hour), "long": 90 * time.Minute, "absent": nil, "X_Parts": list("on hold", "free"),
		},
	})
	if reply.Outcome != record.Succeeded {
		t.Fatalf("it was %+v", reply)
	}
	want := []string{"/a/1%2C2/b", "each=x&each=y+z&commas=x%2Cy+z&bars=PT1M%7CPT1H&long=PT1H30M", "on hold,free"}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %q, want %q", got[i], want[i])
		}
	}
}
