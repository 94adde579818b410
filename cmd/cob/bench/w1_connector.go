package bench

import (
	"context"
	"fmt"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/examples/w1"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/connector"
	httpconnector "github.com/cob-lang/cob/runtime/connector/http"
	"github.com/cob-lang/cob/runtime/record"
)

// bareConnector is the connector of a node without the node: it makes the calls of W1 as
// the node makes them, which is cheaper than net/http's client. So nobody can say that
// the comparison with that one was made easy.
type bareConnector struct {
	http *httpconnector.Connector
	sink connector.Sink
}

func newBareConnector(base string) (*bareConnector, error) {
	text, err := compileSource("w1", w1.Source)
	if err != nil {
		return nil, err
	}
	p, err := plan.Decode(text)
	if err != nil {
		return nil, err
	}
	c, err := httpconnector.New(httpconnector.Options{})
	if err != nil {
		return nil, err
	}
	sink, err := c.Bind(p, func(string, bool) (string, bool) { return base, true })
	return &bareConnector{c, sink}, err
}

func (b *bareConnector) close() { _ = b.http.Close() } // nothing is under way

// calls makes the calls of one instance.
func (b *bareConnector) calls(ctx context.Context, id string) func(step string) (string, error) {
	return func(step string) (string, error) {
		r := b.sink.Do(ctx, connector.Request{
			Endpoint: "w1.service", Operation: "step", Cloud: "local", Key: id + "/" + step, Instance: record.InstanceID("w1.W1", id),
			Args: map[string]types.Value{"name": step, "id": id},
		})
		if r.Outcome != record.Succeeded {
			return "", fmt.Errorf("the call %s: %s", step, r.Detail)
		}
		reply, _ := r.Value.(map[string]types.Value)
		ref, _ := reply["ref"].(string)
		return ref, nil
	}
}
