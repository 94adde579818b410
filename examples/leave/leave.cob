package leave

type Request  { id: string, employee: string, first_day: string, days: int where days in 1..30 }
type Decision { approved: bool, note: string? }
type Absence  { id: string }

fault Refused { reason: string }

cloud office { jurisdiction: "FR" }

endpoint calendar: http {
  operation enter(employee: string, first_day: string, days: int) -> Absence {
    post "/absences" { body: { employee: employee, first_day: first_day, days: days } }
  }
  operation remove(id: string) { delete "/absences/${id}", idempotent: true }
  on office { url: env.CALENDAR_URL }
}

role lead { groups: ["team-leads"] }

/// Somebody wants to stay at home. More than two days need the word of a team lead.
process Leave(request: Request) -> Absence raises Refused {
  key: request.id                    // the same request twice is the same instance

  let absence = call calendar.enter(request.employee, request.first_day, request.days) {
    compensate { call calendar.remove(absence.id) }
  }

  if request.days > 2 {
    let decision: Decision = task decide(request) {
      role: lead
      due:  3d
      else { fail Refused { reason: "nobody decided within three days" } }
    }
    if !decision.approved { fail Refused { reason: decision.note ?? "no reason given" } }
  }
  return absence
}

sample day: Request { id: "l-1", employee: "ada", first_day: "2026-12-24", days: 1 }
sample week: Request { id: "l-2", employee: "ada", first_day: "2026-12-21", days: 5 }

test "a day needs nobody" {
  given calendar.enter returns { id: "a-1" }
  when  Leave(day)
  then  returns { id: "a-1" }
  then  never called calendar.remove
}

test "when nobody decides, the calendar is as it was" {
  given calendar.enter returns { id: "a-2" }
  when  Leave(week)
  then  fails Refused { reason: "nobody decided within three days" }
  then  called calendar.remove("a-2") once
}
