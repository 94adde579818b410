package integration

/// 20 Command message: a message says what is to be done, and a process does it.
type Command { what: string, sku: string }

channel commands: queue of Command { dead_letter: failed }

process Restock(sku: string) {
  call catalog.note("restock ${sku}")
}

route obey {
  from commands as command
  match command.what {
    "restock" => start Restock(command.sku)
    else      => fail NotDone { reason: "nobody knows how" }
  }
}

test "20 command message: what is said is done, and what nobody understands is not" {
  when send commands({ what: "restock", sku: "cup" })
  when send commands({ what: "dance", sku: "cup" })
  then called catalog.note("restock cup") once
  then sent failed once
}

/// 22 Event message: what happened is told to whoever cares, a route too.
channel greetings: queue of string

route greet {
  from Placed as placed
  send greetings("thanks for ${placed.order}")
}

test "22 event message: whoever cares hears of each" {
  when publish Placed { order: "o-1" }
  when publish Placed { order: "o-2" }
  then sent greetings("thanks for o-1") once
  then sent greetings 2 times
}

/// 23 Request-reply, 25 correlation identifier: who asks waits for the answer to the own question.
type Question { id: string, sku: string, back: string }
type Answer   { question: string, text: string }

channel questions: queue of Question { dead_letter: failed }
channel answers: queue of Answer { dead_letter: failed, expires: 1d }

process Ask(id: string, sku: string) -> string {
  key: id
  send questions({ id: id, sku: sku, back: "answers" })
  select {
    on answers as answer where answer.question == id { return answer.text }
    after 1m { return "nobody answers" }
  }
}

/// 24 Return address: the question says where the answer is to go.
channel elsewhere: queue of Answer

route answer_questions {
  from questions as question
  enrich name = call catalog.name(question.sku)
  wrap { question: question.id, text: name } as answer
  slip [question.back] to answers, elsewhere
}

test "23 request-reply: the answer comes back" {
  given catalog.name returns "Cup" takes 2s
  when  Ask("q-1", "cup")
  then  returns "Cup"
  then  within 3s
}

test "24 return address: the answer goes where the question says" {
  given catalog.name returns "Cup"
  when  send questions({ id: "q-9", sku: "cup", back: "elsewhere" })
  then  sent elsewhere({ question: "q-9", text: "Cup" }) once
  then  never sent answers
}

test "25 correlation identifier: nobody takes the answer to another question" {
  given catalog.name("cup") returns "Cup" takes 9s
  given catalog.name("pot") returns "Pot" takes 1s
  when  Ask("q-1", "cup")
  when  Ask("q-2", "pot")
  when  advance 2s
  then  returns "Pot"
}

/// 27 Message expiration: what is too old to be of use is not used.
channel quotes: queue of string { dead_letter: failed, expires: 1h }

process Buy(name: string) -> string {
  key: name
  wait 2h
  select {
    on quotes as quote { return quote }
    after 1m { return "no quote that is good" }
  }
}

test "27 message expiration: an old quote is a dead letter" {
  when Buy("ann")
  when send quotes("12")
  when advance 3h
  then returns "no quote that is good"
  then sent failed once
}

/// 9 Message translator, 45 normalizer, 46 canonical data model: whatever the form in which it comes, inside there is one.
type German { bestellung: string, artikel: string, menge: int }
type French { commande: string, article: string, quantite: int }

channel german: queue of German { dead_letter: failed }
channel french: queue of French { dead_letter: failed }
channel canonical: queue of Line { dead_letter: failed }
channel pieces: queue of int

route from_german {
  from german as g
  send canonical({ order: g.bestellung, sku: g.artikel, qty: g.menge })
}

route from_french {
  from french as f
  send canonical({ order: f.commande, sku: f.article, qty: f.quantite })
}

route count_pieces {
  from canonical as line
  send pieces(line.qty)
}

test "9 message translator: one form becomes another" {
  when send german({ bestellung: "o-1", artikel: "cup", menge: 2 })
  then sent canonical({ order: "o-1", sku: "cup", qty: 2 }) once
}

test "45 normalizer: two forms become one" {
  when send german({ bestellung: "o-1", artikel: "cup", menge: 2 })
  when send french({ commande: "o-1", article: "cup", quantite: 2 })
  then sent canonical({ order: "o-1", sku: "cup", qty: 2 }) 2 times
}

test "46 canonical data model: who works with it knows nothing of the others" {
  when send french({ commande: "o-1", article: "pot", quantite: 7 })
  then sent pieces(7) once
}

/// 41 Envelope wrapper: what the transport needs is put around the message, and taken off again.
type Envelope { id: string, version: int, body: Line }

channel outgoing: queue of Line { dead_letter: failed }
channel wire: queue of Envelope { dead_letter: failed }
channel incoming: queue of Line { dead_letter: failed }

route pack {
  from outgoing as line
  wrap { id: "${line.order}/${line.sku}", version: 1, body: line } as envelope
  to wire
}

route unpack {
  from wire as envelope
  filter envelope.version == 1
  unwrap envelope.body as line
  to incoming
}

test "41 envelope wrapper: what arrives is what was sent" {
  when send outgoing({ order: "o-1", sku: "cup", qty: 2 })
  then sent wire({ id: "o-1/cup", version: 1, body: { order: "o-1", sku: "cup", qty: 2 } }) once
  then sent incoming({ order: "o-1", sku: "cup", qty: 2 }) once
}

/// 42 Content enricher, 43 content filter: what is missing is added, what is not needed is left out.
channel bare: queue of Line { dead_letter: failed }
channel labels: queue of { sku: string, name: string }

route label_lines {
  from bare as line
  enrich name = call catalog.name(line.sku)
  send labels({ sku: line.sku, name: name })
}

test "42 content enricher: the name is asked for" {
  given catalog.name("cup") returns "Cup"
  when  send bare({ order: "o-1", sku: "cup", qty: 2 })
  then  sent labels({ sku: "cup", name: "Cup" }) once
}

test "43 content filter: of the line only the sku is left" {
  given catalog.name returns "Cup"
  when  send bare({ order: "o-1", sku: "cup", qty: 2 })
  then  sent labels({ sku: "cup", name: "Cup" }) once
  then  sent labels once
}
