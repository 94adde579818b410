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
  then  called calendar.book("D-2026-000017", 2026-01-15T00:00:00Z) once
  when  publish Attended { appointment: "a-1", kept: false }
  when  advance 59d
  then  waits
  when  advance 2d
  then  returns null
  then  called calendar.book 2 times
  then  called letters.send 2 times
}

test "who keeps an appointment is examined, and one that nobody writes down is given back" {
  given calendar.book returns { id: "a-1", at: 2026-12-10T09:00:00Z, place: "Lyon" }
  when  Examine(ada)
  when  publish Attended { appointment: "a-1", kept: true }
  when  complete task examine { degree: 60, lasting: true, note: "clear" } by "mia"
  then  returns Evidence { study: "examination", at: 2026-12-10T09:00:00Z, text: "clear" }
  then  never called calendar.cancel
  when  Examine(ada)
  when  publish Attended { appointment: "a-1", kept: true }
  then  fails Lapsed { claim: "D-2026-000017", waiting_for: "the findings of the examination" }
  then  called calendar.cancel("a-1") once
}

test "an award that nobody approves is refused" {
  when Approve(award, 3)
  then fails Refused { claim: "D-2026-000017", reason: "not approved in time" }
}

test "two months are two payments, and a month lies between them" {
  given treasury.pay returns { order: "t-1", executed: 2026-12-01T08:00:00Z }
  when  Pay(award, "FR7630006000011234567890189", 1)
  when  advance 29d
  then  called treasury.pay once
  when  advance 2d
  then  called treasury.pay 2 times
  then  called treasury.pay("D-2026-000017/1", "FR7630006000011234567890189", 1016.05, "EUR") once
  then  called treasury.pay("D-2026-000017/2", "FR7630006000011234567890189", 1016.05, "EUR") once
}

test "who withdraws ends everything that was asked for" {
  given register.benefitsOf returns [{ code: "AAH", title: "Adults", monthly: 1016.05 EUR, degree: 50, months: 24 }]
  when  Claim(ada)
  when  advance 1d
  then  waits
  when  publish Withdrawal { claim: "D-2026-000017" }
  then  fails Withdrawn { claim: "D-2026-000017" }
  then  never started Approve
  then  never called treasury.pay
}

test "two officials approve, at the same time, and neither is enough alone" {
  when Approve(award, 6)
  then task approve is open
  then task countersign is open
  when complete task approve { approved: true, note: null } by "eve"
  then waits
  then task countersign is open
  when advance 20d
  then waits
  when complete task countersign { approved: false, note: "no" } by "max"
  then fails Refused { claim: "D-2026-000017", reason: "no" }
}

test "what costs more than two thousand a month is audited, what costs two thousand is not" {
  when Approve(Award { claim: "D-1", benefit: "AAH", monthly: 2000.00 EUR, months: 2, from: 2026-12-01T00:00:00Z }, 1)
  then task approve is open
  when Approve(Award { claim: "D-2", benefit: "AAH", monthly: 2000.01 EUR, months: 2, from: 2026-12-01T00:00:00Z }, 1)
  when complete task inspect { approved: false, note: null }
  then fails Refused { claim: "D-2", reason: "refused by the audit" }
}

test "two officials are two people, and officials" {
  when Approve(award, 3)
  when complete task approve { approved: true, note: null } by "eve"
  when complete task countersign { approved: true, note: null } by "eve"
  then refused "nobody decides twice about the same claim"
  when complete task countersign { approved: true, note: null } by "mia" as physician
  then refused "official"
  then task countersign is open
  when complete task countersign { approved: true, note: null } by "max" as official
  then ran Approve.second once
  then never undone
}

test "many rounds are audited first" {
  when Approve(award, 7)
  then task inspect is open
  when complete task inspect { approved: false, note: null }
  then fails Refused { reason: "refused by the audit", claim: "D-2026-000017" }
}

test "the treasury is away for a day, and the month is paid once" {
  given treasury is down for 100ms
  given treasury.pay returns { order: "t-1", executed: 2026-12-01T08:00:00Z }
  when  Pay(award, "FR7630006000011234567890189", 2)
  when  crash
  then  called treasury.pay once
}

test "a closed account is told, and the next month is tried all the same" {
  given treasury.pay raises treasury_api.AccountClosed once
  given treasury.pay returns { order: "t-2", executed: 2026-12-01T08:00:00Z }
  when  Pay(award, "FR7630006000011234567890189", 1)
  then  called treasury.pay 2 times
  then  sent overdue once
  then  ran Pay.continue once
}

test "the register is asked at the second site while the first is away" {
  given state is down for 1m
  given register.benefitsOf returns []
  when  Claim(ada)
  then  fails Refused { claim: "D-2026-000017", reason: "IDF has no benefit AAH" }
  then  called register.benefitsOf once on state_two
}

