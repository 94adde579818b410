/// Payments and prices. Amounts are of the type money, which is exact and never mixes currencies.
package finance

/// Says which account somebody has.
label account

/// An account number of ISO 13616, without blanks. Its check digits are not computed.
type Iban = string where matches(value, "^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$")

/// A bank's code of ISO 9362.
type Bic = string where matches(value, "^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$")

/// From 0 to 100.
type Percent = decimal where value >= 0 && value <= 100

/// A price with its tax.
type Price {
  net:   money
  tax:   money
  gross: money
  rate:  Percent
}

/// A transfer between two accounts.
type Transfer {
  id:     string
  from:   Iban @account
  to:     Iban @account
  bic:    Bic?
  amount: money
  /// What the receiver reads.
  reference: string where len(reference) <= 140
}

/// The account does not hold the amount.
fault Uncovered { account: string @account }

process _Example(t: Transfer, limit: money) -> money raises Uncovered {
  if t.amount > limit { fail Uncovered { account: t.from } }
  return t.amount
}

sample _rent: Transfer {
  id: "t-1", from: "FR1420041010050500013M02606", to: "DE89370400440532013000", amount: 800 EUR, reference: "rent"
}

test "what is covered is paid" {
  when _Example(_rent, 1000 EUR)
  then returns 800 EUR
}

test "what is not covered is not" {
  when _Example(_rent, 100 EUR)
  then fails Uncovered
}
