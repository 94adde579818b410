package policy

import (
	"fmt"
	"testing"

	"github.com/cob-lang/cob/lang/types"
)

func BenchmarkDecide(b *testing.B) {
	p := must(b, europe())
	for _, c := range []struct {
		name  string
		facts Facts
	}{
		{"allowed", Facts{"data": data("personal"), "cloud": cloud("paris", "FR")}},
		{"denied", Facts{"data": data("health", "personal"), "cloud": cloud("virginia", "US")}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Decide("call", c.facts)
			}
		})
	}
}

// Fifty rules about fifty clouds, with the labels known.
func BenchmarkResidual50x50(b *testing.B) {
	var rules []Rule
	for i := range 50 {
		r := europe()
		r.When = both(labelled(fmt.Sprint("label", i)), not(in(of("cloud", "jurisdiction", stringT), texts("FR", "FI", "DE"))))
		rules = append(rules, r)
	}
	p := must(b, rules...)
	b.ReportAllocs()
	for b.Loop() {
		for i := range 50 {
			p.Residual("call", Facts{"data": data("label49", "personal"), "cloud": cloud(fmt.Sprint("cloud", i), "US")}, []string{"caller"})
		}
	}
}

func BenchmarkEnvironment(b *testing.B) {
	for b.Loop() {
		if _, err := newEnvironment(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompileOneRule(b *testing.B) {
	u := types.NewUniverse(nil)
	for b.Loop() {
		if _, err := Compile([]Rule{europe()}, u, declared); err != nil {
			b.Fatal(err)
		}
	}
}
