package patient

// What no single reading says. A reading happened when the wristband measured it, also when it comes half a minute late.

/// Three times a fast pulse and then too little oxygen, without a calm moment in between.
pattern deterioration over readings by patient within 5m {
  time:     at
  lateness: 30s
  every high = Reading where heart_rate > 120 times 3
  then  low  = Reading where spo2 != null && spo2 < 90
  without Reading where heart_rate < 100
  emit Deterioration { patient, from: high[0].at, to: low.at, heart_rate: max(high[0].heart_rate, high[1].heart_rate, high[2].heart_rate) }
}

/// A wristband that was heard of and is no more: it came off, or its battery is empty, or worse.
pattern silence over readings by patient {
  time:     at
  lateness: 30s
  every last_seen = Reading
  then  not Reading for 10m
  emit Silence { patient, since: last_seen.at }
}

/// The ambulance was called and nobody has arrived: the clinic wants to know before the half hour of the sla is over.
pattern alone over alarms by id, Arrived by alarm {
  every raised = Alarm
  then  not Arrived for 20m
  emit { alarm: raised.id, patient: raised.patient, since: pattern.start } to unattended
}

/// How the patient was in each quarter of an hour, looked at every five minutes.
window trend over readings by patient where heart_rate > 0 every 5m of 15m {
  time:     at
  lateness: 30s
  emit Trend {
    patient, from: window.start, to: window.end, readings: count(),
    mean: round(avg(heart_rate), 1), highest: max(heart_rate), lowest: min(spo2),
  } to trends when count() >= 3
}

channel unattended: topic of Unattended { dead_letter: unreadable }
channel trends: topic of Trend { dead_letter: unreadable }
