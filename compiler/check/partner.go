package check

import (
	"cmp"
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

var partnerSettings = []Setting{
	{Name: "trust", Form: "<text>", Required: true, Doc: "where the public keys of the partner are"},
	{Name: "url", Form: "<text>", Default: "nothing is imported", Doc: "where the partner's controller answers"},
	{Name: "exports", Form: "<names process channel>", Default: "none", Doc: "the processes and channels of this package that the partner may use"},
	{Name: "imports", Form: "<names process channel>", Default: "none", Doc: "the processes and channels of an imported package that run at the partner"},
}

func (c *checker) declarePartners() {
	runs := map[*resolve.Symbol]source.Span{} // what runs at some partner
	for _, d := range decls[*syntax.PartnerDecl](c, resolve.Partner) {
		p := plan.Partner{Name: c.qualified(d.Name.Text), At: c.place(d.Name.At)}
		b := c.settings("a partner", partnerSettings, list(d.Settings), d.Name.At)
		if v, ok := b.first("trust"); ok {
			p.Trust = v.source
		}
		if v, ok := b.first("url"); ok {
			p.URL = v.source
		}
		if v, ok := b.first("exports"); ok {
			p.Exports = c.exports(v.named)
		}
		if v, ok := b.first("imports"); ok {
			p.Imports = c.partnerImports(v.named, runs)
			if len(v.named) > 0 && b.at("url") == nil {
				c.report(diag.Errorf(CodeSettingMissing, d.Name.At, "something runs at %s, and nothing says where that is", d.Name.Text).
					WithHelp("add url: env.NAME"))
			}
		}
		if b.at("exports") == nil && b.at("imports") == nil {
			c.report(diag.Errorf(CodeSettingMissing, d.Name.At, "nothing is shared with %s", d.Name.Text).
				WithHelp("add exports: [...] for what it may use here, or imports: [...] for what runs there"))
		}
		c.Partners = append(c.Partners, p)
	}
}

// own says whether this package declares the symbol.
func (c *checker) own(s *resolve.Symbol) bool { return c.Info.Lookup(s.Name) == s }

func (c *checker) exports(list []named) []plan.Shared {
	var out []plan.Shared
	for _, n := range list {
		if !c.own(n.symbol) {
			c.report(diag.Errorf(CodeShared, n.at, "%s is declared by another package, and only what is declared here can be exported", n.symbol.Name).
				WithHelp("write it into imports where it runs at the partner"))
			continue
		}
		out = c.share(out, n)
	}
	return byName(out)
}

func (c *checker) partnerImports(list []named, runs map[*resolve.Symbol]source.Span) []plan.Shared {
	var out []plan.Shared
	for _, n := range list {
		if c.own(n.symbol) {
			c.report(diag.Errorf(CodeShared, n.at, "%s is declared here, so it runs here and not at the partner", n.symbol.Name).
				WithHelp("write it into exports; what runs at the partner is declared by a package that this one imports"))
			continue
		}
		if first, twice := runs[n.symbol]; twice {
			c.report(diag.Errorf(CodeTwoPlaces, n.at, "%s runs at two partners, and nothing says which one is meant", n.symbol.Name).WithNote(first, "the other one"))
			continue
		}
		runs[n.symbol] = n.at
		out = c.share(out, n)
	}
	return byName(out)
}

func byName(list []plan.Shared) []plan.Shared {
	slices.SortFunc(list, func(a, b plan.Shared) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// share adds a process or a channel as a contract.
func (c *checker) share(out []plan.Shared, n named) []plan.Shared {
	s := plan.Shared{Name: n.symbol.Full, Kind: "process"}
	if n.symbol.Kind == resolve.Channel {
		ch := c.Channel(s.Name)
		if ch == nil {
			return out
		}
		s.Kind, s.Result = ch.Kind, ch.Type
	} else {
		p := c.signature(s.Name)
		if p == nil {
			return out
		}
		s.Params, s.Result, s.Raises = p.Params, p.Result, p.Raises
	}
	return append(out, s)
}
