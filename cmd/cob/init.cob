package greeting

type Request { id: string, name: string where len(name) in 1..100, urgent: bool }
type Answer  { text: string }

fault Refused { reason: string }

role host { groups: ["hosts"] }

/// Greets somebody. Who is in no hurry is greeted by a person, who has a day to find words.
process Greet(request: Request) -> Answer raises Refused {
  key: request.id

  if request.urgent {
    return Answer { text: "Hello, ${request.name}!" }
  }
  let words: Answer = task write(request) {
    role: host
    due:  1d
    else { fail Refused { reason: "nobody found words" } }
  }
  return words
}

channel visitors: queue of Request { dead_letter: turned_away }
channel turned_away: queue of json

route arrivals {
  from visitors as visitor
  start Greet(visitor)
}

sample ada: Request { id: "g-1", name: "Ada", urgent: true }
sample bob: Request { id: "g-2", name: "Bob", urgent: false }

test "who is in a hurry is greeted at once" {
  when Greet(ada)
  then returns { text: "Hello, Ada!" }
}

test "when nobody finds words, that is said" {
  when Greet(bob)
  then fails Refused { reason: "nobody found words" }
}
