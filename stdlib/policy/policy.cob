/// Where data may go. A label has one meaning in a whole program, so `label personal` of your
/// package is the one of these rules.
package policy

/// Says something about a person who can be known by it.
label personal

/// Says something about a person's health.
label health is personal

/// Must not be shown to anybody who does not need it to work.
label confidential

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
