package patient

use asyncapi "contracts/wearable.yaml" as wearable
use openapi "contracts/insurance.yaml" as insurance_api

label personal
label health is personal

type Place { latitude: decimal @personal, longitude: decimal @personal }
type Kin   { name: string @personal, phone: string @personal where matches(phone, "^\\+[0-9]{6,15}$") }
type Patient {
  id:      string
  name:    string @personal
  policy:  string @personal
  home:    Place
  kin:     [Kin]
  history: string @health
}
type Reading { id: string, patient: string, at: timestamp, heart_rate: int @health where heart_rate in 0..300, spo2: int? @health, fall: bool }

/// Why an alarm was raised, with what was seen.
union Cause { deterioration: Deteriorating, fall: Fallen, silence: Silent }
type Deteriorating { from: timestamp, to: timestamp, heart_rate: int @health }
type Fallen { at: timestamp }
type Silent { since: timestamp }

type Alarm   { id: string, patient: string, cause: Cause }
type Answer  { responder: string, minutes: int where minutes in 0..240 }
type Ride    { id: string, eta: timestamp }
type Bed     { id: string, ward: string }
type Outcome { alarm: string, responder: string, hospital: string? }
type Triage  { severe: bool, note: string @health }

/// An alarm to which nobody has come yet.
type Unattended { alarm: string, patient: string, since: timestamp }
/// A quarter of an hour of a patient.
type Trend {
  patient:  string
  from:     timestamp
  to:       timestamp
  readings: int
  mean:     decimal @health
  highest:  int @health
  lowest:   int? @health
}

fault Unknown    { patient: string }
fault NoBed      { hospital: string }
fault Unanswered { alarm: string }

event Deterioration { patient: string, from: timestamp, to: timestamp, heart_rate: int @health }
event Fall          { patient: string, at: timestamp }
event Silence       { patient: string, since: timestamp }
/// Somebody who was alerted says that they come, with the minutes they need.
event Coming   { alarm: string, responder: string, minutes: int }
event Arrived  { alarm: string, responder: string }
event AllClear { alarm: string, by: string }
