package workflow

/// 12 Multiple instances without synchronization: as many as there are, and nobody waits for them.
process WithoutSynchronization(papers: [string]) {
  for paper in papers { spawn Finish(paper) }
  call office.archive("list")
}

test "12 instances without synchronization: nobody waits for them" {
  given office.mail takes 5s
  given office.archive takes 5s
  when  WithoutSynchronization(["one", "two"])
  when  advance 1s
  then  started Finish("one") once
  then  started Finish("two") once
  then  called office.archive once
  then  waits
  when  advance 5s
  then  within 5s
}

/// 13 Multiple instances with a number that is known when the process is written.
process DesignTimeCount(paper: string) {
  for n in 1..3 parallel { call office.print("${paper}, copy ${n}") }
  call office.mail(paper)
}

test "13 a number known at design time: three at once, and all are waited for" {
  given office.print("offer, copy 1") takes 3s
  given office.print takes 1s
  when  DesignTimeCount("offer")
  then  called office.print 3 times
  when  advance 2s
  then  never called office.mail
  when  advance 2s
  then  called office.mail once
  then  within 3s
}

/// 14 Multiple instances with a number that is known when they begin.
process RunTimeCount(paper: string, readers: [string]) {
  for reader in readers parallel 2 { call office.review(paper, reader) }
  call office.mail(paper)
}

test "14 a number known at run time: two at a time, and all are waited for" {
  given office.review returns 7 takes 1s
  when  RunTimeCount("offer", ["Ada", "Grace", "Edith", "Jean"])
  when  advance 500ms
  then  called office.review 2 times
  when  advance 1s
  then  called office.review 4 times
  then  never called office.mail
  when  advance 1s
  then  called office.mail once
}

/// 15 Multiple instances without a number that is known before: more begin while others run, and all are waited for.
process NoCountBefore(paper: string) {
  let readings: [handle<int>] = []
  machine {
    limit: 100
    state gathering {
      on ReaderFound as r where r.paper == paper {
        let reading = start office.review(paper, r.reader)
        readings = readings + [reading]
      }
      on Urged as u where u.paper == paper goto found
      after 7d goto found
    }
    state found { }
  }
  let best = 0
  for reading in readings {
    let mark = await reading
    best = max(best, mark)
  }
  if best > 5 { call office.mail(paper) }
}

test "15 no number known before: who comes while others read, reads too" {
  given office.review("offer", "Ada") returns 3 takes 20s
  given office.review("offer", "Grace") returns 6 takes 20s
  when  NoCountBefore("offer")
  when  publish ReaderFound { paper: "offer", reader: "Ada" }
  when  advance 10s
  when  publish ReaderFound { paper: "offer", reader: "Grace" }
  when  publish Urged { paper: "offer" }
  when  advance 15s
  then  called office.review 2 times
  then  never called office.mail
  when  advance 10s
  then  called office.mail once
}

test "15 no number known before: nobody urges, and nobody likes it" {
  given office.review returns 5 takes 20s
  when  NoCountBefore("offer")
  when  publish ReaderFound { paper: "offer", reader: "Ada" }
  when  advance 6d
  then  waits
  when  advance 2d
  then  never called office.mail
  then  within 7d
}

/// 26 Cancel multiple instance task: all that still run are withdrawn, and with them what would have followed.
process CancelInstances(paper: string, readers: [string]) {
  parallel {
    branch wanted {
      scope reading {
        for reader in readers parallel { call office.review(paper, reader) }
        call office.mail(paper)
      }
    }
    branch watch {
      select {
        on Withdrawn as w where w.paper == paper { cancel reading }
        after 7d { progress "nobody withdrew it" }
      }
    }
  }
  call office.archive(paper)
}

test "26 cancel instances: those that read stop, and what they read for is not done" {
  given office.review("offer", "Ada") returns 9 takes 1s
  given office.review("offer", "Grace") returns 7 takes 29s
  when  CancelInstances("offer", ["Ada", "Grace"])
  when  advance 2s
  then  called office.review 2 times
  then  never called office.archive
  when  publish Withdrawn { paper: "offer" }
  when  advance 1s
  then  never called office.mail
  then  called office.archive once
}

