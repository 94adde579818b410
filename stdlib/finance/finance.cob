/// Payments and prices. Amounts are of the type money, which is exact and never mixes currencies; what is computed
/// of them here is rounded half to even and loses no cent.
package finance

/// Says which account somebody has.
label account

/// An account number of ISO 13616, without blanks, with check digits that fit. How long it has to be in which country
/// is not asked.
type Iban = string where matches(value, "^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$") && zip((value[4:] + value[:4]).split("").map(c => string(index_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".split(""), c) ?? 0)).join("").split("").reverse(), [1, 10, 3, 30, 9, 90, 27, 76, 81, 34, 49, 5, 50, 15, 53, 45, 62, 38, 89, 17, 73, 51, 25, 56, 75, 71, 31, 19, 93, 57, 85, 74, 61, 28, 86, 84, 64, 58, 95, 77, 91, 37, 79, 14, 43, 42, 32, 29, 96, 87, 94, 67, 88, 7, 70, 21, 16, 63, 48, 92, 47, 82, 44, 52, 35, 59, 8, 80]).map(d => int(d.first) * d.second).sum() % 97 == 1

/// A bank's code of ISO 9362.
type Bic = string where matches(value, "^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$")

/// Who collects direct debits in SEPA, with check digits that fit.
type CreditorId = string where matches(value, "^[A-Z]{2}[0-9]{2}[A-Z0-9]{3}[A-Z0-9]{1,28}$") && zip((value[7:] + value[:4]).split("").map(c => string(index_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".split(""), c) ?? 0)).join("").split("").reverse(), [1, 10, 3, 30, 9, 90, 27, 76, 81, 34, 49, 5, 50, 15, 53, 45, 62, 38, 89, 17, 73, 51, 25, 56, 75, 71, 31, 19, 93, 57, 85, 74, 61, 28, 86, 84, 64, 58, 95, 77, 91, 37, 79, 14, 43, 42, 32, 29, 96, 87, 94, 67, 88, 7, 70, 21, 16, 63, 48, 92, 47, 82, 44, 52]).map(d => int(d.first) * d.second).sum() % 97 == 1

/// What a payment is for, as its receiver gave it out: the reference of ISO 11649, with check digits that fit.
type Reference = string where matches(value, "^RF[0-9]{2}[A-Z0-9]{1,21}$") && zip((value[4:] + value[:4]).split("").map(c => string(index_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".split(""), c) ?? 0)).join("").split("").reverse(), [1, 10, 3, 30, 9, 90, 27, 76, 81, 34, 49, 5, 50, 15, 53, 45, 62, 38, 89, 17, 73, 51, 25, 56, 75, 71, 31, 19, 93, 57, 85, 74, 61, 28, 86, 84, 64, 58, 95, 77, 91, 37, 79, 14, 43, 42, 32, 29, 96, 87]).map(d => int(d.first) * d.second).sum() % 97 == 1

/// A company by the identifier of ISO 17442 (LEI), with check digits that fit.
type Lei = string where matches(value, "^[A-Z0-9]{18}[0-9]{2}$") && zip(value.split("").map(c => string(index_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".split(""), c) ?? 0)).join("").split("").reverse(), [1, 10, 3, 30, 9, 90, 27, 76, 81, 34, 49, 5, 50, 15, 53, 45, 62, 38, 89, 17, 73, 51, 25, 56, 75, 71, 31, 19, 93, 57, 85, 74, 61, 28, 86, 84, 64, 58, 95, 77]).map(d => int(d.first) * d.second).sum() % 97 == 1

/// A security by its number of ISO 6166, with a check digit that fits.
type Isin = string where matches(value, "^[A-Z]{2}[A-Z0-9]{9}[0-9]$") && zip(value.split("").map(c => string(index_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".split(""), c) ?? 0)).join("").split("").reverse(), [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2]).map(d => d.second * int(d.first) - (d.second * int(d.first) > 9 ? 9 : 0)).sum() % 10 == 0

/// The number of a payment card (ISO/IEC 7812), without blanks, with a check digit that fits.
type CardNumber = string where matches(value, "^[0-9]{12,19}$") && zip(value.split("").reverse(), [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2]).map(d => d.second * int(d.first) - (d.second * int(d.first) > 9 ? 9 : 0)).sum() % 10 == 0

/// From 0 to 100.
type Percent = decimal where value >= 0 && value <= 100

/// A price with its tax, which adds up.
type Price = { net: money, tax: money, gross: money, rate: Percent } where value.net + value.tax == value.gross

/// A transfer between two accounts.
type Transfer {
  id:     string
  from:   Iban @account
  to:     Iban @account
  bic:    Bic?
  amount: money where amount(amount) > 0
  /// What the receiver reads.
  reference: string where len(reference) <= 140
}

/// The account does not hold the amount.
fault Uncovered { account: string @account }

/// The price of what costs so much without tax. The tax is rounded to so many decimals: 2 for euros, 0 for yen.
process WithTax(net: money, rate: Percent, decimals: int where decimals in 0..4) -> Price {
  let tax = round(net * rate / 100, decimals)
  return { net: net, tax: tax, gross: net + tax, rate: rate }
}

/// The price of what costs so much with its tax. The net amount is rounded to so many decimals: 2 for euros, 0 for yen.
process WithoutTax(gross: money, rate: Percent, decimals: int where decimals in 0..4) -> Price {
  let net = round(gross * 100 / (100 + rate), decimals)
  return { net: net, tax: gross - net, gross: gross, rate: rate }
}

/// An amount in parts that stand to each other as the weights. Each has at most so many decimals, and together they are the
/// amount, where that has no more of them itself.
process Share(total: money, weights: [decimal] where len(weights) in 1..1000 && all(weights, w => w >= 0) && sum(weights) > 0, decimals: int where decimals in 0..4) -> [money] {
  return range(1, len(weights)).map(i =>
      round(total * take(weights, i).sum() / weights.sum(), decimals) - round(total * take(weights, i - 1).sum() / weights.sum(), decimals))
}

process _Pay(t: Transfer, limit: money) -> money raises Uncovered {
  if t.amount > limit { fail Uncovered { account: t.from } }
  return t.amount
}

channel _accounts: queue of Iban { dead_letter: _refused, invalid: _refused }
channel _banks: queue of Bic { dead_letter: _refused, invalid: _refused }
channel _creditors: queue of CreditorId { dead_letter: _refused, invalid: _refused }
channel _references: queue of Reference { dead_letter: _refused, invalid: _refused }
channel _companies: queue of Lei { dead_letter: _refused, invalid: _refused }
channel _securities: queue of Isin { dead_letter: _refused, invalid: _refused }
channel _cards: queue of CardNumber { dead_letter: _refused, invalid: _refused }
channel _prices: queue of Price { dead_letter: _refused, invalid: _refused }
channel _transfers: queue of Transfer { dead_letter: _refused, invalid: _refused }
channel _refused: queue of json

sample _rent: Transfer {
  id: "t-1", from: "FR1420041010050500013M02606", to: "DE89370400440532013000", amount: 800 EUR, reference: "rent"
}

test "accounts" {
  when send _accounts("DE89370400440532013000")
  when send _accounts("GB29NWBK60161331926819")
  when send _accounts("NO9386011117947")
  when send _accounts("MT84MALT011000012345MTLCAST001S")
  then never sent _refused
  when send _accounts("DE89370400440532013001")
  then sent _refused once
  when send _accounts("DE89 3704 0044 0532 0130 00")
  then sent _refused 2 times
  when send _accounts("GB29NWBK60161331926891")
  then sent _refused 3 times
}

test "banks" {
  when send _banks("BNPAFRPP")
  when send _banks("DEUTDEFF500")
  then never sent _refused
  when send _banks("BNPAFRPP1")
  then sent _refused once
}

test "creditors" {
  when send _creditors("DE98ZZZ09999999999")
  when send _creditors("DE98ABC09999999999")
  then never sent _refused
  when send _creditors("DE97ZZZ09999999999")
  then sent _refused once
}

test "references" {
  when send _references("RF18539007547034")
  then never sent _refused
  when send _references("RF18539007547035")
  then sent _refused once
}

test "companies" {
  when send _companies("5493001KJTIIGC8Y1R12")
  when send _companies("HWUPKR0MPOU8FGXBT394")
  then never sent _refused
  when send _companies("5493001KJTIIGC8Y1R21")
  then sent _refused once
}

test "securities" {
  when send _securities("US0378331005")
  when send _securities("DE000BASF111")
  then never sent _refused
  when send _securities("US0378331004")
  then sent _refused once
}

test "cards" {
  when send _cards("4111111111111111")
  when send _cards("378282246310005")
  then never sent _refused
  when send _cards("4111111111111112")
  then sent _refused once
  when send _cards("4111 1111 1111 1111")
  then sent _refused 2 times
}

test "prices add up" {
  when send _prices({ net: 10.00 EUR, tax: 2.00 EUR, gross: 12.00 EUR, rate: 20 })
  then never sent _refused
  when send _prices({ net: 10.00 EUR, tax: 2.00 EUR, gross: 12.01 EUR, rate: 20 })
  then sent _refused once
  when send _prices({ net: 10.00 EUR, tax: 2.00 USD, gross: 12.00 EUR, rate: 20 })
  then sent _refused 2 times
  when send _prices({ net: 10.00 EUR, tax: 20.00 EUR, gross: 30.00 EUR, rate: 200 })
  then sent _refused 3 times
}

test "nothing is no transfer, and who receives it reads at most 140 letters" {
  when send _transfers(_rent)
  then never sent _refused
  when send _transfers({ id: "t-1", from: "FR1420041010050500013M02606", to: "DE89370400440532013000", amount: 0 EUR, reference: "" })
  then sent _refused once
  when send _transfers({
    id: "t-1", from: "FR1420041010050500013M02606", to: "DE89370400440532013000", amount: 1 EUR, reference: join(range(1, 141).map(n => "x"), "")
  })
  then sent _refused 2 times
}

test "the tax of a net price" {
  when WithTax(19.99 EUR, 20, 2)
  then returns { net: 19.99 EUR, tax: 4.00 EUR, gross: 23.99 EUR, rate: 20 }
}

test "the tax in a gross price" {
  when WithoutTax(23.99 EUR, 20, 2)
  then returns { net: 19.99 EUR, tax: 4.00 EUR, gross: 23.99 EUR, rate: 20 }
}

test "yen have no decimals" {
  when WithTax(105 JPY, 10, 0)
  then returns { net: 105 JPY, tax: 10 JPY, gross: 115 JPY, rate: 10 }
}

test "a third of ten euros, and no cent is lost" {
  when Share(10.00 EUR, [1, 1, 1], 2)
  then returns [3.33 EUR, 3.34 EUR, 3.33 EUR]
}

test "who has no weight gets nothing" {
  when Share(100.00 EUR, [70, 0, 30], 2)
  then returns [70.00 EUR, 0.00 EUR, 30.00 EUR]
}

test "a credit is shared as well" {
  when Share(-0.05 EUR, [1, 1], 2)
  then returns [-0.02 EUR, -0.03 EUR]
}

test "what is covered is paid" {
  when _Pay(_rent, 1000 EUR)
  then returns 800 EUR
}

test "what is not covered is not" {
  when _Pay(_rent, 100 EUR)
  then fails Uncovered
}
