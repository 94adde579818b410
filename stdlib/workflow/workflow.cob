/// What people decide and how cases end: the types that most workflows need, so that packages that work together mean
/// the same, and processes that ask people, to be called from others. Whom they ask is named with each call.
package workflow

import "std/policy"

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

/// How a vote ended: how many were for it and against it until that was clear, and whether enough were for it.
type Votes {
  yes:      int where yes >= 0
  no:       int where no >= 0
  accepted: bool
}

/// How far a case is.
enum Stage { received, examined, decided, closed }

/// A remark in the file of a case.
type Note {
  at:   timestamp
  by:   string @personal
  text: string
}

/// What is known of a case by whoever asks.
type Case {
  id:      string where len(id) > 0
  stage:   Stage
  opened:  timestamp
  changed: timestamp
  notes:   [Note]
}

/// Nobody did it in time.
fault Late { what: string }

/// Somebody with the right to do so said no.
fault Refused { reason: string }

/// It is no longer wanted.
fault Withdrawn { by: string @personal }

/// Who may decide whatever is asked here; whom a call names may do it as well.
role approver { groups: ["approvers"] }

/// Asks the members of groups for one decision, and reminds them every day. Late where nobody decided in time.
process Approve(what: json @personal, groups: [string], due: duration where due > 0s) -> Decision raises Late {
  let decision = Decision { approved: false, note: "" }
  let late = false
  race {
    branch ask {
      let given: Decision = task approve(what) {
        role:   approver
        groups: groups
        remind: every 1d
      }
      decision = given
    }
    branch due {
      wait due
      late = true
    }
  }
  if late { fail Late { what: "a decision" } }
  return decision
}

/// Asks the members of groups for one decision, and after some time those of others as well, such as the superiors. Whoever is
/// first decides. Late where nobody decided in time.
process ApproveOrEscalate(what: json @personal, groups: [string], superiors: [string], patience: duration where patience > 0s, due: duration where due > 0s) -> Decision raises Late {
  let decision = Decision { approved: false, note: "" }
  let late = false
  race {
    branch ask {
      let given: Decision = task approve(what) {
        role:   approver
        groups: groups
      }
      decision = given
    }
    branch escalate {
      wait patience
      let given: Decision = task decide(what) {
        role:     approver
        groups:   superiors
        priority: 80
      }
      decision = given
    }
    branch due {
      wait due
      late = true
    }
  }
  if late { fail Late { what: "a decision" } }
  return decision
}

/// Asks for two decisions at once, and nobody makes both. The first no is enough. Late where they were not made in time.
process ApproveByTwo(what: json @personal, groups: [string], due: duration where due > 0s) -> FourEyes raises Late, Refused {
  policy: policy.four_eyes
  let given: [Decision] = []
  let late = true
  race {
    branch ask {
      for n in 1..2 parallel {
        let decision: Decision = task approve(what) {
          role:   approver
          groups: groups
        }
        given = given + [decision]
      } join when any(given, d => !d.approved) cancel
      late = false
    }
    branch due { wait due }
  }
  if late { fail Late { what: "the decisions of two" } }
  let no = find(given, d => !d.approved)
  if no != null { fail Refused { reason: no.note } }
  return { first: given[0], second: given[1] }
}

/// Lets so many members of groups vote, each once, until it is clear whether as many as are needed are for it. Late where that
/// was not clear in time.
process Vote(what: json @personal, groups: [string], voters: int where voters in 1..100, needed: int where needed in 1..100, due: duration where due > 0s) -> Votes raises Late {
  policy: policy.four_eyes
  let yes = 0
  let no = 0
  let late = true
  race {
    branch ask {
      for n in 1..voters parallel {
        let ballot: Decision = task vote(what) {
          role:   approver
          groups: groups
        }
        yes = yes + (ballot.approved ? 1 : 0)
        no = no + (ballot.approved ? 0 : 1)
      } join when yes >= needed || no > voters - needed cancel
      late = false
    }
    branch due { wait due }
  }
  if late { fail Late { what: "the vote" } }
  return { yes: yes, no: no, accepted: yes >= needed }
}

process _Open(case: Case) -> Stage raises Withdrawn {
  if case.stage == Stage.closed { fail Withdrawn { by: case.notes[0].by } }
  return case.stage
}

