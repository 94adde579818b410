package patient

channel readings: topic of Reading { dead_letter: unreadable }
channel alarms: queue of Alarm { dead_letter: unreadable }
channel unreadable: queue of json

/// The wristbands repeat themselves and sometimes slip: what makes no sense goes no further.
route measured {
  from wearables.vitals as r
  filter r.heart_rate > 0
  dedupe by r.id within 10m
  resequence by r.number per r.device within 30s
  send readings(Reading { id: r.id, patient: r.patient, at: r.at, heart_rate: r.heart_rate, spo2: r.spo2, fall: r.fall ?? false })
}

route falls {
  from readings as r
  filter r.fall
  throttle 1/m
  publish Fall { patient: r.patient, at: r.at }
}

// What was recognized becomes an alarm, whatever it was.

route deteriorated {
  from Deterioration as d
  send alarms(Alarm {
    id: "${d.patient}/${date(d.from)}/deterioration", patient: d.patient,
    cause: { deterioration: { from: d.from, to: d.to, heart_rate: d.heart_rate } },
  })
}

route fell {
  from Fall as f
  send alarms(Alarm { id: "${f.patient}/${string(f.at)}/fall", patient: f.patient, cause: { fall: { at: f.at } } })
}

route fell_silent {
  from Silence as s
  send alarms(Alarm { id: "${s.patient}/${string(s.since)}/silence", patient: s.patient, cause: { silence: { since: s.since } } })
}

route raised {
  from alarms as alarm
  start Rescue(alarm)
}
