package integration

/// 7 Pipes and filters: steps that know nothing of each other, with channels between them.
channel raw: queue of Line { dead_letter: failed }
channel checked: queue of Line { dead_letter: failed }
channel counted: queue of int

route check_lines {
  from raw as line
  filter line.qty > 0
  to checked
}

route count_lines {
  from checked as line
  send counted(line.qty)
}

test "7 pipes and filters: what the first lets through reaches the second" {
  when send raw({ order: "o-1", sku: "cup", qty: 2 })
  when send raw({ order: "o-1", sku: "pot", qty: 0 })
  then sent counted(2) once
  then sent counted once
}

/// 8 Message router, 29 content-based router: what stands in the message says where it goes.
channel orders: queue of Order { dead_letter: failed }
channel north: queue of Order
channel south: queue of Order

route by_region {
  from orders as order
  match order.region {
    "north" => send north(order)
    "south" => send south(order)
    else    => fail NotDone { reason: "nobody serves ${order.region}" }
  }
}

test "8 message router: each message goes one way" {
  when send orders(two)
  then sent north(two) once
  then never sent south
}

test "29 content-based router: what goes nowhere is a dead letter" {
  when send orders({ id: "o-2", region: "moon", lines: [] })
  then never sent north
  then never sent south
  then sent failed once
}

/// 30 Message filter: what is of no interest goes no further.
channel readings: queue of int { dead_letter: failed }
channel high: queue of int

route only_high {
  from readings as value
  filter value > 100
  to high
}

test "30 message filter: a low one is gone" {
  when send readings(99)
  when send readings(101)
  then sent high(101) once
  then sent high once
  then never sent failed
}

/// 32 Recipient list: the message itself says who gets it.
type Memo { text: string, for: [string] }

channel memos: queue of Memo { dead_letter: failed }
channel sales: queue of string
channel stores: queue of string

route recipients {
  from memos as memo
  for name in memo.for {
    match name {
      "sales"  => send sales(memo.text)
      "stores" => send stores(memo.text)
      else     => send failed({ reason: "nobody is called ${name}" })
    }
  }
}

test "32 recipient list: all who are named and nobody else" {
  when send memos({ text: "sale", for: ["stores"] })
  when send memos({ text: "both", for: ["sales", "stores"] })
  then sent sales("both") once
  then sent sales once
  then sent stores 2 times
}

/// 33 Splitter: every part is a message of its own, and fails on its own.
channel baskets: queue of Order { dead_letter: failed }
channel parts: queue of Line { dead_letter: failed }

route split_baskets {
  from baskets as order
  split order.lines as line
  if line.qty > 100 { fail NotDone { reason: "too many" } }
  to parts
}

test "33 splitter: one part that fails does not hold the others back" {
  when send baskets({ id: "o-1", region: "north", lines: [{ order: "o-1", sku: "cup", qty: 1 }, { order: "o-1", sku: "pot", qty: 101 }, { order: "o-1", sku: "pan", qty: 3 }] })
  then sent parts 2 times
  then sent failed once
}

/// 34 Aggregator: messages that belong together go on as one, when they are complete or when it takes too long.
channel picked: queue of Line { dead_letter: failed }
channel totals: queue of Total { dead_letter: failed }

route total_per_order {
  from picked as line
  aggregate by line.order as lines until sum(lines.map(x => x.qty)) >= 10 within 1h emit { order: lines[0].order, qty: sum(lines.map(x => x.qty)) } as total
  to totals
}

test "34 aggregator: complete by what it holds" {
  when send picked({ order: "a", sku: "cup", qty: 4 })
  when send picked({ order: "b", sku: "cup", qty: 9 })
  then never sent totals
  when send picked({ order: "a", sku: "pot", qty: 6 })
  when advance 1s
  then sent totals({ order: "a", qty: 10 }) once
  then sent totals once
}

test "34 aggregator: complete when the time is over, after a crash too" {
  when send picked({ order: "b", sku: "cup", qty: 9 })
  when advance 59m
  when crash
  then never sent totals
  when advance 1m
  then sent totals({ order: "b", qty: 9 }) once
}

/// 35 Resequencer: the order of the numbers, whatever the order in which they come.
type Step { trip: string, n: int }

channel steps: queue of Step { dead_letter: failed }
channel in_order: queue of int