test "26 cancel instances: when nobody withdraws it, all read" {
  given office.review("offer", "Ada") returns 9 takes 1s
  given office.review("offer", "Grace") returns 7 takes 20s
  when  CancelInstances("offer", ["Ada", "Grace"])
  when  advance 19s
  then  never called office.mail
  when  advance 1500ms
  then  called office.mail once
  then  never called office.archive
  when  advance 7d
  then  called office.archive once
}

/// 27 Complete multiple instance task: those that still run are withdrawn, and what follows begins.
process CompleteInstances(paper: string, readers: [string]) {
  parallel {
    branch wanted {
      reading: for reader in readers parallel { call office.review(paper, reader) }
      call office.mail(paper)
    }
    branch watch {
      select {
        on Urged as u where u.paper == paper { cancel reading }
        after 7d { progress "nobody was in a hurry" }
      }
    }
  }
}

test "27 complete instances: what was read is enough, and what follows is done" {
  given office.review("offer", "Ada") returns 9 takes 1s
  given office.review("offer", "Grace") returns 7 takes 29s
  when  CompleteInstances("offer", ["Ada", "Grace"])
  when  advance 2s
  then  called office.review 2 times
  then  never called office.mail
  when  publish Urged { paper: "offer" }
  when  advance 1s
  then  called office.mail once
}

test "27 complete instances: when nobody is in a hurry, all read" {
  given office.review("offer", "Ada") returns 9 takes 1s
  given office.review("offer", "Grace") returns 7 takes 20s
  when  CompleteInstances("offer", ["Ada", "Grace"])
  when  advance 19s
  then  never called office.mail
  when  advance 1500ms
  then  called office.mail once
  when  advance 7d
  then  within 7d
}

/// 34 Static partial join for multiple instances: two of them let what follows begin; the others run on.
process StaticPartialJoin(paper: string, readers: [string]) {
  for reader in readers parallel { call office.review(paper, reader) } join 2 keep
  call office.mail(paper)
}

test "34 static partial join: two readers are enough, and the third reads on" {
  given office.review("offer", "Edith") returns 7 takes 9s
  given office.review("offer", "Ada") returns 7 takes 1s
  given office.review("offer", "Grace") returns 7 takes 2s
  when  StaticPartialJoin("offer", ["Edith", "Ada", "Grace"])
  when  advance 1500ms
  then  called office.review 3 times
  then  never called office.mail
  when  advance 1s
  then  called office.mail once
  then  waits
  when  advance 7s
  then  called office.mail once
  then  within 9s
}

/// 35 Cancelling partial join for multiple instances: two of them let what follows begin; the others are withdrawn.
process CancellingPartialJoinOfInstances(paper: string, readers: [string]) {
  for reader in readers parallel { call office.review(paper, reader) } join 2 cancel
  call office.mail(paper)
}

test "35 cancelling partial join: two readers are enough, and nobody waits for the third" {
  given office.review("offer", "Edith") returns 7 takes 29s
  given office.review("offer", "Ada") returns 7 takes 1s
  given office.review("offer", "Grace") returns 7 takes 2s
  when  CancellingPartialJoinOfInstances("offer", ["Edith", "Ada", "Grace"])
  when  advance 1500ms
  then  called office.review 3 times
  then  never called office.mail
  when  advance 1s
  then  called office.mail once
  then  within 2s
}

/// 36 Dynamic partial join for multiple instances: after each a condition says whether what follows can begin.
process DynamicPartialJoin(paper: string, readers: [string], enough: int) {
  let marks = 0
  for reader in readers parallel {
    let mark = call office.review(paper, reader)
    marks = marks + mark
  } join when marks >= enough cancel
  call office.mail(paper)
}

test "36 dynamic partial join: two good marks are enough" {
  given office.review("offer", "Ada") returns 9 takes 1s
  given office.review("offer", "Grace") returns 6 takes 2s
  given office.review("offer", "Edith") returns 7 takes 29s
  when  DynamicPartialJoin("offer", ["Ada", "Grace", "Edith"], 15)
  then  called office.mail once
  then  within 2s
}

test "36 dynamic partial join: three bad ones are all waited for" {
  given office.review("offer", "Ada") returns 1 takes 1s
  given office.review("offer", "Grace") returns 1 takes 2s
  given office.review("offer", "Edith") returns 1 takes 9s
  when  DynamicPartialJoin("offer", ["Ada", "Grace", "Edith"], 15)
  when  advance 8s
  then  never called office.mail
  when  advance 2s
  then  called office.mail once
}
