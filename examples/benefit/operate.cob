package benefit

// What other offices may use, and how claims that have run for months come to a new version.

/// The regional offices file applications on behalf of those who cannot.
partner regions {
  trust:   "https://regions.example.gov/keys"
  exports: [applications]
}

/// Until spring the first letter was sent by a step of its own, and the decision had another name.
migrate Claim from "5c0f62d1" { decide -> dossier, "letters.send#3" -> "letters.send#2" }
