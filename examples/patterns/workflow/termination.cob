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
  when ImplicitTermination("offer")
  when advance 2d
  then called office.mail once
  then waits
  when advance 2d
  then called office.archive once
  then within 3d
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
  when  publish Urged { paper: "offer" }
  then  returns "somebody fetched it"
  then  never called office.shred
}
