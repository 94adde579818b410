package workflow

/// 11 Implicit termination: the process is over when nothing of it is left to do.
process ImplicitTermination(paper: string) {
  parallel {
    branch post { call office.mail(paper) }
    branch file {
      wait 3d
      call office.archive(paper)
    }
  } join any keep
}

test "11 implicit termination: not before the last thread has ended" {
  given office.mail takes 20s
  when  ImplicitTermination("offer")
  when  advance 2d
  then  called office.mail once
  then  never called office.archive
  then  waits
  when  advance 2d
  then  called office.archive once
  then  within 3d
}

/// 43 Explicit termination: when one thread comes here, the whole process is over, and well.
process ExplicitTermination(paper: string) -> string {
  parallel {
    branch post { call office.mail(paper) }
    branch watch {
      select {
        on Urged as u where u.paper == paper { end "somebody fetched it" }
        after 7d { progress "nobody came" }
      }
    }
  }
  return "mailed"
}

test "43 explicit termination: nothing is waited for, and nothing undone" {
  given office.mail takes 29s
  when  ExplicitTermination("offer")
  then  called office.mail once
  when  publish Urged { paper: "offer" }
  when  advance 1s
  then  returns "somebody fetched it"
  then  never called office.shred
}

test "43 explicit termination: where no thread comes there, all are waited for" {
  when ExplicitTermination("offer")
  when advance 6d
  then waits
  then never ran return
  when advance 2d
  then returns "mailed"
  then within 7d
}
