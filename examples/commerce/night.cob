package commerce

endpoint books: http {
  operation earned(day: string) -> [Charge] { get "/earned/${day}" }
  on paris { url: env.BOOKS_URL }
}

process Reconcile(day: string) {
  key:      day
  failover: continuity
  deadline: 20h

  let taken: [Charge] = []
  let earned: [Charge] = []
  parallel {
    branch outside { taken = call payments.settled(day) }
    branch inside  { earned = call books.earned(day) }
  }

  let missing = filter (taken, t => !any(earned, e => e.id == t.id && e.amount == t.amount))
  let extra = filter (earned, e => !any(taken, t => t.id == e.id))
  if len(missing) + len(extra) > 0 {
    let decision: Decision = task reconcile({ day, missing, extra }) {
      role:     accounting
      due:      12h
      escalate: to director after 4h
      else {
        send alerts(Alert { what: "the books of ${day} do not agree and nobody looks", order: null })
        return
      }
    }
    audit "reconciliation of ${day}: ${decision.note ?? "settled"}"
  }
  report reconciliation { format: json, to: archive.put }
}

/// The clocks of the ledger are those of Paris. On the night on which half past two does not exist the books are compared at half
/// past three; a night that was missed is made up for.
schedule nightly {
  every:   day at 02:30 in "Europe/Paris"
  overlap: wait
  missed:  run all
  dst_gap: shift
  start Reconcile(date(due - 1d))
}
