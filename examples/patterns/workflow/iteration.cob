package workflow

/// 10 Arbitrary cycles: loops with more than one way in and more than one way out.
process ArbitraryCycles(paper: string) {
  machine {
    limit: 50
    state written {
      call office.print(paper)
      goto read
    }
    state read {
      on ChangeWanted as c where c.paper == paper goto written
      on Withdrawn as w where w.paper == paper goto dropped
      on Urged as u where u.paper == paper goto signed
      after 3d goto signed
    }
    state signed {
      call office.sign(paper)
      on ChangeWanted as c where c.paper == paper goto written
      after 1d goto sent
    }
    state dropped { call office.shred(paper) }
    state sent { call office.mail(paper) }
  }
}

test "10 arbitrary cycles: back from reading, and back from signing" {
  when ArbitraryCycles("offer")
  when publish ChangeWanted { paper: "offer" }
  when publish Urged { paper: "offer" }
  when advance 2h
  when publish ChangeWanted { paper: "offer" }
  when advance 30d
  then called office.print 3 times
  then called office.sign 2 times
  then called office.mail once
  then never called office.shred
}

test "10 arbitrary cycles: the other way out" {
  when ArbitraryCycles("offer")
  when publish Withdrawn { paper: "offer" }
  then called office.shred once
  then never called office.sign
}

/// 21 Structured loop: as long as a condition holds, asked before each round.
process StructuredLoop(paper: string, wanted: int) {
  let mark = 0
  let round = 1
  while mark < wanted {
    call office.print("${paper}, version ${round}")
    let given_mark = call office.review(paper, "Ada")
    mark = given_mark
    round = round + 1
  }
  call office.mail(paper)
}

test "21 structured loop: until it is good" {
  given office.review returns 2 takes 1s
  given office.review returns 4
  given office.review returns 9
  when  StructuredLoop("offer", 8)
  when  advance 500ms
  then  called office.print("offer, version 1") once
  when  advance 1s
  then  called office.print 3 times
  then  called office.print("offer, version 2") before office.print("offer, version 3")
  then  called office.print("offer, version 3") before office.mail("offer")
  then  called office.mail once
}

test "21 structured loop: not at all" {
  when StructuredLoop("offer", 0)
  then never called office.print
  then called office.mail once
}

/// 22 Recursion: a process calls itself, and what it makes is made of what its children made.
process Recursion(first: int, last: int) -> int {
  if first == last {
    call office.print("page ${first}")
    return 1
  }
  let middle = (first + last) / 2
  let left = call Recursion(first, middle)
  let right = call Recursion(middle + 1, last)
  return left + right
}

test "22 recursion: every page once, and in their order" {
  when Recursion(1, 5)
  then returns 5
  then called office.print 5 times
  then order office.print("page 1"), office.print("page 2"), office.print("page 3"), office.print("page 4"), office.print("page 5")
}
