/// People, organisations and where they are. What says something about a person is labelled, so
/// that policies, logs and the console treat it as such.
package party

/// Says something about a person who can be known by it.
label personal

/// The two letters of ISO 3166-1.
type Country = string where matches(value, "^[A-Z]{2}$")

/// An address of electronic mail. Whether anybody reads there is another question.
type Email = string where matches(value, "^[^@ ]+@[^@ ]+$")

/// A number of a telephone in the form of E.164, such as +33142685300.
type Phone = string where matches(value, "^\\+[1-9][0-9]{6,14}$")

/// A postal address, in the order of most envelopes.
type Address {
  lines:   [string] @personal
  code:    string @personal
  city:    string @personal
  country: Country
}

/// A natural person.
type Person {
  id:      string
  name:    string @personal
  email:   Email? @personal
  phone:   Phone? @personal
  address: Address?
}

/// A legal person.
type Organisation {
  id:   string
  name: string
  /// The number under which it is registered, as its country writes it.
  number:  string?
  address: Address?
}

process _Example(who: Person) -> string { return who.id }

sample _ada: Person {
  id: "p-1", name: "Ada", email: "ada@example.org", phone: "+33142685300",
  address: { lines: ["8 place de la Paix"], code: "75002", city: "Paris", country: "FR" }
}

test "a person with an address" {
  when _Example(_ada)
  then returns "p-1"
}
