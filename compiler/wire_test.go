package compiler_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
)

const wireProto = `syntax = "proto3";
package shop;
import "google/protobuf/timestamp.proto";
enum Kind { NONE = 0; BOOK = 7; }
message Item {
  string sku = 1;
  sint64 qty = 4;
  Kind kind = 5;
  repeated int32 sizes = 6;
  map<string, Kind> more = 8;
  google.protobuf.Timestamp made = 9;
  oneof origin { string supplier = 10; int32 shelf = 11; }
}
message Query { string sku = 3; }
message Unused { string a = 1; }
service Stock { rpc Get(Query) returns (Item); }
`

func wired(t *testing.T, proto string) *plan.Plan {
	t.Helper()
	r := compile(t, fstest.MapFS{"stock.proto": {Data: []byte(proto)}, "a.cob": {Data: []byte(`package p

use proto "stock.proto" as stock_api

cloud c { jurisdiction: "FR" }

endpoint stock: stock_api {
  on c { url: env.URL }
}

process P(sku: string) -> int {
  let item = call stock.Get({ sku: sku }) { compensate { } }
  return item.qty
}
`)}}, compiler.Options{})
	if r.Failed() {
		t.Fatal(diag.OneLines(r.Diagnostics))
	}
	return r.Plan
}

// TestFormsOfFieldsAreInThePlan reads how each field of a contract travels from the
// plan, and what a change of it says.
func TestFormsOfFieldsAreInThePlan(t *testing.T) {
	p := wired(t, wireProto)
	want := map[string]plan.ProtoWire{
		"p.stock_api.Query sku":            {Number: 3, As: "string"},
		"p.stock_api.Item sku":             {Number: 1, As: "string"},
		"p.stock_api.Item qty":             {Number: 4, As: "sint64"},
		"p.stock_api.Item kind":            {Number: 5, As: "enum", Of: "shop.Kind"},
		"p.stock_api.Item sizes":           {Number: 6, As: "int32", Packed: true},
		"p.stock_api.Item more":            {Number: 8, As: "enum", Of: "shop.Kind", Key: "string"},
		"p.stock_api.Item made":            {Number: 9, As: "message", Of: "google.protobuf.Timestamp"},
		"p.stock_api.Item_origin supplier": {Number: 10, As: "string"},
		"p.stock_api.Item_origin shelf":    {Number: 11, As: "int32"},
		"p.stock_api.Kind NONE":            {},
		"p.stock_api.Kind BOOK":            {Number: 7},
	}
	for _, w := range p.Wires {
		key := w.Type + " " + w.Field
		if x, ok := want[key]; !ok || w.Proto == nil || *w.Proto != x || w.XML != nil {
			t.Errorf("%s travels as %+v, want %+v", key, w.Proto, x)
		}
		delete(want, key)
	}
	for key := range want {
		t.Errorf("the plan does not say how %s travels", key)
	}
	newer := wired(t, strings.Replace(wireProto, "sint64 qty = 4", "int64 qty = 12", 1))
	said := ""
	for _, c := range plan.Diff(p, newer) {
		said += c.What + "\n"
	}
	if !strings.Contains(said, "qty travels as int64 12, not as sint64 4") {
		t.Errorf("the difference says\n%s", said)
	}
}
