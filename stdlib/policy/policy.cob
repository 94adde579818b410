/// Where data may go, and who may decide and see. A label has one meaning in a whole program, so `label personal` of your
/// package is the one of these rules.
package policy

/// Says something about a person who can be known by it.
label personal

/// Says something about a person's health.
label health is personal

/// Must not be shown to anybody who does not need it to work.
label confidential

/// The number of a payment card and what stands on it.
label card is confidential

/// Personal data stays in the European Economic Area. A cloud that does not say where it is gets none.
policy european {
  deny call when "personal" in data.labels && !((cloud.jurisdiction ?? "") in ["AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"])
    because "personal data stays in the European Economic Area"
}

/// Data about health goes only where the operator is certified to host it, and stays in the European Economic Area.
policy health_data {
  deny call when "health" in data.labels && !("HDS" in (cloud.certifications ?? [""]))
    because "data about health goes to certified hosts only"
  deny call when "personal" in data.labels && !((cloud.jurisdiction ?? "") in ["AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"])
    because "personal data stays in the European Economic Area"
}

/// Nothing personal and nothing confidential leaves with a call.
policy closed {
  deny call when "personal" in data.labels because "personal data does not leave"
  deny call when "confidential" in data.labels because "confidential data does not leave"
}

/// Nothing at all goes to a cloud outside of the European Union, or to one that does not say where it is.
policy eu_only {
  deny call when !((cloud.jurisdiction ?? "") in ["AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"])
    because "nothing leaves the European Union"
}

/// What has a label stays here: only what nobody has marked goes out with a call.
policy no_export {
  deny call when len(data.labels) > 0 because "marked data does not leave"
}

/// Data of payment cards goes only to clouds that are certified for it.
policy card_data {
  deny call when "card" in data.labels && !("PCI DSS" in (cloud.certifications ?? [""]))
    because "data of cards goes to certified hosts only"
}

/// Who has completed a task of an instance completes no other one of it.
policy four_eyes {
  deny complete when user.id in instance.people because "four eyes: somebody else has to decide"
}

role _clerk { groups: ["clerks"] }

process _Sign() -> bool {
  policy: four_eyes
  let first: bool = task sign() { role: _clerk }
  let second: bool = task countersign() { role: _clerk }
  return first && second
}

test "nobody signs twice" {
  when _Sign()
  when complete task sign true by "ada"
  when complete task countersign true by "ada"
  then refused "somebody else"
  when complete task countersign true by "eve"
  then returns true
}
