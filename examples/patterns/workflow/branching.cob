package workflow

/// 6 Multi-choice: as many branches as there are conditions that hold.
/// 7 Structured synchronizing merge: those that were taken are waited for, and no others.
process MultiChoice(paper: string, secret: bool, foreign: bool) {
  parallel {
    branch seal when secret     { call office.stamp(paper) }
    branch confirm when foreign { call office.sign(paper) }
  }
  call office.mail(paper)
}

test "6 multi-choice: both, side by side" {
  given office.stamp takes 1s
  given office.sign takes 1s
  when  MultiChoice("treaty", true, true)
  then  called office.stamp once
  then  called office.sign once
  then  within 1s
}

test "6 multi-choice: one, the other, and none" {
  when MultiChoice("memo", true, false)
  then called office.stamp("memo") once
  then never called office.sign
  when MultiChoice("letter", false, true)
  then never called office.stamp("letter")
  then called office.sign("letter") once
  when MultiChoice("note", false, false)
  then called office.mail("note") once
  then called office.stamp once
  then called office.sign once
}

test "7 structured synchronizing merge: what was not taken is not waited for, what was taken is" {
  given office.sign takes 29s
  given office.stamp takes 2s
  when  MultiChoice("memo", true, false)
  when  advance 3s
  then  order office.stamp, office.mail
  then  within 2s
  when  MultiChoice("treaty", true, true)
  when  advance 28s
  then  never called office.mail("treaty")
  when  advance 2s
  then  called office.mail("treaty") once
}

/// 8 Multi-merge: every branch that arrives does what follows, once, without waiting for the others. What follows is
/// a process of its own.
process MultiMerge(paper: string) {
  parallel {
    branch draft {
      call office.print(paper)
      call Finish("draft of ${paper}")
    }
    branch fair {
      call office.sign(paper)
      call Finish("fair copy of ${paper}")
    }
  }
}

process Finish(paper: string) {
  call office.mail(paper)
}

test "8 multi-merge: once per branch, the fast one before the slow one" {
  given office.print takes 2s
  given office.sign takes 1s
  given office.mail takes 100ms
  when  MultiMerge("offer")
  when  advance 500ms
  then  never called office.mail
  when  advance 550ms
  then  called office.mail("fair copy of offer") once
  when  advance 1s
  then  called office.mail("fair copy of offer") before office.mail("draft of offer")
  then  called office.mail 2 times
  then  waits
  when  advance 1s
  then  within 2100ms
}

test "8 multi-merge: it is over when the last branch has done what follows" {
  given office.mail("fair copy of offer") takes 5s
  when  MultiMerge("offer")
  when  advance 4s
  then  called office.mail 2 times
  then  waits
}

/// 9 Structured discriminator: the first branch that ends lets what follows begin; the others run on, and nothing
/// happens when they end.
process StructuredDiscriminator(paper: string) {
  parallel {
    branch ada   { call office.review(paper, "Ada") }
    branch grace { call office.review(paper, "Grace") }
  } join any keep
  call office.mail(paper)
}

test "9 structured discriminator: the first is enough, the second is not stopped, and nothing comes of it" {
  given office.review("offer", "Ada") returns 9 takes 1s
  given office.review("offer", "Grace") returns 7 takes 2s
  when  StructuredDiscriminator("offer")
  when  advance 500ms
  then  never called office.mail
  when  advance 1s
  then  called office.mail once
  then  waits
  when  advance 1s
  then  called office.mail once
  then  within 2s
}

/// 28 Blocking discriminator: as 9, and the next round waits until every branch of the round before has ended.
process BlockingDiscriminator(papers: [string]) {
  for paper in papers {
    parallel {
      branch ada   { call office.review(paper, "Ada") }
      branch grace { call office.review(paper, "Grace") }
    } join any keep
    call office.mail(paper)
  }
}

test "28 blocking discriminator: the second paper waits for the slow reader of the first" {
  given office.review("one", "Ada") returns 9 takes 1s
  given office.review("one", "Grace") returns 7 takes 3s
  given office.review("two", "Ada") returns 9 takes 1s
  given office.review("two", "Grace") returns 7 takes 3s
  when  BlockingDiscriminator(["one", "two"])
  when  advance 500ms
  then  never called office.mail
  when  advance 1500ms
  then  called office.mail("one") once
  then  never called office.review("two", "Ada")
  when  advance 1500ms
  then  called office.review("two", "Ada") once
  then  never called office.mail("two")
  when  advance 3s
  then  called office.mail("two") once
  then  within 6s
}

