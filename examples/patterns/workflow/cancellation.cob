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
  when  publish Withdrawn { paper: "offer" }
  when  advance 1s
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
  when  publish Withdrawn { paper: "offer" }
  then  cancelled
  then  called office.shred once
  then  never called office.mail
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
