package workflow

/// 23 Transient trigger: what comes while nobody waits is lost.
process TransientTrigger(paper: string) -> string {
  call office.print(paper)
  select {
    on Urged transient as u where u.paper == paper { return "at once" }
    after 2h { return "in its turn" }
  }
}

test "23 transient trigger: too early is as good as never" {
  given office.print takes 10s
  when  TransientTrigger("offer")
  when  publish Urged { paper: "offer" }
  then  returns "in its turn"
}

test "23 transient trigger: in time" {
  given office.print takes 10s
  when  TransientTrigger("offer")
  when  advance 20s
  when  publish Urged { paper: "offer" }
  then  returns "at once"
}

/// 24 Persistent trigger: what comes while nobody waits is kept until somebody does.
process PersistentTrigger(paper: string) -> string {
  call office.print(paper)
  select {
    on Urged as u where u.paper == paper { return "at once" }
    after 2h { return "in its turn" }
  }
}

test "24 persistent trigger: too early is early enough" {
  given office.print takes 10s
  when  PersistentTrigger("offer")
  when  publish Urged { paper: "offer" }
  then  called office.print once
  then  waits
  when  advance 11s
  then  returns "at once"
}

test "24 persistent trigger: what does not come is not waited for longer" {
  when PersistentTrigger("offer")
  then returns "in its turn"
  then within 2h
}