/// 29 Cancelling discriminator: the first branch that ends lets what follows begin, and the others are withdrawn.
process CancellingDiscriminator(paper: string) {
  let mark = 0
  race {
    branch ada {
      let m = call office.review(paper, "Ada")
      mark = m
    }
    branch grace {
      let m = call office.review(paper, "Grace")
      mark = m
    }
  }
  if mark > 5 { call office.mail(paper) }
}

test "29 cancelling discriminator: nobody waits for the second reader" {
  given office.review("offer", "Ada") returns 6 takes 1s
  given office.review("offer", "Grace") returns 2 takes 29s
  when  CancellingDiscriminator("offer")
  then  called office.mail once
  then  within 1s
}

test "29 cancelling discriminator: whoever is first decides alone" {
  given office.review("offer", "Ada") returns 2 takes 29s
  given office.review("offer", "Grace") returns 6 takes 1s
  given office.review("bill", "Ada") returns 9 takes 29s
  given office.review("bill", "Grace") returns 5 takes 1s
  when  CancellingDiscriminator("offer")
  when  CancellingDiscriminator("bill")
  then  called office.mail("offer") once
  then  never called office.mail("bill")
  then  within 1s
}

/// 30 Structured partial join: two of three branches let what follows begin; the third runs on.
process StructuredPartialJoin(paper: string) {
  parallel {
    branch ada   { call office.review(paper, "Ada") }
    branch grace { call office.review(paper, "Grace") }
    branch edith { call office.review(paper, "Edith") }
  } join 2 keep
  call office.mail(paper)
}

test "30 structured partial join: two are enough, and the third is not stopped" {
  given office.review("offer", "Ada") returns 9 takes 1s
  given office.review("offer", "Grace") returns 7 takes 2s
  given office.review("offer", "Edith") returns 8 takes 5s
  when  StructuredPartialJoin("offer")
  when  advance 1500ms
  then  called office.review 3 times
  then  never called office.mail
  when  advance 1s
  then  called office.mail once
  then  waits
  when  advance 3s
  then  called office.mail once
  then  within 5s
}

/// 31 Blocking partial join: as 30, and the next round waits until every branch of the round before has ended.
process BlockingPartialJoin(papers: [string]) {
  for paper in papers {
    parallel {
      branch ada   { call office.review(paper, "Ada") }
      branch grace { call office.review(paper, "Grace") }
      branch edith { call office.review(paper, "Edith") }
    } join 2 keep
    call office.mail(paper)
  }
}

test "31 blocking partial join: the round begins anew when the third has ended" {
  given office.review("one", "Ada") returns 9 takes 1s
  given office.review("one", "Grace") returns 7 takes 2s
  given office.review("one", "Edith") returns 8 takes 5s
  given office.review returns 6 takes 1s
  when  BlockingPartialJoin(["one", "two"])
  when  advance 1500ms
  then  called office.review 3 times
  then  never called office.mail
  when  advance 2500ms
  then  called office.mail("one") once
  then  never called office.review("two", "Ada")
  when  advance 1500ms
  then  called office.review("two", "Ada") once
}

/// 32 Cancelling partial join: two of three branches let what follows begin; the third is withdrawn.
process CancellingPartialJoin(paper: string) {
  parallel {
    branch ada   { call office.review(paper, "Ada") }
    branch grace { call office.review(paper, "Grace") }
    branch edith { call office.review(paper, "Edith") }
  } join 2 cancel
  call office.mail(paper)
}

test "32 cancelling partial join: a quorum of two, and nobody waits for the third" {
  given office.review("offer", "Ada") returns 9 takes 1s
  given office.review("offer", "Grace") returns 7 takes 2s
  given office.review("offer", "Edith") returns 7 takes 29s
  when  CancellingPartialJoin("offer")
  when  advance 1500ms
  then  called office.review 3 times
  then  never called office.mail
  when  advance 1s
  then  called office.mail once
  then  within 2s
}

/// 33 Generalised AND-join: what follows begins whenever there is a front and a back, however many of either came
/// before; what came early is kept.
process GeneralisedAndJoin(paper: string, sheets: int) {
  for sheet in 1..sheets {
    parallel {
      branch front { select { on FrontPrinted as f where f.paper == paper { progress "front ${f.sheet}" } } }
      branch back  { select { on BackPrinted as b where b.paper == paper { progress "back ${b.sheet}" } } }
    } join all
    call office.stamp("${paper}, sheet ${sheet}")
  }
}

