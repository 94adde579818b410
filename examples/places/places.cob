/// One service in three places, and the ways in which its calls move between them.
package places

fault Gone { sku: string }

cloud paris   { jurisdiction: "FR", failure_domain: "fr-1" }
cloud finland { jurisdiction: "FI", failure_domain: "fi-1" }
cloud spare   { jurisdiction: "FR", failure_domain: "fr-2" }

endpoint stock: http {
  operation price(sku: string) -> decimal raises Gone {
    get "/prices/${sku}"
    error 404: Gone { sku: sku }
  }

  on paris   { url: env.STOCK_PARIS, cost: 0.001 EUR per call, weight: 3, limit: 100/s, burst 20, 16 at once, 50 waiting }
  on finland { url: env.STOCK_FINLAND, cost: 0.002 EUR per call }
  on spare   { url: env.STOCK_SPARE, cost: 0.010 EUR per call, weight: 0 }
}

/// The cheapest place that is well. Behind an open breaker nobody asks; three trials, and it is as before.
failover guarded {
  prefer:   cheapest
  tries:    4, 2s each, backoff 100ms..1s
  failback: after 30s
  breaker:  50% of 20 calls in 10s, slow 80% over 1s, 3 trials
}

/// Three of four calls to paris, one to finland, none to the spare one while another can be asked.
failover shared {
  prefer: weighted
  tries:  3, 2s each
  hedge:  after p95, at most 10%
}

/// All calls for an article go to one place, which has it in its memory.
failover together {
  prefer: sticky
  tries:  3, 2s each
}

process Guarded(sku: string) -> decimal raises Gone {
  failover: guarded

  let price = call stock.price(sku)
  return price
}

process Shared(sku: string) -> decimal raises Gone {
  failover: shared

  let price = call stock.price(sku)
  return price
}

process Together(sku: string) -> decimal raises Gone {
  key:      sku
  failover: together

  let before = call stock.price(sku)
  wait 1m
  let after = call stock.price(sku)
  return after -before
}

test "the cheapest place is asked, and no other" {
  given stock.price returns 5.00
  when  Guarded("a")
  then  returns 5.00
  then  called stock.price once on paris
}

test "where it is down the next one answers" {
  given paris is down
  given stock.price returns 5.00
  when  Guarded("a")
  then  returns 5.00
  then  called stock.price once on finland
}

test "what is too slow is asked elsewhere" {
  given stock.price returns 4.00 on paris takes 3s
  given stock.price returns 5.00 on finland
  when  Guarded("a")
  then  returns 5.00
  then  within 4s
}

test "what answers garbage is asked elsewhere" {
  given stock.price answers garbage on paris
  given stock.price returns 5.00 on finland
  when  Guarded("a")
  then  returns 5.00
}

test "it goes down after a call, and comes back" {
  given paris is down after 1 call for 1m
  given stock.price returns 5.00
  when  Guarded("a")
  when  Guarded("b")
  when  advance 2m
  when  Guarded("c")
  then  called stock.price 2 times on paris
  then  called stock.price once on finland
}

test "a declared fault is an answer" {
  given stock.price raises Gone { sku: "a" }
  when  Guarded("a")
  then  fails Gone
  then  called stock.price once
}

test "the spare one is asked when no other can be" {
  given paris is down
  given finland is down
  given stock.price returns 5.00
  when  Shared("a")
  then  returns 5.00
  then  called stock.price once on spare
}

test "both calls for an article go to one place" {
  given stock.price returns 5.00 on paris
  given stock.price returns 7.00 on finland
  when  Together("p-1")
  then  returns 0.00
}

test "and move together where that is down" {
  given paris is down
  given stock.price returns 5.00
  when  Together("p-1")
  then  returns 0.00
  then  called stock.price 2 times on finland
}
