package types

import (
	"slices"
	"testing"
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
