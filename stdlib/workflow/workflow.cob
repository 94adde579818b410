/// What people decide and how cases end: the types that most workflows need, so that
/// packages that work together mean the same.
package workflow

/// Says something about a person who can be known by it.
label personal

/// What somebody decided in a task.
type Decision {
  approved: bool
  note:     string where len(note) <= 4000
}

/// What two people decided, each without the other: four eyes.
type FourEyes {
  first:  Decision
  second: Decision
}

/// How far a case is.
enum Stage { received, examined, decided, closed }

/// A remark in the file of a case.
type Note {
  at:   timestamp
  by:   string @personal
  text: string
}

/// Nobody did it in time.
fault Late { what: string }

/// Somebody with the right to do so said no.
fault Refused { reason: string }

/// It is no longer wanted.
fault Withdrawn { by: string @personal }

process _Example(d: FourEyes) -> bool raises Refused {
  if !d.first.approved { fail Refused { reason: d.first.note } }
  return d.second.approved
}

test "four eyes see more than two" {
  when _Example({ first: { approved: true, note: "" }, second: { approved: false, note: "no" } })
  then returns false
}

test "the first no is enough" {
  when _Example({ first: { approved: false, note: "no" }, second: { approved: true, note: "" } })
  then fails Refused { reason: "no" }
}
