/// People, organisations and where they are. What says something about a person is labelled, so
/// that policies, logs and the console treat it as such.
package party

import "std/codes"

/// Says something about a person who can be known by it.
label personal

/// The two letters of ISO 3166-1, as std/codes lists them.
type Country = codes.Country

/// An address of electronic mail, in the form that most systems take: RFC 5321 without quotes. Whether anybody reads there is
/// another question.
type Email = string where len(value) <= 254 && matches(value, "^[A-Za-z0-9!#$%&'*+/=?^_{|}~`-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_{|}~`-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$") && matches(value, "^.{1,64}@")

/// A number of a telephone in the form of E.164, such as +33142685300.
type Phone = string where matches(value, "^\\+[1-9][0-9]{6,14}$")

/// A postal address, in the order of most envelopes.
type Address {
  lines: [string] @personal
  /// Absent where a country has none.
  code:    string? @personal
  city:    string where len(city) > 0 @personal
  region:  string? @personal
  country: Country
}

/// What somebody is called, in the parts that forms ask for.
type Name {
  given:  string? @personal
  family: string where len(family) > 0 @personal
  /// What is written on an envelope, where that is not the two in this order.
  full: string? @personal
}

/// A natural person.
type Person {
  id:      string where len(id) > 0
  name:    string @personal
  email:   Email? @personal
  phone:   Phone? @personal
  address: Address?
  /// Of the day, as "1815-12-10".
  born:     string? where date(timestamp(born)) == born @personal
  language: codes.LanguageTag?
}

/// A legal person.
type Organisation {
  id:   string where len(id) > 0
  name: string
  /// The number under which it is registered, as its country writes it.
  number: string?
  /// The number under which it pays value added tax, with the letters of its country before it.
  vat:     string? where matches(vat, "^[A-Z]{2}[A-Z0-9+*]{2,13}$")
  address: Address?
}

/// How somebody is reached: one way of several.
union Contact { email: Email, phone: Phone, post: Address }

channel _people: queue of Person { dead_letter: _refused, invalid: _refused }
channel _organisations: queue of Organisation { dead_letter: _refused, invalid: _refused }
channel _names: queue of Name { dead_letter: _refused, invalid: _refused }
channel _contacts: queue of Contact { dead_letter: _refused, invalid: _refused }
channel _mail: queue of Email { dead_letter: _refused, invalid: _refused }
channel _phones: queue of Phone { dead_letter: _refused, invalid: _refused }
channel _refused: queue of json

sample _ada: Person {
  id: "p-1", name: "Ada", email: "ada@example.org", phone: "+33142685300", born: "1815-12-10", language: "en-GB",
  address: { lines: ["8 place de la Paix"], code: "75002", city: "Paris", country: "FR" }
}

test "a person with an address" {
  when send _people(_ada)
  then never sent _refused
}

test "no country, no day, nobody" {
  when send _people({ id: "p-1", name: "Ada", address: { lines: [], city: "Paris", country: "ZZ" } })
  then sent _refused once
  when send _people({ id: "p-1", name: "Ada", born: "1815-02-30" })
  then sent _refused 2 times
  when send _people({ id: "", name: "Ada" })
  then sent _refused 3 times
  when send _people({ id: "p-1", name: "Ada", address: { lines: [], city: "", country: "FR" } })
  then sent _refused 4 times
}

test "addresses of mail" {
  when send _mail("ada@example.org")
  when send _mail("ada.king+notes@mail.example.co.uk")
  then never sent _refused
  when send _mail("ada@localhost")
  then sent _refused once
  when send _mail("ada..king@example.org")
  then sent _refused 2 times
  when send _mail("ada @example.org")
  then sent _refused 3 times
  when send _mail("ada@-example.org")
  then sent _refused 4 times
}

test "numbers of telephones" {
  when send _phones("+33142685300")
  then never sent _refused
  when send _phones("0142685300")
  then sent _refused once
  when send _phones("+33 1 42 68 53 00")
  then sent _refused 2 times
}

test "organisations, names and contacts" {
  when send _organisations({ id: "o-1", name: "Example", vat: "FR83404833048" })
  when send _names({ given: "Ada", family: "King" })
  when send _contacts({ phone: "+33142685300" })
  then never sent _refused
  when send _organisations({ id: "o-1", name: "Example", vat: "83404833048" })
  then sent _refused once
  when send _names({ family: "" })
  then sent _refused 2 times
  when send _contacts({ email: "nobody" })
  then sent _refused 3 times
}
