package types

import (
	"slices"
	"strings"
)

// currencies are the active codes of ISO 4217 in 2026, sorted, with those for
// metals and units of account, and with XTS, which is for tests. XXX, which says
// that no currency is meant, is none of them.
var currencies = strings.Fields(`
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY
COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD
IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN
MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD
SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XAG XAU XBA XBB XBC XBD XCD XCG
XDR XOF XPD XPF XPT XSU XTS XUA YER ZAR ZMW ZWG`)

// Currencies are the active codes of ISO 4217, sorted. Amounts from outside may
// have others (IsCurrency), for the list changes; an author's may not.
func Currencies() []string { return slices.Clone(currencies) }

// IsActiveCurrency says whether code is one of Currencies.
func IsActiveCurrency(code string) bool {
	_, ok := slices.BinarySearch(currencies, code)
	return ok
}
