/// Codes that the world agreed on: countries, currencies, languages, goods. What is no such code is refused
/// where it enters, check digits included.
package codes

/// A country by the two letters of ISO 3166-1, one of the 249 that are assigned.
type Country = string where value in [
  "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA", "BB", "BD", "BE", "BF", "BG",
  "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BV", "BW", "BY", "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI",
  "CK", "CL", "CM", "CN", "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH",
  "ER", "ES", "ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ",
  "GR", "GS", "GT", "GU", "GW", "GY", "HK", "HM", "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT",
  "JE", "JM", "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC", "LI", "LK", "LR", "LS",
  "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK", "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU",
  "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PF", "PG",
  "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG",
  "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS", "ST", "SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK",
  "TL", "TM", "TN", "TO", "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI", "VN", "VU",
  "WF", "WS", "YE", "YT", "ZA", "ZM", "ZW"
]

/// A currency by the three letters of ISO 4217, one that is in use in 2026. An amount of the type money holds any
/// three letters: use this where a currency is named alone.
type Currency = string where value in [
  "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BHD", "BIF", "BMD", "BND", "BOB", "BOV", "BRL",
  "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHE", "CHF", "CHW", "CLF", "CLP", "CNY", "COP", "COU", "CRC", "CUP", "CVE", "CZK",
  "DJF", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD",
  "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD",
  "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK",
  "MXN", "MXV", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR",
  "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL",
  "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "USN", "UYI", "UYU", "UYW", "UZS", "VED", "VES",
  "VND", "VUV", "WST", "XAF", "XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XCD", "XCG", "XDR", "XOF", "XPD", "XPF", "XPT", "XSU", "XTS",
  "XUA", "YER", "ZAR", "ZMW", "ZWG"
]

/// A language by the two letters of ISO 639-1.
type Language = string where value in [
  "aa", "ab", "ae", "af", "ak", "am", "an", "ar", "as", "av", "ay", "az", "ba", "be", "bg", "bh", "bi", "bm", "bn", "bo", "br", "bs",
  "ca", "ce", "ch", "co", "cr", "cs", "cu", "cv", "cy", "da", "de", "dv", "dz", "ee", "el", "en", "eo", "es", "et", "eu", "fa", "ff",
  "fi", "fj", "fo", "fr", "fy", "ga", "gd", "gl", "gn", "gu", "gv", "ha", "he", "hi", "ho", "hr", "ht", "hu", "hy", "hz", "ia", "id",
  "ie", "ig", "ii", "ik", "io", "is", "it", "iu", "ja", "jv", "ka", "kg", "ki", "kj", "kk", "kl", "km", "kn", "ko", "kr", "ks", "ku",
  "kv", "kw", "ky", "la", "lb", "lg", "li", "ln", "lo", "lt", "lu", "lv", "mg", "mh", "mi", "mk", "ml", "mn", "mr", "ms", "mt", "my",
  "na", "nb", "nd", "ne", "ng", "nl", "nn", "no", "nr", "nv", "ny", "oc", "oj", "om", "or", "os", "pa", "pi", "pl", "ps", "pt", "qu",
  "rm", "rn", "ro", "ru", "rw", "sa", "sc", "sd", "se", "sg", "si", "sk", "sl", "sm", "sn", "so", "sq", "sr", "ss", "st", "su", "sv",
  "sw", "ta", "te", "tg", "th", "ti", "tk", "tl", "tn", "to", "tr", "ts", "tt", "tw", "ty", "ug", "uk", "ur", "uz", "ve", "vi", "vo",
  "wa", "wo", "xh", "yi", "yo", "za", "zh", "zu"
]

/// A language with what else is known of it, in the form of BCP 47: a language of two or three letters, a script, a region, variants,
/// such as "fr", "sr-Latn-RS" or "es-419". Only the form is checked.
type LanguageTag = string where matches(value, "^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-[A-WY-Za-wy-z0-9](-[A-Za-z0-9]{2,8})+)*(-[Xx](-[A-Za-z0-9]{1,8})+)?$")

/// An article by its number of GS1 (GTIN, once EAN and UPC) of 8, 12, 13 or 14 digits, the last one of which checks the others.
type Gtin = string where matches(value, "^([0-9]{8}|[0-9]{12,14})$") && zip(value.split("").reverse(), [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]).map(d => int(d.first) * d.second).sum() % 10 == 0

/// A logistic unit, such as a pallet, by its number of GS1 (SSCC) of 18 digits, the last one of which checks the others.
type Sscc = string where matches(value, "^[0-9]{18}$") && zip(value.split("").reverse(), [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]).map(d => int(d.first) * d.second).sum() % 10 == 0

/// A book by its number of ISO 2108 in 13 digits, without hyphens.
type Isbn = Gtin where matches(value, "^97[89][0-9]{10}$")

channel _countries: queue of Country { dead_letter: _refused, invalid: _refused }
channel _currencies: queue of Currency { dead_letter: _refused, invalid: _refused }
channel _languages: queue of Language { dead_letter: _refused, invalid: _refused }
channel _tags: queue of LanguageTag { dead_letter: _refused, invalid: _refused }
channel _articles: queue of Gtin { dead_letter: _refused, invalid: _refused }
channel _pallets: queue of Sscc { dead_letter: _refused, invalid: _refused }
channel _books: queue of Isbn { dead_letter: _refused, invalid: _refused }
channel _refused: queue of json

test "countries" {
  when send _countries("FR")
  when send _countries("ZW")
  then never sent _refused
  when send _countries("ZZ")
  then sent _refused once
  when send _countries("fr")
  then sent _refused 2 times
}

test "currencies" {
  when send _currencies("EUR")
  when send _currencies("ZWG")
  then never sent _refused
  when send _currencies("DEM")
  then sent _refused once
  when send _currencies("XXX")
  then sent _refused 2 times
}

test "languages" {
  when send _languages("fr")
  then never sent _refused
  when send _languages("xx")
  then sent _refused once
}

test "languages with more" {
  when send _tags("fr")
  when send _tags("sr-Latn-RS")
  when send _tags("es-419")
  when send _tags("sl-rozaj-biske")
  when send _tags("de-DE-u-co-phonebk")
  when send _tags("en-x-house")
  then never sent _refused
  when send _tags("french")
  then sent _refused once
  when send _tags("fr_FR")
  then sent _refused 2 times
  when send _tags("fr-")
  then sent _refused 3 times
}

test "articles" {
  when send _articles("4006381333931")
  when send _articles("73513537")
  when send _articles("036000291452")
  when send _articles("10614141000415")
  then never sent _refused
  when send _articles("4006381333932")
  then sent _refused once
  when send _articles("4006381339331")
  then sent _refused 2 times
  when send _articles("0000000000")
  then sent _refused 3 times
}

test "pallets" {
  when send _pallets("106141411234567897")
  then never sent _refused
  when send _pallets("106141411234567898")
  then sent _refused once
  when send _pallets("4006381333931")
  then sent _refused 2 times
}

test "books" {
  when send _books("9780306406157")
  then never sent _refused
  when send _books("9780306406158")
  then sent _refused once
  when send _books("4006381333931")
  then sent _refused 2 times
}
