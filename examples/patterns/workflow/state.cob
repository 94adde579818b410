package workflow

/// 16 Deferred choice: what happens first outside takes the branch, and takes the others away.
process DeferredChoice(paper: string) {
  select {
    on ChangeWanted as c where c.paper == paper { call office.print(paper) }
    on Withdrawn as w where w.paper == paper { call office.shred(paper) }
    after 2d { call office.mail(paper) }
  }
}

test "16 deferred choice: who comes second comes too late" {
  when DeferredChoice("offer")
  when publish ChangeWanted { paper: "offer" }
  when publish Withdrawn { paper: "offer" }
  when advance 3d
  then called office.print once
  then never called office.shred
  then never called office.mail
}

test "16 deferred choice: the other may come first" {
  when DeferredChoice("offer")
  when publish Withdrawn { paper: "offer" }
  when publish ChangeWanted { paper: "offer" }
  when advance 3d
  then called office.shred once
  then never called office.print
  then never called office.mail
}

test "16 deferred choice: when nobody comes, time does" {
  when DeferredChoice("offer")
  then called office.mail once
  then never called office.print
}

/// 17 Interleaved parallel routing: in any order that keeps the partial one, and never two at a time.
process InterleavedParallelRouting(paper: string) {
  interleave {
    branch sign after print { call office.sign(paper) }
    branch print { call office.print(paper) }
    branch stamp { call office.stamp(paper) }
  }
}

test "17 interleaved parallel routing: three seconds of work take three seconds, and signing comes after printing" {
  given office.print takes 1s
  given office.sign takes 1s
  given office.stamp takes 1s
  when  InterleavedParallelRouting("offer")
  when  advance 2800ms
  then  waits
  then  called office.print before office.sign
  when  advance 300ms
  then  called office.stamp once
  then  within 3s
}

/// 18 Milestone: something can be done only while the process is in a state, and no longer when it has left it.
process Milestone(paper: string) {
  parallel {
    branch text {
      scope open {
        milestone changeable
        wait 2d
      }
      call office.print(paper)
    }
    branch changes {
      select {
        on ChangeWanted as c where c.paper == paper {
          during changeable { call office.sign(paper) } else { call office.shred("the change of ${paper}") }
        }
        after 9d { progress "nothing was changed" }
      }
    }
  }
}

test "18 milestone: in time" {
  when Milestone("offer")
  when advance 1d
  then never called office.print
  when publish ChangeWanted { paper: "offer" }
  then called office.sign once
  then never called office.shred
  then called office.print once
  then within 2d
}

test "18 milestone: late by seconds, while what comes behind it is under way" {
  given office.print takes 20s
  when  Milestone("offer")
  when  advance 2d
  when  advance 10s
  when  publish ChangeWanted { paper: "offer" }
  when  advance 1s
  then  never called office.sign
  then  called office.shred once
  then  waits
}

test "18 milestone: nobody wants anything" {
  when Milestone("offer")
  when advance 10d
  then never called office.sign
  then never called office.shred
  then within 9d
}

test "18 milestone: too late" {
  when Milestone("offer")
  when advance 3d
  when publish ChangeWanted { paper: "offer" }
  then never called office.sign
  then called office.shred once
}

/// 39 Critical section: two regions of the process are never in it at once.
process CriticalSection(paper: string) {
  parallel {
    branch front {
      call office.stamp(paper)
      critical printer { call office.print("front of ${paper}") }
    }
    branch back {
      call office.sign(paper)
      critical printer { call office.print("back of ${paper}") }
    }
  }
}

test "39 critical section: there is one printer" {
  given office.stamp takes 1s
  given office.sign takes 2s
  given office.print takes 5s
  when  CriticalSection("offer")
  when  advance 500ms
  then  called office.stamp once
  then  called office.sign once
  then  never called office.print
  when  advance 3s
  then  called office.print once
  when  advance 4s
  then  called office.print 2 times
  when  advance 10s
  then  within 11s
}

/// 40 Interleaved routing: all, each once, in any order, and never two at a time.
process InterleavedRouting(paper: string) {
  interleave {
    branch sign  { call office.sign(paper) }
    branch stamp { call office.stamp(paper) }
  }
  call office.mail(paper)
}

test "40 interleaved routing: the second begins when the first has ended" {
  given office.sign takes 10s
  given office.stamp takes 10s
  when  InterleavedRouting("offer")
  when  advance 9s
  then  called office.sign once
  then  never called office.stamp
  when  advance 10s
  then  called office.stamp once
  then  never called office.mail
  when  advance 2s
  then  called office.mail once
  then  within 20s
}
