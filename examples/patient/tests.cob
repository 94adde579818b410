package patient

sample ida: Patient {
  id: "p-7", name: "Ida", policy: "pol-7", home: { latitude: 48.85, longitude: 2.35 },
  kin: [{ name: "Jo", phone: "+33612345678" }, { name: "Lea", phone: "+33687654321" }], history: "arrhythmia",
}
sample fallen: Alarm { id: "a-1", patient: "p-7", cause: { fall: { at: 2026-11-21T10:00:00Z } } }

test "an alarm about somebody whom nobody knows sends nobody" {
  given records.patient raises Unknown { patient: "p-7" }
  when  Rescue(fallen)
  then  fails Unknown { patient: "p-7" }
  then  never called dispatch.send
}

test "when nobody comes, the ambulance turns round" {
  given records.patient returns ida
  given dispatch.send returns { id: "r-1", eta: 2026-11-21T10:08:00Z }
  when  Rescue(fallen)
  then  fails Unanswered { alarm: "a-1" }
  then  called phones.send 2 times
  then  called dispatch.recall("r-1") once
  then  never ran triage
}

test "the hospital across the river has a bed when we have none" {
  given beds.reserve raises NoBed { hospital: "own" }
  given riverside.admit returns { id: "ad-1", hospital: "riverside" }
  given insurance.preApprove raises insurance_api.UnprocessableContent { reason: "no cover abroad" }
  when  Admission(fallen, ida)
  then  returns "riverside"
  then  audit "alarm a-1: not covered, no cover abroad"
  then  never called riverside.discharge
  then  never called beds.release
}

test "a neighbour who is near goes, and the ambulance turns round" {
  given records.patient returns ida
  given dispatch.send returns { id: "r-1", eta: 2026-11-21T10:08:00Z }
  when  Rescue(fallen)
  when  advance 1m
  when  publish Coming { alarm: "a-1", responder: "Jo", minutes: 6 }
  then  never ran triage
  when  publish Coming { alarm: "a-1", responder: "Mo", minutes: 5 }
  when  complete task triage { severe: false, note: "a bruise" } by "dr"
  then  returns Outcome { alarm: "a-1", responder: "Mo", hospital: null }
  then  called dispatch.recall("r-1") once
}

test "the records are read in Paris while the clinic is away" {
  given clinic is down
  given records.patient raises Unknown { patient: "p-7" }
  when  Rescue(fallen)
  then  fails Unknown { patient: "p-7" }
  then  called records.patient once on paris
}

test "a doctor who does not look is helped out by a nurse, over a crash" {
  given records.patient returns ida
  given dispatch.send returns { id: "r-1", eta: 2026-11-21T10:08:00Z }
  when  crash at ride
  when  Rescue(fallen)
  when  advance 3m
  then  task see is open
  when  crash
  when  complete task see { responder: "Noa", minutes: 4 } by "nina"
  when  complete task triage { severe: false, note: "" } by "dr"
  then  returns Outcome { alarm: "a-1", responder: "Noa", hospital: null }
  then  called dispatch.send once
  then  called dispatch.recall("r-1") once
}

test "no bed anywhere is told, and what the insurance approved is given back" {
  given beds.reserve raises NoBed { hospital: "own" }
  given riverside.admit raises NoBed { hospital: "riverside" } takes 1s
  given insurance.preApprove returns { id: "ap-1", limit: 5000.00 EUR }
  when  Admission(fallen, ida)
  then  fails NoBed { hospital: "riverside" }
  then  called insurance.withdraw("ap-1") once
}

test "an insurance that does not answer is not waited for" {
  given beds.reserve returns { id: "b-1", ward: "3" }
  given insurance.preApprove never answers
  when  Admission(fallen, ida)
  then  returns "ours, ward 3"
  then  within 11s
  then  never called beds.release
}

test "an alarm that is called off gives everything back" {
  given records.patient returns ida
  given dispatch.send returns { id: "r-1", eta: 2026-11-21T10:08:00Z }
  when  Rescue(fallen)
  when  advance 1m
  when  cancel Rescue
  then  cancelled
  then  called dispatch.recall("r-1") once
  when  publish Arrived { alarm: "a-1", responder: "late" }
  then  never ran triage
}

test "help is sent when all relatives know, who are told side by side" {
  given records.patient returns ida
  given phones.send("+33612345678", "An alarm was raised for your relative. Help is on its way.") takes 500ms
  given phones.send takes 1500ms
  given dispatch.send returns { id: "r-1", eta: 2026-11-21T10:08:00Z }
  when  Rescue(fallen)
  then  called phones.send 2 times
  when  advance 1s
  then  never called dispatch.send
  when  advance 1s
  then  called dispatch.send once
}

