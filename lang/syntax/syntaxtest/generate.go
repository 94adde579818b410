package syntaxtest

import (
	"fmt"
	"strings"
)

// Generate returns a package of at least that many lines: types, faults, events,
// an endpoint and a process per part, shaped like a program people write.
func Generate(lines int) string {
	var b strings.Builder
	b.WriteString(preamble)
	perPart := strings.Count(part(0), "\n")
	for n, i := strings.Count(preamble, "\n"), 0; n < lines; n, i = n+perPart, i+1 {
		b.WriteString(part(i))
	}
	return b.String()
}

// GenerateFiles returns a package of that many files, each of at least that many
// lines, by name. What is shared is in the first.
func GenerateFiles(files, lines int) map[string]string {
	out := make(map[string]string, files)
	perPart := strings.Count(part(0), "\n")
	i := 0
	for f := range files {
		var b strings.Builder
		if f == 0 {
			b.WriteString(preamble)
		} else {
			b.WriteString("package generated\n\n")
		}
		for n := strings.Count(b.String(), "\n"); n < lines; n, i = n+perPart, i+1 {
			b.WriteString(part(i))
		}
		out[fmt.Sprintf("part%03d.cob", f)] = b.String()
	}
	return out
}

const preamble = `package generated

label personal

cloud paris   { jurisdiction: "FR", failure_domain: "fr-1" }
cloud finland { jurisdiction: "FI", failure_domain: "fi-1" }

failover continuity {
  prefer: cheapest
  tries:  3, 2s each, backoff 100ms..1s
}

sla gold {
  completion:   99% within 10d
  availability: 99% over 30d
}

policy europe {
  deny call when "personal" in data.labels && !(cloud.jurisdiction in ["FR", "FI"])
    because "personal data stays in the Union"
}

role manager { groups: ["managers"] }
`

// part returns the i-th part, which uses no other part.
func part(i int) string {
	return strings.ReplaceAll(partText, "#", fmt.Sprint(i))
}

const partText = `
/// A line of order #.
type Line# { sku: string, qty: int where qty > 0, price: money }

type Customer# {
  id:    string
  name:  string @personal
  email: string @personal
}

/// What customer # wants.
type Order# {
  id:       string
  customer: Customer#
  lines:    [Line#] where len(lines) in 1..20
  total:    money
}

type Charge#   { id: string, amount: money }
type Decision# { approved: bool, note: string }
type Receipt#  { order: string, charge: string, carrier: string }

fault Declined# { reason: string }
fault Late#     { order: string }
event Shipped#  { order: string, carrier: string }

endpoint payments#: http {
  operation charge(order: string, amount: money, payer: Customer#) -> Charge# raises Declined# {
    post "/charges" { body: { order: order, amount: amount, payer: payer } }
    idempotency_key: order
    timeout: 2s
    error 402: Declined# { reason: response.reason }
  }
  operation refund(id: string) { delete "/charges/${id}", idempotent: true }

  on paris   { url: env.PAY_PARIS,   cost: 0.002 EUR per call, availability: 99.9%, latency: 99% within 120ms }
  on finland { url: env.PAY_FINLAND, cost: 0.010 EUR per call, availability: 99.9%, latency: 99% within 300ms }
}

process Fulfil#(order: Order#) -> Receipt# raises Declined#, Late# {
  key: order.id
  sla: gold
  failover: continuity
  policy: europe

  for line in order.lines {
    if line.price > 1000 EUR { fail Declined# { reason: "price of ${line.sku} is too high" } }
  }

  // a person decides about large orders
  if order.total > 1000 EUR {
    let decision: Decision# = task approve(order) {
      role: manager
      due:  2d
      else { fail Declined# { reason: "nobody decided in time" } }
    }
    if !decision.approved { fail Declined# { reason: decision.note } }
  }

  let charge = call payments#.charge(order.id, order.total, order.customer) {
    compensate { call payments#.refund(charge.id) }
  }

  select {
    on Shipped# as s where s.order == order.id {
      return Receipt# { order: order.id, charge: charge.id, carrier: s.carrier }
    }
    after 7d { fail Late# { order: order.id } }
  }
}
`
