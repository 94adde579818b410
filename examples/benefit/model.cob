package benefit

use openapi "contracts/register.yaml" as register_api
use jsonschema "contracts/evidence.schema.json" as centre
use wsdl "contracts/treasury.wsdl" as treasury_api

/// What says something about a person.
label personal
/// What says something about the health of a person: for physicians, and for nobody else.
label health is personal
/// Where the money of a person goes.
label account is personal

type Applicant {
  id:    string
  name:  string @personal
  born:  timestamp @personal
  email: string @personal
  iban:  string @account where matches(iban, "^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$")
}

type Application {
  id:        string where matches(id, "^D-[0-9]{4}-[0-9]{6}$")
  region:    string
  benefit:   string
  applicant: Applicant
  complaint: string @health
  consent:   bool where consent
}

/// What a medical reviewer wants to know next, or that enough is known.
enum Next { evidence, examination, opinion, decision }

type Review      { next: Next, study: string?, note: string @health }
type Assessment  { degree: int @health where degree in 0..100, lasting: bool @health, note: string @health }
type Appointment { id: string, at: timestamp, place: string }
type Opinion     { expert: string, degree: int @health where degree in 0..100, text: string @health }
type Evidence    { study: string, at: timestamp, text: string @health }
type Verdict     { approved: bool, note: string? }

/// What has come together in the course of a claim.
type Dossier {
  claim:    string
  evidence: [Evidence] @health
  opinions: [Opinion] @health
  assessed: Assessment?
  rounds:   int
}

type Award { claim: string, benefit: string, monthly: money, months: int, from: timestamp }

fault Refused   { claim: string, reason: string }
fault Withdrawn { claim: string }
fault Lapsed    { claim: string, waiting_for: string }

event Withdrawal      { claim: string }
event EvidenceArrived { claim: string, study: string, at: timestamp, text: string @health }
event Attended        { appointment: string, kept: bool }
event OpinionGiven    { claim: string, opinion: Opinion }
event Died            { applicant: string, at: timestamp }