test "a claim goes from the first review to the award, over a crash" {
  given register.benefitsOf returns [{ code: "AAH", title: "Adults", monthly: 1016.05 EUR, degree: 50, months: 2 }]
  given diagnostics.order returns { id: "d-1" }
  given letters.send takes 1s
  given treasury.pay returns { order: "t-1", executed: 2026-12-01T08:00:00Z }
  when  Claim(ada)
  when  complete task review { next: Next.evidence, study: null, note: "" } by "mia"
  when  crash
  when  publish EvidenceArrived { claim: "D-2026-000017", study: "imaging", at: 2026-01-05T08:00:00Z, text: "seen" }
  when  complete task review { next: Next.decision, study: null, note: "" } by "zoe"
  when  complete task assess { degree: 50, lasting: true, note: "clear" } by "noe"
  when  complete task approve { approved: true, note: null } by "eve"
  then  never called letters.send
  when  complete task countersign { approved: true, note: null } by "max"
  when  advance 1h
  then  called diagnostics.order once
  then  called letters.send once
  then  called letters.send before treasury.pay
  then  called treasury.pay once
  then  report award includes { data: { application: { id: "D-2026-000017", complaint: "(health)" } } }
  then  within 1m
}

test "a degree below that of the law is refused with a letter" {
  given register.benefitsOf returns [{ code: "AAH", title: "Adults", monthly: 1016.05 EUR, degree: 50, months: 2 }]
  when  Claim(ada)
  when  complete task review { next: Next.decision, study: null, note: "" } by "zoe"
  when  complete task assess { degree: 49, lasting: true, note: "clear" } by "noe"
  then  fails Refused { claim: "D-2026-000017", reason: "the degree is too low" }
  then  called letters.send once
  then  never started Approve
}

test "the claim of somebody who died ends" {
  given register.benefitsOf returns [{ code: "AAH", title: "Adults", monthly: 1016.05 EUR, degree: 50, months: 2 }]
  when  Claim(ada)
  when  publish Died { applicant: "p-2", at: 2026-01-05T08:00:00Z }
  then  waits
  when  publish Died { applicant: "p-1", at: 2026-01-05T08:00:00Z }
  then  fails Withdrawn { claim: "D-2026-000017" }
}

test "an inquiry gathers what everybody knows, in its order" {
  given diagnostics.order returns { id: "d-1" }
  given Examine returns Evidence { study: "examination", at: 2026-01-06T08:00:00Z, text: "clear" }
  given experts.ask returns { id: "x-1" }
  when  Inquire(ada)
  when  complete task review { next: Next.evidence, study: null, note: "" } by "reviewer 1"
  when  publish EvidenceArrived { claim: "D-2026-000017", study: "imaging", at: 2026-01-05T08:00:00Z, text: "seen" }
  when  complete task review { next: Next.examination, study: null, note: "" } by "reviewer 2"
  when  complete task review { next: Next.opinion, study: null, note: "" } by "reviewer 3"
  when  publish OpinionGiven { claim: "D-2026-000017", opinion: Opinion { expert: "Lou", degree: 55, text: "yes" } }
  when  complete task review { next: Next.decision, study: null, note: "" } by "reviewer 4"
  when  complete task assess { degree: 60, lasting: true, note: "clear" } by "noe"
  then returns Dossier {
    claim: "D-2026-000017", rounds: 4, assessed: { degree: 60, lasting: true, note: "clear" },
    evidence: [
      Evidence { study: "imaging", at: 2026-01-05T08:00:00Z, text: "seen" }, Evidence { study: "examination", at: 2026-01-06T08:00:00Z, text: "clear" },
    ],
    opinions: [Opinion { expert: "Lou", degree: 55, text: "yes" }],
  }
  then never called experts.withdraw
}

test "an expert who does not answer is no longer asked, one who did is told when the claim lapses" {
  given experts.ask returns { id: "x-1" } once
  given experts.ask returns { id: "x-2" }
  given experts.withdraw takes 1s
  when  Inquire(ada)
  when  complete task review { next: Next.opinion, study: null, note: "" } by "reviewer 1"
  when  advance 60d
  then  called experts.withdraw("x-1") once
  then  ran "Inquire.set review" once
  when  advance 1s
  when  complete task review { next: Next.opinion, study: null, note: "" } by "reviewer 2"
  when  publish OpinionGiven { claim: "D-2026-000017", opinion: Opinion { expert: "Lou", degree: 55, text: "yes" } }
  then  ran "Inquire.set review" 3 times
  then  fails Lapsed { claim: "D-2026-000017", waiting_for: "a reviewer" }
  then  called experts.withdraw("x-2") once
}

