package ward

type Reading { id: string, patient: string, heart_rate: int }
type Patient { id: string, name: string }
type Alarm   { patient: string, name: string, rate: int }

fault Unknown { patient: string }

cloud clinic { jurisdiction: "FR" }

endpoint hospital: http {
  operation patient(id: string) -> Patient raises Unknown {
    get "/patients/${id}"
    error 404: Unknown { patient: id }
  }
  on clinic { url: env.HOSPITAL_URL }
}

channel readings: queue of Reading { dead_letter: failed }
channel archive: queue of Reading
channel alarms: queue of Alarm
channel failed: queue of json

process Emergency(reading: Reading, patient: Patient) -> string {
  key: reading.id
  return "nurse to ${patient.name}"
}

route vitals {
  from readings as reading
  filter reading.heart_rate > 0
  let patient = call hospital.patient(reading.patient)
  match {
    reading.heart_rate > 140 => start Emergency(reading, patient)
    reading.heart_rate > 120 => send alarms(Alarm { patient: patient.id, name: patient.name, rate: reading.heart_rate })
    else                     => send archive(reading)
  }
}