route put_in_order {
  from steps as step
  resequence by step.n per step.trip within 1m
  send in_order(step.n)
}

test "35 resequencer: the third waits for the second" {
  when send steps({ trip: "t", n: 1 })
  when send steps({ trip: "t", n: 3 })
  when advance 1s
  then sent in_order once
  when send steps({ trip: "t", n: 2 })
  when advance 1s
  then sent in_order 3 times
}

test "35 resequencer: what never comes is left out, and is a dead letter when it comes after all" {
  when send steps({ trip: "t", n: 1 })
  when send steps({ trip: "t", n: 3 })
  when advance 61s
  then sent in_order(3) once
  when send steps({ trip: "t", n: 2 })
  when advance 1s
  then never sent in_order(2)
  then sent failed once
}

/// 36 Composed message processor: split, let each part take its way, and put the results together.
channel composed: queue of Order { dead_letter: failed }
channel weights: queue of { order: string, of: int, weight: int } { dead_letter: failed }
channel shipments: queue of Total

route weigh_each {
  from composed as order
  split order.lines as line
  enrich weight = call catalog.weigh(line.sku)
  send weights({ order: order.id, of: len(order.lines), weight: weight * line.qty })
}

route add_up {
  from weights as part
  aggregate by part.order as all until len(all) == all[0].of within 1d emit { order: all[0].order, qty: sum(all.map(x => x.weight)) } as sum_of_all
  to shipments
}

test "36 composed message processor: the order weighs what its lines weigh" {
  given catalog.weigh("cup") returns 2
  given catalog.weigh("pot") returns 5 takes 3s
  when  send composed(two)
  when  advance 5s
  then  sent shipments({ order: "o-1", qty: 9 }) once
}

/// 37 Scatter-gather: ask many, and take the best of what they answer in time.
type Offer { order: string, from: string, price: int }

channel wanted: queue of Order { dead_letter: failed }
channel offers: queue of Offer { dead_letter: failed }
channel best: queue of Offer

route ask_suppliers {
  from wanted as order
  parallel {
    branch near { send offers({ order: order.id, from: "near", price: 12 }) }
    branch far {
      wait 2s
      send offers({ order: order.id, from: "far", price: 9 })
    }
    branch slow {
      wait 1h
      send offers({ order: order.id, from: "slow", price: 1 })
    }
  }
}

route take_the_best {
  from offers as offer
  aggregate by offer.order as all until len(all) == 3 within 10s emit sort_by(all, x => x.price)[0] as cheapest
  to best
}

test "37 scatter-gather: the cheapest of those who answered in time" {
  when send wanted(two)
  when advance 11s
  then sent best({ order: "o-1", from: "far", price: 9 }) once
}

/// 38 Routing slip: the message carries its way.
type Paper { id: string, slip: [string] }

channel papers: queue of Paper { dead_letter: failed }
channel sign: queue of Paper { dead_letter: failed }
channel stamp: queue of Paper { dead_letter: failed }
channel log: queue of string

route begin_way {
  from papers as paper
  slip paper.slip to sign, stamp
}

route at_sign {
  from sign as paper
  send log("sign")
  slip paper.slip to sign, stamp
}

route at_stamp {
  from stamp as paper
  send log("stamp")
  slip paper.slip to sign, stamp
}

test "38 routing slip: each station sends it to the next, and the last one nowhere" {
  when send papers({ id: "p", slip: ["stamp", "sign"] })
  then sent log 2 times
  then sent stamp({ id: "p", slip: ["sign"] }) once
  then sent sign({ id: "p", slip: [] }) once
}

test "38 routing slip: a station that is not there is a dead letter" {
  when send papers({ id: "p", slip: ["shred"] })
  then sent failed once
}

/// 39 Process manager: a process knows how far it is, and what comes next.
process Manage(order: Order) -> int {
  key: order.id
  let weight = 0
  for line in order.lines {
    let each = call catalog.weigh(line.sku)
    weight = weight + each * line.qty
  }
  select {
    on Placed as p where p.order == order.id { return weight }
    after 1d { return 0 }
  }
}

test "39 process manager: it waits for what comes next" {
  given catalog.weigh returns 2
  when  Manage(two)
  then  waits
  when  publish Placed { order: "o-1" }
  then  returns 6
}
