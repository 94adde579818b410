package benefit

/// A claim from the application to the first payment. It may take a year, and the applicant may withdraw it all the time.
process Claim(application: Application) -> Award raises Refused, Withdrawn, Lapsed {
  key:      application.id
  sla:      statutory
  failover: careful
  policy:   confidential
  deadline: 365d
  search:   { region: application.region, benefit: application.benefit }
  retain:   3650d
  on breach { send overdue(Overdue { note: "claim ${application.id} takes longer than half a year" }) }

  let offered = call register.benefitsOf(application.region)
  let benefit = find(offered, b => b.code == application.benefit)
  if benefit == null {
    fail Refused { claim: application.id, reason: "${application.region} has no benefit ${application.benefit}" }
  }

  let dossier = Dossier { claim: application.id, evidence: [], opinions: [], assessed: null, rounds: 0 }
  parallel {
    branch work {
      dossier = call Inquire(application)
    }
    branch applicant {
      select {
        on Withdrawal as w where w.claim == application.id { fail Withdrawn { claim: application.id } }
        on Died as d where d.applicant == application.applicant.id { fail Withdrawn { claim: application.id } }
      }
    }
  } join any cancel

  let degree = dossier.assessed?.degree ?? 0
  if degree < benefit.degree {
    call letters.send(application.applicant.email, "Your claim ${application.id}", "The law asks for a degree of ${benefit.degree} percent.") { compensate { } }
    fail Refused { claim: application.id, reason: "the degree is too low" }
  }

  let award = Award { claim: application.id, benefit: benefit.code, monthly: benefit.monthly, months: benefit.months, from: now }
  call Approve(award, dossier.rounds)

  call letters.send(application.applicant.email, "Your claim ${application.id}", "From ${date(award.from)} you receive ${award.monthly} a month.")
  spawn Pay(award, application.applicant.iban, 1)
  audit "claim ${application.id}: ${award.benefit} awarded after ${dossier.rounds} rounds"
  report award { format: pdf, include: [data, path], to: archive.put }
  return award
}

/// Goes back and forth between the reviewer and whoever knows more, until the reviewer has seen enough.
process Inquire(application: Application) -> Dossier raises Lapsed {
  policy:   confidential
  failover: careful

  let review = Review { next: Next.evidence, note: "" }
  let evidence: [Evidence] = []
  let opinions: [Opinion] = []
  let rounds = 0
  let assessment: Assessment? = null

  machine inquiry {
    limit: 60

    state reviewing {
      rounds = rounds + 1
      if rounds > 12 { fail Lapsed { claim: application.id, waiting_for: "a decision of the reviewers" } }
      review = task review({ application, evidence, opinions }) {
        role:     physician
        due:      60d
        remind:   every 7d
        escalate: to senior after 21d
        else { fail Lapsed { claim: application.id, waiting_for: "a reviewer" } }
      }
      match review.next {
        Next.evidence    => goto asking
        Next.examination => goto examining
        Next.opinion     => goto consulting
        Next.decision    => goto assessing
      }
    }

    state asking {
      let ordered = call diagnostics.order(application.id, review.study ?? "imaging", application.applicant.name) {
        compensate { call diagnostics.withdraw(ordered.id) }
      }
      on EvidenceArrived as e where e.claim == application.id {
        evidence = evidence + [Evidence { study: e.study, at: e.at, text: e.text }]
        goto reviewing
      }
      after 120d { fail Lapsed { claim: application.id, waiting_for: "evidence" } }
    }

    state examining {
      let seen = call Examine(application)
      if seen != null { evidence = evidence + [seen] }
      goto reviewing
    }

    state consulting {
      let question = call experts.ask(application.id, evidence) {
        compensate { call experts.withdraw(question.id) }
      }
      on OpinionGiven as o where o.claim == application.id {
        opinions = opinions + [o.opinion]
        goto reviewing
      }
      after 60d {
        call experts.withdraw(question.id)
        goto reviewing
      }
    }

    state assessing {
      assessment = task assess({ application, evidence, opinions }) {
        role: senior
        due:  30d
        else { fail Lapsed { claim: application.id, waiting_for: "the assessment" } }
      }
    }
  }
  return Dossier { claim: application.id, evidence, opinions, assessed: assessment, rounds }
}

/// An appointment with a physician. Who misses two does not want to be examined.
process Examine(application: Application) -> Evidence? raises Lapsed {
  policy:   confidential
  failover: careful

  for attempt in 1..2 {
    let appointment = call calendar.book(application.id, now + 14d) {
      compensate { call calendar.cancel(appointment.id) }
    }
    call letters.send(application.applicant.email, "Your appointment", "${date(appointment.at)}, ${appointment.place}") { compensate { } }
    let kept = false
    select {
      on Attended as a where a.appointment == appointment.id { kept = a.kept }
      after 60d { }
    }
    if kept {
      let findings: Assessment = task examine({ application, appointment }) {
        role: physician
        due:  14d
        else { fail Lapsed { claim: application.id, waiting_for: "the findings of the examination" } }
      }
      return Evidence { study: "examination", at: appointment.at, text: findings.note }
    }
    progress "appointment ${attempt} was missed"
  }
  return null
}

/// An auditor looks at what took long; two officials approve, and they are two.
process Approve(award: Award, rounds: int) raises Refused {
  policy: confidential

  let audited = Verdict { approved: true }
  if rounds > 6 || award.monthly > 2000 EUR {
    audited = task inspect(award) {
      role: auditor
      due:  30d
      else { fail Refused { claim: award.claim, reason: "the audit was not done in time" } }
    }
  }
  if !audited.approved { fail Refused { claim: award.claim, reason: audited.note ?? "refused by the audit" } }

  let first = Verdict { approved: false }
  let second = Verdict { approved: false }
  parallel {
    branch one {
      first = task approve(award) {
        role: official, due: 21d, remind: every 3d, escalate: to head after 14d
        else { fail Refused { claim: award.claim, reason: "not approved in time" } }
      }
    }
    branch two {
      second = task countersign(award) {
        role: official, due: 21d, remind: every 3d, escalate: to head after 14d
        else { fail Refused { claim: award.claim, reason: "not countersigned in time" } }
      }
    }
  }
  if !first.approved || !second.approved {
    fail Refused { claim: award.claim, reason: first.note ?? second.note ?? "refused by the office" }
  }
}

/// One payment a month. Each month begins with a fresh history.
process Pay(award: Award, iban: string @account, month: int) {
  key:      "${award.claim}/${month}"
  policy:   confidential
  failover: careful

  call treasury.pay("${award.claim}/${month}", iban, award.monthly / 1 EUR, "EUR") {
    catch treasury_api.AccountClosed { send overdue(Overdue { note: "claim ${award.claim}: the account is closed" }) }
    compensate { }
  }
  if month < award.months {
    wait 30d
    continue with Pay(award, iban, month + 1)
  }
}
