package patient

sample ida: Patient {
  id: "p-7", name: "Ida", policy: "pol-7", home: { latitude: 48.85, longitude: 2.35 },
  kin: [{ name: "Jo", phone: "+33612345678" }], history: "arrhythmia",
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
  then  called phones.send once
  then  called dispatch.recall("r-1") once
}

test "the hospital across the river has a bed when we have none" {
  given beds.reserve raises NoBed { hospital: "own" }
  given riverside.admit returns { id: "ad-1", hospital: "riverside" }
  given insurance.preApprove raises insurance_api.UnprocessableContent { reason: "no cover abroad" }
  when  Admission(fallen, ida)
  then  returns "riverside"
  then  never called riverside.discharge
  then  never called beds.release
}
