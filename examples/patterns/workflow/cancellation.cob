package workflow

/// 19 Cancel task: one step is withdrawn, and the process goes on behind it.
process CancelTask(paper: string) {
  parallel {
    branch text {
      let mark = call office.review(paper, "Ada") { compensate { } }
      progress "${mark}"
    }
    branch watch {
      select {
        on Withdrawn as w where w.paper == paper { cancel text }
        after 7d { progress "nobody withdrew it" }
      }
    }
  }
  call office.archive(paper)
}

test "19 cancel task: what was withdrawn is not waited for, and what follows is done" {
  given office.review returns 7 takes 29s
  when  CancelTask("offer")
  then  called office.review once
  then  never called office.archive
  when  publish Withdrawn { paper: "offer" }
  when  advance 1s
  then  called office.archive once
}

test "19 cancel task: what nobody withdraws is done" {
  given office.review returns 7 takes 29s
  when  CancelTask("offer")
  when  advance 1m
  then  progress "7"
  then  never called office.archive
  when  advance 7d
  then  called office.archive once
}

/// 20 Cancel case: the whole process is stopped, and what it did is undone.
process CancelCase(paper: string) {
  call office.print(paper) { compensate { call office.shred(paper) } }
  parallel {
    branch text { call office.review(paper, "Ada") }
    branch watch {
      select {
        on Withdrawn as w where w.paper == paper { cancel process }
        after 7d { progress "nobody withdrew it" }
      }
    }
  }
  call office.mail(paper)
}

test "20 cancel case: nothing is left of it" {
  given office.review returns 7 takes 29s
  when  CancelCase("offer")
  then  called office.review once
  when  publish Withdrawn { paper: "offer" }
  when  advance 1s
  then  cancelled
  then  called office.shred once
  then  never called office.mail
}

test "20 cancel case: what nobody withdraws goes its way" {
  given office.review returns 7 takes 29s
  when  CancelCase("offer")
  when  advance 1m
  then  never called office.mail
  when  advance 7d
  then  called office.mail once
  then  never undone
}

/// 25 Cancel region: a set of steps is withdrawn, wherever in it the process is; what is outside of it goes on.
process CancelRegion(paper: string) {
  parallel {
    branch making {
      scope region {
        call office.print(paper) { compensate { call office.shred(paper) } }
        parallel {
          branch ada   { call office.review(paper, "Ada") }
          branch grace { call office.review(paper, "Grace") }
        }
        call office.mail(paper)
      }
    }
    branch outside {
      wait 1d
      call office.archive(paper)
    }
    branch watch {
      select {
        on Withdrawn as w where w.paper == paper { cancel region }
        after 7d { progress "nobody withdrew it" }
      }
    }
  }
}

test "25 cancel region: what is in it stops and is undone, what is outside goes on" {
  given office.review returns 7 takes 29s
  when  CancelRegion("offer")
  when  publish Withdrawn { paper: "offer" }
  then  called office.shred once
  then  never called office.archive
  when  advance 2d
  then  called office.archive once
  then  never called office.mail
}

test "25 cancel region: what nobody withdraws goes its way" {
  given office.review("offer", "Ada") returns 7 takes 10s
  given office.review("offer", "Grace") returns 7 takes 20s
  given office.review("bill", "Ada") returns 7 takes 20s
  given office.review("bill", "Grace") returns 7 takes 10s
  when  CancelRegion("bill")
  when  CancelRegion("offer")
  when  advance 15s
  then  never called office.mail
  when  advance 10s
  then  called office.mail("offer") once
  then  called office.mail("bill") once
  when  advance 7d
  then  called office.archive("offer") once
  then  never undone
  then  within 7d
}
