package workflow

/// 1 Sequence: a step begins when the one before it has ended.
process Sequence(paper: string) {
  call office.print(paper)
  call office.sign(paper)
  call office.mail(paper)
}

test "1 sequence: each after the one before, and what is not signed is not mailed" {
  given office.print takes 3s
  given office.sign takes 3s once
  given office.sign rejects "the pen is empty"
  when  Sequence("offer")
  when  advance 4s
  then  order office.print, office.sign
  then  never called office.mail
  when  advance 3s
  then  called office.mail once
  when  Sequence("bill")
  when  advance 4s
  then  fails std.Rejected
  then  never called office.mail("bill")
}

/// 2 Parallel split: one thread becomes several.
process ParallelSplit(paper: string) {
  parallel {
    branch post { call office.mail(paper) }
    branch file { call office.archive(paper) }
  }
}

test "2 parallel split: the branches do not wait for each other" {
  given office.mail takes 1s
  given office.archive takes 1s
  when  ParallelSplit("offer")
  then  called office.mail("offer") once
  then  called office.archive("offer") once
  then  within 1s
}

/// 3 Synchronization: what follows begins when all branches have ended.
process Synchronization(paper: string) {
  parallel {
    branch first  { call office.sign(paper) }
    branch second { call office.stamp(paper) }
  } join all
  call office.mail(paper)
}

test "3 synchronization: the slowest branch is waited for, and they do not wait for each other" {
  given office.sign takes 2s
  given office.stamp takes 29s
  when  Synchronization("offer")
  when  advance 3s
  then  called office.sign once
  then  never called office.mail
  when  advance 27s
  then  called office.mail once
  then  within 29s
}

/// 4 Exclusive choice: exactly one of several branches is taken, by a condition.
/// 5 Simple merge: what follows begins when the one that was taken has ended; nothing is waited for.
process ExclusiveChoice(paper: string, pages: int) {
  match pages {
    0     => call office.shred(paper)
    1..20 => call office.print(paper)
    else  => call office.archive(paper)
  }
  call office.mail(paper)
}

test "4 exclusive choice: one branch, and no other" {
  when ExclusiveChoice("offer", 20)
  then called office.print once
  then never called office.archive
  then never called office.shred
  when ExclusiveChoice("card", 1)
  then called office.print("card") once
  when ExclusiveChoice("nothing", 0)
  then called office.shred("nothing") once
  then called office.print 2 times
}

test "5 simple merge: what follows is done once, whichever branch was taken" {
  when ExclusiveChoice("book", 21)
  then order office.archive, office.mail
  then called office.mail once
}
