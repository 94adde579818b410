package benefit

/// Applications hold what physicians write: whoever takes a disk away reads none of it.
channel applications: queue of Application {
  dead_letter: unreadable
  retain:      30d
  encrypt:     secret.applications
}

endpoint portal: http {
  receive applications: Application { path: "/applications" }
  on state { url: env.PORTAL_LISTEN }
}

route applied {
  from portal.applications as application
  to applications
}

route opened {
  from applications as application
  start Claim(application)
}

/// A document of a diagnostic centre becomes an event that the claim waits for.
route evidence {
  from diagnostics.results as result
  dedupe by "${result.claim}/${result.study}" within 30d
  publish EvidenceArrived {
    claim: result.claim, study: string(result.study), at: result.taken, text: join(map(result.findings, f => "${f.code}: ${f.text}"), "; ")
  }
}
