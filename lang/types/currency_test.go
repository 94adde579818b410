package types

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/currency"
)

func TestCurrencies(t *testing.T) {
	all := Currencies()
	if !slices.IsSorted(all) || len(slices.Compact(all)) != len(currencies) {
		t.Error("the codes are not sorted, or one stands twice")
	}
	for _, code := range Currencies() {
		if !IsCurrency(code) || !IsActiveCurrency(code) {
			t.Errorf("%s is no currency", code)
		}
	}
	for _, code := range []string{"", "EU", "eur", "XXQ", "DEM", "EURO"} {
		if IsActiveCurrency(code) {
			t.Errorf("%q is a currency", code)
		}
	}
}

// TestCurrenciesAgainstAnotherList compares the codes with those that the Unicode
// consortium knows as legal tender. Its list in x/text is older; what changed since
// then stands here, once, with no third way for a code to differ.
func TestCurrenciesAgainstAnotherList(t *testing.T) {
	withdrawn := strings.Fields("ANG BGN CUC HRK MRO SLL VEF")
	introduced := strings.Fields("MRU SLE UYW VED VES XCG ZWG")
	tender := map[string]bool{}
	for q := currency.Query(); q.Next(); {
		code := q.Unit().String()
		tender[code] = true
		if IsActiveCurrency(code) == slices.Contains(withdrawn, code) {
			t.Errorf("%s is legal tender there, active here: %v", code, IsActiveCurrency(code))
		}
	}
	for _, code := range Currencies() {
		if _, err := currency.ParseISO(code); (err == nil) == slices.Contains(introduced, code) {
			t.Errorf("%s is active here, and there: %v", code, err)
		}
	}
	for _, code := range withdrawn {
		if !tender[code] {
			t.Errorf("%s need not be excused", code)
		}
	}
}
