package integration

/// 50 Polling consumer: it looks when it has time.
channel mail: queue of string { dead_letter: failed }

process Poll(name: string) -> string {
  key: name
  let read = ""
  while len(read) < 4 {
    wait 1h
    select {
      on mail as letter { read = read + letter }
      after 1s { }
    }
  }
  return read
}

test "50 polling consumer: what comes in between waits for the next look" {
  when Poll("ann")
  when send mail("ab")
  when send mail("cd")
  when advance 90m
  then waits
  when advance 1h
  then returns "abcd"
}

/// 51 Event-driven consumer: it is there when the message is.
channel bells: queue of string { dead_letter: failed }
channel doors: queue of string

route open_door {
  from bells as who
  send doors("open for ${who}")
}

test "51 event-driven consumer: nobody has to look" {
  when send bells("ann")
  when advance 1s
  then sent doors("open for ann") once
}

/// 52 Competing consumers: as many as there are share the work.
channel heaps: queue of string { dead_letter: failed }
channel moved: queue of string

process Mover(name: string) {
  key: name
  let busy = true
  while busy {
    select {
      on heaps as heap {
        wait 10s
        send moved("${heap} by ${name}")
      }
      after 1m { busy = false }
    }
  }
}

test "52 competing consumers: two are twice as fast, and nothing is moved twice" {
  when Mover("ann")
  when Mover("bob")
  when send heaps("a")
  when send heaps("b")
  when send heaps("c")
  when send heaps("d")
  when advance 21s
  then sent moved 4 times
}

/// 53 Message dispatcher: one reads, and gives each message to who can do it.
channel calls: queue of { language: string, text: string } { dead_letter: failed }
channel spoken: queue of string

process Speak(language: string, text: string) {
  key: "${language}/${text}"
  send spoken("${language}: ${text}")
}

route dispatch {
  from calls as c
  start Speak(c.language, c.text)
}

test "53 message dispatcher: each call has a performer of its own" {
  when send calls({ language: "fr", text: "bonjour" })
  when send calls({ language: "de", text: "hallo" })
  then started Speak 2 times
  then sent spoken("de: hallo") once
}

/// 54 Selective consumer: it takes what it can do, and leaves the rest to others.
channel loads: queue of Line { dead_letter: failed }

process Carry(name: string, most: int) -> string {
  key: name
  select {
    on loads as load where load.qty <= most { return load.sku }
    after 1h { return "" }
  }
}

test "54 selective consumer: what is too heavy stays for somebody else" {
  when send loads({ order: "o-1", sku: "piano", qty: 200 })
  when send loads({ order: "o-1", sku: "cup", qty: 1 })
  when Carry("ann", 10)
  when advance 1s
  then returns "cup"
  when Carry("crane", 1000)
  when advance 1s
  then returns "piano"
}

/// 55 Durable subscriber: what comes while nobody waits is not lost.
channel bulletins: topic of string { dead_letter: failed }

process Subscriber(name: string) -> string {
  key: name
  select {
    on bulletins as first {
      wait 1d
      select {
        on bulletins as second { return first + second }
        after 1s { return first }
      }
    }
  }
}

test "55 durable subscriber: it was away, and has both" {
  when Subscriber("ann")
  when send bulletins("a")
  when advance 1h
  when send bulletins("b")
  then returns "ab"
}

/// 56 Idempotent receiver: the same thing twice is done once.
channel payments: queue of { id: string, amount: int } { dead_letter: failed }
channel booked: queue of int

route book {
  from payments as payment
  dedupe by payment.id within 1d
  send booked(payment.amount)
}

test "56 idempotent receiver: twice the same is booked once, and in two days again" {
  when send payments({ id: "x", amount: 5 })
  when send payments({ id: "x", amount: 5 })
  when send payments({ id: "y", amount: 7 })
  when advance 1s
  then sent booked(5) once
  then sent booked 2 times
  when advance 2d
  when send payments({ id: "x", amount: 5 })
  when advance 1s
  then sent booked(5) 2 times
}

/// 57 Service activator: one service, asked directly or by a message.
channel stock_questions: queue of string { dead_letter: failed }

process Stock(sku: string) -> int {
  key: sku
  let weight = call catalog.weigh(sku)
  return weight
}

route ask_for_stock {
  from stock_questions as sku
  start Stock(sku)
}

test "57 service activator: both ways reach it" {
  given catalog.weigh returns 4
  when  send stock_questions("cup")
  when  Stock("pot")
  then  returns 4
  then  called catalog.weigh 2 times
}

/// 59 Detour: a way round that is taken only sometimes.
channel goods: queue of Line { dead_letter: failed }
channel shipped: queue of Line

route inspect_large {
  from goods as line
  detour when line.qty > 10 { call catalog.note("inspect ${line.sku}") }
  to shipped
}

test "59 detour: only the large one is looked at, and both arrive" {
  when send goods({ order: "o-1", sku: "cup", qty: 1 })
  when send goods({ order: "o-1", sku: "pot", qty: 11 })
  then called catalog.note once
  then sent shipped 2 times
}

/// 60 Wire tap: a copy for those who watch, which holds nobody up.
channel traffic: queue of Line { dead_letter: failed }
channel watched: topic of json
channel arrived: queue of Line

route tapped {
  from traffic as line
  tap watched({ sku: line.sku })
  to arrived
}

test "60 wire tap: the message arrives, and a copy is there" {
  when send traffic({ order: "o-1", sku: "cup", qty: 1 })
  then sent watched({ sku: "cup" }) once
  then sent arrived once
}

/// Throttle, delay, sample: not so often, not so soon, not all. They have no number in the book.
channel burst: queue of Line { dead_letter: failed }
channel trickle: queue of Line

route slow_down {
  from burst as line
  throttle 2/s by line.order
  delay 10s
  to trickle
}

test "throttle: two a second, ten seconds later" {
  when send burst({ order: "a", sku: "1", qty: 1 })
  when send burst({ order: "a", sku: "2", qty: 1 })
  when send burst({ order: "a", sku: "3", qty: 1 })
  when send burst({ order: "b", sku: "1", qty: 1 })
  when advance 9900ms
  then never sent trickle
  when advance 100ms
  then sent trickle 2 times
  when advance 500ms
  then sent trickle 3 times
  when advance 500ms
  then sent trickle 4 times
}