test "the ambulance may be there first, and does not turn round" {
  given records.patient returns ida
  given dispatch.send returns { id: "r-1", eta: 2026-11-21T10:08:00Z }
  when  Rescue(fallen)
  when  advance 1m
  when  publish Arrived { alarm: "a-1", responder: "crew 7" }
  when  complete task triage { severe: false, note: "a bruise" } by "dr"
  then  returns Outcome { alarm: "a-1", responder: "crew 7", hospital: null }
  then  never called dispatch.recall
}

test "a bed is not taken before the insurance has spoken, and is given back when nobody needs it" {
  given beds.reserve returns { id: "b-1", ward: "3" } once
  given beds.reserve raises NoBed { hospital: "own" }
  given riverside.admit returns { id: "ad-1", hospital: "riverside" }
  given insurance.preApprove returns { id: "ap-1", limit: 5000.00 EUR } takes 2s
  when  Admission(fallen, ida)
  when  advance 1s
  then  waits
  when  cancel Admission
  then  cancelled
  then  called beds.release("b-1") once
  when  Admission(fallen, ida)
  when  advance 1s
  when  cancel Admission
  then  called riverside.discharge("ad-1") once
}

test "what the insurance covers is told" {
  given beds.reserve returns { id: "b-1", ward: "3" }
  given insurance.preApprove returns { id: "ap-1", limit: 5000.00 EUR }
  when  Admission(fallen, ida)
  then  progress "alarm a-1: to ours, ward 3, covered up to 5000.00 EUR"
}

sample reading: Reading { id: "m-1", patient: "p-7", at: 2026-11-21T10:00:00Z, heart_rate: 88, spo2: 97, fall: true }

test "a wristband that falls alerts the doctor, the ambulance and the next of kin" {
  given records.patient returns ida
  given dispatch.send returns { id: "r-1", eta: 2026-11-21T10:08:00Z }
  when  send readings(reading)
  when  advance 1m
  then  published Fall { patient: "p-7", at: 2026-11-21T10:00:00Z } once
  then  sent alarms once
  then  started Rescue once
  then  task see is open
  then  called dispatch.send once
  then  called phones.send("+33612345678", "An alarm was raised for your relative. Help is on its way.") once
}

test "a reading without a fall is no alarm" {
  when send readings(Reading { id: "m-2", patient: "p-7", at: 2026-11-21T10:00:00Z, heart_rate: 88, spo2: 97, fall: false })
  then never published Fall
  then never started Rescue
}

test "what the patterns recognize becomes an alarm" {
  given records.patient raises Unknown { patient: "p-7" }
  when  publish Deterioration { patient: "p-7", from: 2026-11-21T10:00:00Z, to: 2026-11-21T10:04:00Z, heart_rate: 150 }
  when  publish Silence { patient: "p-7", since: 2026-11-21T10:00:00Z }
  then  sent alarms 2 times
  then  started Rescue 2 times
}

test "the ambulance is there first, and the patient goes to the hospital whose bed the insurance covers" {
  given records.patient returns ida
  given dispatch.send returns { id: "r-1", eta: 2026-11-21T10:08:00Z }
  given beds.reserve returns { id: "b-1", ward: "3" }
  given insurance.preApprove returns { id: "ap-1", limit: 5000.00 EUR }
  when  Rescue(fallen)
  when  publish Arrived { alarm: "a-1", responder: "crew 4" }
  then  audit "alarm a-1: crew 4 is there"
  when  complete task triage { severe: true, note: "the hip" } by "dr"
  then  returns Outcome { alarm: "a-1", responder: "crew 4", hospital: "ours, ward 3" }
  then  progress "alarm a-1: to ours, ward 3, covered up to 5000.00 EUR"
  then  called archive.put once
  then  never called dispatch.recall
  then  never called insurance.withdraw
}

test "no bed at all ends the rescue, and nothing stays reserved" {
  given records.patient returns ida
  given dispatch.send returns { id: "r-1", eta: 2026-11-21T10:08:00Z }
  given beds.reserve raises NoBed { hospital: "own" }
  given riverside.admit raises NoBed { hospital: "riverside" }
  given insurance.preApprove raises insurance_api.UnprocessableContent { reason: "no cover" }
  when  Rescue(fallen)
  when  complete task see { responder: "dr", minutes: 2 } by "dr"
  when  complete task triage { severe: true, note: "the hip" } by "dr"
  then  fails NoBed { hospital: "riverside" }
  then  never called insurance.withdraw
}

test "a doctor who finds no time to judge is told as unanswered" {
  given records.patient returns ida
  given dispatch.send returns { id: "r-1", eta: 2026-11-21T10:08:00Z }
  when  Rescue(fallen)
  when  publish Coming { alarm: "a-1", responder: "Mo", minutes: 3 }
  then  fails Unanswered { alarm: "a-1" }
  then  task triage was open
  then  within 16m
}