channel _decisions: queue of Decision { dead_letter: _refused, invalid: _refused }
channel _results: queue of Votes { dead_letter: _refused, invalid: _refused }
channel _cases: queue of Case { dead_letter: _refused, invalid: _refused }
channel _refused: queue of json

test "nobody reads more than four thousand letters" {
  when send _decisions({ approved: true, note: join(range(1, 4000).map(n => "x"), "") })
  then never sent _refused
  when send _decisions({ approved: true, note: join(range(1, 4001).map(n => "x"), "") })
  then sent _refused once
}

test "votes are counted, and cases have a name" {
  when send _results({ yes: 0, no: 0, accepted: false })
  then never sent _refused
  when send _results({ yes: -1, no: 0, accepted: false })
  then sent _refused once
  when send _results({ yes: 0, no: -1, accepted: false })
  then sent _refused 2 times
  when send _cases({ id: "", stage: Stage.received, opened: 2026-01-01T00:00:00Z, changed: 2026-01-01T00:00:00Z, notes: [] })
  then sent _refused 3 times
}

test "one decides" {
  when Approve("a car", ["drivers"], 7d)
  when advance 3d
  when complete task approve { approved: true, note: "go" } by "ada"
  then returns { approved: true, note: "go" }
}

test "nobody decides" {
  when Approve("a car", ["drivers"], 7d)
  then fails Late { what: "a decision" }
  then task approve was open
  then within 7d
}

test "a superior is asked later, and decides" {
  when ApproveOrEscalate("a car", ["drivers"], ["heads"], 2d, 7d)
  when advance 47h
  then never ran "given#2"
  when advance 1h
  then task decide is open
  then task approve is open
  when complete task decide { approved: false, note: "walk" } by "eve"
  then returns { approved: false, note: "walk" }
  then within 2d
}

test "nobody decides, not even a superior" {
  when ApproveOrEscalate("a car", ["drivers"], ["heads"], 2d, 7d)
  then fails Late
  then within 7d
}

test "four eyes see more than two" {
  when ApproveByTwo("a car", ["drivers"], 7d)
  when complete task approve { approved: true, note: "go" } by "ada"
  when complete task approve { approved: true, note: "go" } by "ada"
  then refused "four eyes"
  when complete task approve { approved: true, note: "well" } by "eve"
  then returns { first: { approved: true, note: "go" }, second: { approved: true, note: "well" } }
}

test "the first no is enough" {
  when ApproveByTwo("a car", ["drivers"], 7d)
  when complete task approve { approved: false, note: "no" } by "eve"
  then fails Refused { reason: "no" }
}

test "two eyes are not enough" {
  when ApproveByTwo("a car", ["drivers"], 7d)
  when complete task approve { approved: true, note: "go" } by "ada"
  then fails Late { what: "the decisions of two" }
}

test "two of three are for it" {
  when Vote("a car", ["drivers"], 3, 2, 7d)
  when complete task vote { approved: true, note: "" } by "ada"
  when complete task vote { approved: true, note: "" } by "ada"
  then refused "four eyes"
  when complete task vote { approved: false, note: "" } by "eve"
  when complete task vote { approved: true, note: "" } by "max"
  then returns { yes: 2, no: 1, accepted: true }
}

test "two of three are against it, and the third need not vote" {
  when Vote("a car", ["drivers"], 3, 2, 7d)
  when complete task vote { approved: false, note: "" } by "ada"
  when complete task vote { approved: false, note: "" } by "eve"
  then returns { yes: 0, no: 2, accepted: false }
}

test "a vote that nobody ends" {
  when Vote("a car", ["drivers"], 3, 2, 7d)
  when complete task vote { approved: true, note: "" } by "ada"
  then fails Late { what: "the vote" }
}

test "a case" {
  when _Open({ id: "c-1", stage: Stage.examined, opened: 2026-01-01T00:00:00Z, changed: 2026-01-02T00:00:00Z, notes: [] })
  then returns Stage.examined
}

test "a case that nobody wants any more" {
  when _Open({ id: "c-1", stage: Stage.closed, opened: 2026-01-01T00:00:00Z, changed: 2026-01-02T00:00:00Z, notes: [{ at: 2026-01-02T00:00:00Z, by: "ada", text: "sold" }] })
  then fails Withdrawn { by: "ada" }
}