test "33 generalised AND-join: two fronts and one back make one sheet, and the second front waits for its back" {
  when GeneralisedAndJoin("flyer", 2)
  when publish FrontPrinted { paper: "flyer", sheet: 1 }
  when publish FrontPrinted { paper: "flyer", sheet: 2 }
  then never called office.stamp
  when publish BackPrinted { paper: "flyer", sheet: 1 }
  then called office.stamp("flyer, sheet 1") once
  then never called office.stamp("flyer, sheet 2")
  when publish BackPrinted { paper: "flyer", sheet: 2 }
  then called office.stamp("flyer, sheet 2") once
}

test "33 generalised AND-join: backs may come first" {
  when GeneralisedAndJoin("flyer", 2)
  when publish BackPrinted { paper: "flyer", sheet: 1 }
  when publish BackPrinted { paper: "flyer", sheet: 2 }
  then progress "back 1"
  then never called office.stamp
  when publish FrontPrinted { paper: "flyer", sheet: 1 }
  when publish FrontPrinted { paper: "flyer", sheet: 2 }
  then called office.stamp 2 times
}

/// 37 Local synchronizing merge: whether a branch still comes is known where it begins, also in branches within branches.
process LocalSynchronizingMerge(paper: string, secret: bool, foreign: bool, urgent: bool) {
  parallel {
    branch inside when secret { call office.stamp(paper) }
    branch outside when foreign {
      parallel {
        branch confirm { call office.sign(paper) }
        branch hurry when urgent { call office.print(paper) }
      }
    }
  }
  call office.mail(paper)
}

test "37 local synchronizing merge: what was taken two levels down is waited for, once" {
  given office.stamp takes 2s
  given office.sign takes 1s
  given office.print takes 4s
  when  LocalSynchronizingMerge("treaty", true, true, true)
  when  advance 3s
  then  called office.stamp once
  then  called office.sign once
  then  never called office.mail
  when  advance 2s
  then  called office.mail once
  then  within 4s
}

test "37 local synchronizing merge: what was not taken is not waited for, on either level" {
  when LocalSynchronizingMerge("treaty", false, true, false)
  then called office.sign("treaty") once
  then never called office.stamp
  then never called office.print
  when LocalSynchronizingMerge("memo", true, false, true)
  then called office.stamp("memo") once
  then called office.sign once
  then never called office.print
  then called office.mail("memo") once
}

/// 38 General synchronizing merge: a branch may go in cycles, and is waited for as long as it can still arrive. The
/// merge knows it from the structure: a branch can arrive until it has ended, whatever its machine does meanwhile.
process GeneralSynchronizingMerge(paper: string, secret: bool) {
  parallel {
    branch seal when secret { call office.stamp(paper) }
    branch text {
      machine {
        state written {
          call office.print(paper)
          on ChangeWanted as c where c.paper == paper goto written
          on Urged as u where u.paper == paper goto done
          after 1d goto done
        }
        state done { }
      }
    }
  }
  call office.mail(paper)
}

test "38 general synchronizing merge: every change is waited for" {
  given office.stamp takes 20s
  when  GeneralSynchronizingMerge("treaty", true)
  when  advance 10s
  then  called office.stamp once
  then  called office.print once
  when  advance 20h
  when  publish ChangeWanted { paper: "treaty" }
  when  advance 20h
  then  never called office.mail
  when  advance 5h
  then  called office.mail once
  then  called office.print 2 times
}

test "38 general synchronizing merge: a cycle that was left is not waited for" {
  when GeneralSynchronizingMerge("memo", false)
  when publish Urged { paper: "memo" }
  then never called office.stamp
  then called office.print once
  then called office.mail once
  then within 1s
}

/// 42 Thread split: one thread becomes as many as are asked for.
/// 41 Thread merge: so many threads become one again.
process ThreadSplitAndMerge(paper: string, copies: int) {
  for n in 1..copies parallel {
    call office.print("${paper}, copy ${n}")
    call office.stamp("${paper}, copy ${n}")
  } join copies
  call office.mail(paper)
}

test "42 thread split: each thread goes its own way" {
  given office.print("offer, copy 1") takes 3s
  when  ThreadSplitAndMerge("offer", 3)
  then  called office.stamp("offer, copy 3") before office.stamp("offer, copy 1")
  then  called office.stamp 3 times
  then  called office.print("offer, copy 1") before office.stamp("offer, copy 1")
}

test "41 thread merge: three become one" {
  given office.print("offer, copy 2") takes 3s
  when  ThreadSplitAndMerge("offer", 3)
  when  advance 2s
  then  never called office.mail
  when  advance 2s
  then  called office.mail once
}
