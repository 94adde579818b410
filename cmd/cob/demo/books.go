package demo

import (
	"fmt"

	"github.com/cob-lang/cob/examples/orders/services"
	"github.com/cob-lang/cob/lang/types"
)

// cloudBooks adds up the ledger of one payment service.
func cloudBooks(cloud string, p *services.Payments) (CloudBooks, error) {
	b := CloudBooks{Cloud: cloud, Calls: p.Calls("")}
	net := types.Amount{Currency: "EUR"}
	amounts := map[string]types.Amount{}
	for _, e := range p.Ledger() {
		var err error
		switch e.Kind {
		case "charge":
			b.Charged++
			var amount types.Amount
			if amount, err = e.Amount.Exactly(); err == nil {
				amounts[e.ID] = amount
				net, err = net.Add(amount)
			}
		case "refund":
			b.Refunded++
			net, err = net.Sub(amounts[e.ID])
		}
		if err != nil {
			return b, fmt.Errorf("adding up the ledger of %s: %w", cloud, err)
		}
	}
	b.Net = net.String()
	return b, nil
}

// allBooks are those of every payment service.
func (w *world) allBooks() (all []CloudBooks, err error) {
	for i, cloud := range []string{"paris", "finland", "virginia"} {
		b, err := cloudBooks(cloud, w.payments()[i])
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}
