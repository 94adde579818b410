package patient

/// From an alarm to somebody at the bed. Doctor, ambulance and next of kin are told at once; whoever answers first and is
/// near enough goes, the others are told that they need not.
process Rescue(alarm: Alarm) -> Outcome raises Unanswered, Unknown, NoBed {
  key:      alarm.id
  sla:      rescue
  failover: quick
  policy:   confidential
  deadline: 4h
  search:   { patient: alarm.patient }
  retain:   3650d

  let patient = call records.patient(alarm.patient)
  progress "alarm for ${patient.id}"

  for kin in patient.kin parallel {
    call phones.send(kin.phone, "An alarm was raised for your relative. Help is on its way.") { compensate { } }
  }

  let responder = ""
  race {
    branch doctor {
      let answer: Answer = task see({ alarm, patient }) {
        role:     doctor
        due:      5m
        remind:   every 1m
        escalate: to nurse after 2m
        else { fail Unanswered { alarm: alarm.id } }
      }
      responder = answer.responder
    }
    branch ambulance {
      scope ride_out {                 // when somebody else is there first, the ambulance turns round
        let ride = call dispatch.send(alarm.id, patient.home, true) {
          compensate { call dispatch.recall(ride.id) }
        }
        select {
          on Arrived as a where a.alarm == alarm.id { responder = a.responder }
          after 30m { fail Unanswered { alarm: alarm.id } }
        }
      }
    }
    branch neighbour {
      select {
        on Coming as c where c.alarm == alarm.id && c.minutes <= 5 { responder = c.responder }
        after 30m { fail Unanswered { alarm: alarm.id } }
      }
    }
  }
  audit "alarm ${alarm.id}: ${responder} is there"

  let triage: Triage = task triage({ alarm, patient, responder }) {
    role: doctor
    due:  15m
    else { fail Unanswered { alarm: alarm.id } }
  }
  if !triage.severe { return Outcome { alarm: alarm.id, responder, hospital: null } }

  let hospital = call Admission(alarm, patient)
  return Outcome { alarm: alarm.id, responder, hospital }
}

/// A bed for the patient: in our clinic or with the partner, whichever has one first, while the insurance is asked what it
/// covers. The insurance has ten minutes; nobody waits for it longer than that.
process Admission(alarm: Alarm, patient: Patient) -> string raises NoBed {
  failover: quick
  policy:   confidential

  let covered = 0 EUR
  let hospital = ""
  parallel {
    branch bed {
      try {
        let bed = call beds.reserve(patient.id) {
          compensate { call beds.release(bed.id) }
        }
        hospital = "ours, ward ${bed.ward}"
      } catch NoBed {
        let there = call riverside.admit(alarm.id, patient.history) {
          compensate { call riverside.discharge(there.id) }
        }
        hospital = there.hospital
      }
    }
    branch insurance {
      scope approval {
        within 10m else { audit "alarm ${alarm.id}: the insurance has not answered" }
        try {
          let approval = call insurance.preApprove({ policy: patient.policy, service: insurance_api.Service.admission }) {
            compensate { call insurance.withdraw(approval.id) { idempotency_key: approval.id } }
          }
          covered = approval.limit
        } catch insurance_api.UnprocessableContent as refused {
          audit "alarm ${alarm.id}: not covered, ${refused.reason}"
        } catch {
          audit "alarm ${alarm.id}: the insurance cannot be reached"
        }
      }
    }
  } join all
  progress "alarm ${alarm.id}: to ${hospital}, covered up to ${covered}"
  report admission { format: json, to: archive.put }
  return hospital
}
