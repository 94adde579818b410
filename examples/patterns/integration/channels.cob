package integration

/// 11 Point-to-point channel: several wait, and one gets the message.
channel jobs: queue of Line { dead_letter: failed }
channel done: queue of string

process Worker(name: string) {
  key: name
  select {
    on jobs as job { send done("${name} did ${job.sku}") }
    after 1h { }
  }
}

test "11 point-to-point channel: one message is done once, whoever waits" {
  when Worker("ann")
  when Worker("bob")
  when send jobs({ order: "o-1", sku: "cup", qty: 1 })
  when advance 2h
  then sent done once
}

/// 12 Publish-subscribe channel: every route that reads the channel gets every message.
channel news: topic of string { dead_letter: failed }
channel north_news: queue of string
channel south_news: queue of string

route to_the_north {
  from news as text
  to north_news
}

route to_the_south {
  from news as text
  to south_news
}

test "12 publish-subscribe channel: both have it" {
  when send news("open on Sunday")
  then sent north_news("open on Sunday") once
  then sent south_news("open on Sunday") once
}

/// 13 Datatype channel and 14 invalid message channel: a channel has one type, and what does not fit goes elsewhere.
type Parcel { id: string, weight: int where weight > 0 }

channel misfits: queue of json
channel parcels: queue of Parcel { dead_letter: failed, invalid: misfits }
channel weighed: queue of int

route weigh_parcels {
  from parcels as parcel
  send weighed(parcel.weight)
}

test "13 datatype channel: who reads it may rely on the type" {
  when send parcels({ id: "p-1", weight: 3 })
  when send parcels({ id: "p-2", weight: 0 })
  then sent weighed(3) once
  then sent weighed once
}

test "14 invalid message channel: what does not fit is kept, with the reason" {
  when send parcels({ id: "p-2", weight: 0 })
  then sent misfits once
  then never sent failed
}

/// 15 Dead letter channel: what cannot be done for good is kept with the reason and the path.
channel asked: queue of string { dead_letter: failed }
channel named: queue of string

route name_it {
  from asked as sku
  let name = call catalog.name(sku)
  to named(name)
}

test "15 dead letter channel: a service that says no leaves a dead letter" {
  given catalog.name("cup") returns "Cup"
  given catalog.name rejects "no such thing"
  when  send asked("cup")
  when  send asked("unicorn")
  then  sent named("Cup") once
  then  sent failed once
}

test "16 guaranteed delivery: a crash loses nothing and doubles nothing" {
  given catalog.name returns "Cup" takes 5s
  when  send asked("cup")
  when  crash
  when  advance 6s
  then  sent named("Cup") once
}
