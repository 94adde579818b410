package benefit

sample ada: Application {
  id: "D-2026-000017", region: "IDF", benefit: "AAH", complaint: "cannot stand for long", consent: true,
  applicant: { id: "p-1", name: "Ada", born: 1980-05-04T00:00:00Z, email: "ada@example.org", iban: "FR7630006000011234567890189" },
}
sample award: Award { claim: "D-2026-000017", benefit: "AAH", monthly: 1016.05 EUR, months: 2, from: 2026-12-01T00:00:00Z }

test "a benefit that the law does not know is refused before anybody is asked" {
  given register.benefitsOf returns []
  when  Claim(ada)
  then  fails Refused { claim: "D-2026-000017", reason: "IDF has no benefit AAH" }
  then  never called diagnostics.order
}

test "a claim that nobody reviews lapses" {
  given register.benefitsOf returns [{ code: "AAH", title: "Adults", monthly: 1016.05 EUR, degree: 50, months: 24 }]
  when  Claim(ada)
  then  fails Lapsed { claim: "D-2026-000017", waiting_for: "a reviewer" }
  then  never called treasury.pay
}

test "who misses two appointments does not want to be examined" {
  given calendar.book returns { id: "a-1", at: 2026-12-10T09:00:00Z, place: "Lyon" }
  given calendar.book returns { id: "a-2", at: 2027-02-10T09:00:00Z, place: "Lyon" }
  when  Examine(ada)
  then  returns null
  then  called calendar.book 2 times
}

test "an award that nobody approves is refused" {
  when Approve(award, 3)
  then fails Refused { claim: "D-2026-000017", reason: "not approved in time" }
}

test "two months are two payments" {
  given treasury.pay returns { order: "t-1", executed: 2026-12-01T08:00:00Z }
  when  Pay(award, "FR7630006000011234567890189", 1)
  then  called treasury.pay 2 times
}
