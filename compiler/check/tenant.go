package check

import (
	"cmp"
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

var tenantSettings = []Setting{
	{Name: "limit", Form: limitForm, Default: "none of its own", Doc: "how many messages go in and out, how many of them at one moment, and how many at a time"},
	{Name: "store", Form: "<size 1MiB..1024TiB>", Default: "as much as there is", Doc: "how much may be stored"},
	{Name: "instances", Form: "<int 1..1000000000>", Default: "as many as the node allows", Doc: "how many instances may run at once"},
	{Name: "price", Form: "<block>", Default: "nothing is billed", Doc: "what each unit costs"},
}

var priceSettings = []Setting{
	{Name: "message", Form: "<money 0..>", Default: "free", Doc: "a message that is put into a channel or published"},
	{Name: "mebibyte", Form: "<money 0..>", Default: "free", Doc: "1 MiB of messages, in and out"},
	{Name: "exchange", Form: "<money 0..>", Default: "free", Doc: "a request from outside and its answer"},
	{Name: "queue", Form: "<money 0..>", Default: "free", Doc: "a channel, per day that it is there"},
	{Name: "instance", Form: "<money 0..>", Default: "free", Doc: "an instance that is started"},
	{Name: "call", Form: "<money 0..>", Default: "free", Doc: "an attempt of a call, beside what its binding costs"},
}

func (c *checker) declareTenants() {
	for _, d := range decls[*syntax.TenantDecl](c, resolve.Tenant) {
		t := plan.Tenant{Name: c.qualified(d.Name.Text), At: c.place(d.Name.At)}
		b := c.settings("a tenant", tenantSettings, list(d.Settings), d.Name.At)
		t.Limit = limit(b)
		if v, ok := b.first("store"); ok {
			t.StoreBytes = v.int
		}
		if v, ok := b.first("instances"); ok {
			t.Instances = v.int
		}
		if v, ok := b.first("price"); ok {
			t.Prices = c.prices(v.inner)
		}
		c.Tenants = append(c.Tenants, t)
	}
}

// prices reads what a tenant pays. A bill has one sum, so all are of one currency.
func (c *checker) prices(b *block) []plan.Price {
	var out []plan.Price
	first, currency := "", ""
	for _, row := range b.table {
		v, ok := b.first(row.Name)
		if !ok {
			continue
		}
		out = append(out, plan.Price{Unit: row.Name, Amount: v.text})
		amount, _ := types.ParseAmount(v.text)
		if currency == "" {
			first, currency = row.Name, amount.Currency
		}
		if amount.Currency != currency {
			c.report(diag.Errorf(CodePrices, v.expr.Span(), "this price is in %s, and that of %s in %s: a bill has one currency", amount.Currency, article(first), currency).
				WithNote(b.span(first), "the first price"))
		}
	}
	slices.SortFunc(out, func(a, b plan.Price) int { return cmp.Compare(a.Unit, b.Unit) })
	return out
}