test "evidence that does not arrive within four months ends the claim" {
  given diagnostics.order returns { id: "d-1" }
  when  Inquire(ada)
  when  complete task review { next: Next.evidence, study: null, note: "" } by "mia"
  then  fails Lapsed { claim: "D-2026-000017", waiting_for: "evidence" }
  then  within 120d
  then  called diagnostics.withdraw("d-1") once
}

test "a reviewer who cannot decide in twelve rounds never will" {
  given Examine returns null
  when  Inquire(ada)
  when  complete task review { next: Next.examination, study: null, note: "" } by "reviewer 1"
  when  complete task review { next: Next.examination, study: null, note: "" } by "reviewer 2"
  when  complete task review { next: Next.examination, study: null, note: "" } by "reviewer 3"
  when  complete task review { next: Next.examination, study: null, note: "" } by "reviewer 4"
  when  complete task review { next: Next.examination, study: null, note: "" } by "reviewer 5"
  when  complete task review { next: Next.examination, study: null, note: "" } by "reviewer 6"
  when  complete task review { next: Next.examination, study: null, note: "" } by "reviewer 7"
  when  complete task review { next: Next.examination, study: null, note: "" } by "reviewer 8"
  when  complete task review { next: Next.examination, study: null, note: "" } by "reviewer 9"
  when  complete task review { next: Next.examination, study: null, note: "" } by "reviewer 10"
  when  complete task review { next: Next.examination, study: null, note: "" } by "reviewer 11"
  then  task review is open
  then  ran "Inquire.set review" 12 times
  when  complete task review { next: Next.examination, study: null, note: "" } by "reviewer 12"
  when  advance 1s
  then  fails Lapsed { claim: "D-2026-000017", waiting_for: "a decision of the reviewers" }
}

test "a review that nobody does is given to the senior physicians, and lapses in the end" {
  given register.benefitsOf returns [{ code: "AAH", title: "Adults", monthly: 1016.05 EUR, degree: 50, months: 24 }]
  when  Claim(ada)
  when  advance 30d
  then  task review is open
  when  advance 31d
  then  fails Lapsed { claim: "D-2026-000017", waiting_for: "a reviewer" }
}

test "evidence that comes after the claim was withdrawn wakes nobody" {
  given register.benefitsOf returns [{ code: "AAH", title: "Adults", monthly: 1016.05 EUR, degree: 50, months: 24 }]
  given diagnostics.order returns { id: "d-1" }
  when  Claim(ada)
  when  complete task review { next: Next.evidence, study: null, note: "" } by "mia"
  when  publish Withdrawal { claim: "D-2026-000017" }
  then  fails Withdrawn { claim: "D-2026-000017" }
  then  called diagnostics.withdraw("d-1") once
  when  publish EvidenceArrived { claim: "D-2026-000017", study: "imaging", at: 2026-01-05T08:00:00Z, text: "late" }
  then  ran "Inquire.set review" once
  then  never started Approve
}

test "from an application, over an examination, an opinion and an audit, to the first payment" {
  given register.benefitsOf returns [{ code: "AAH", title: "Adults", monthly: 2100.00 EUR, degree: 50, months: 1 }]
  given calendar.book returns { id: "a-1", at: 2026-01-15T09:00:00Z, place: "Lyon" }
  given experts.ask returns { id: "q-1" }
  given treasury.pay returns { order: "t-1", executed: 2026-12-01T08:00:00Z }
  when  send applications(ada)
  then  started Claim(ada) once
  when  complete task review { next: Next.examination, study: null, note: "" } by "mia"
  then  called calendar.book once
  when  publish Attended { appointment: "a-1", kept: true }
  when  complete task examine { degree: 55, lasting: true, note: "cannot stand" } by "ben"
  when  complete task review { next: Next.opinion, study: null, note: "" } by "zoe"
  when  publish OpinionGiven { claim: "D-2026-000017", opinion: { expert: "lea", degree: 60, text: "it will stay" } }
  when  complete task review { next: Next.decision, study: null, note: "" } by "pat"
  when  complete task assess { degree: 60, lasting: true, note: "clear" } by "noe"
  then  task inspect is open
  then  never called treasury.pay
  when  complete task inspect { approved: true, note: null } by "ida"
  when  complete task approve { approved: true, note: null } by "eve"
  when  complete task countersign { approved: true, note: null } by "max"
  then  called experts.ask("D-2026-000017", [{ study: "examination", at: 2026-01-15T09:00:00Z, text: "cannot stand" }]) once
  then  order calendar.book, experts.ask, letters.send, treasury.pay
  then  called archive.put once
  then  report award includes { title: "award", data: { award: { benefit: "AAH", months: 1 }, dossier: { rounds: 3 } } }
  then  never undone
}

test "an audit that nobody does is a refusal" {
  when Approve(award, 7)
  then fails Refused { claim: "D-2026-000017", reason: "the audit was not done in time" }
  then never ran Approve.first
}
