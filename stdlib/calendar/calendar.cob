/// Days and working days. A day is a text such as "2026-11-22", as date() gives it; times are in UTC, so where a day begins elsewhere, add or
/// take away the difference first.
package calendar

/// A day that there is, such as "2028-02-29".
type Day = string where matches(value, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$") && date(timestamp(value)) == value

/// A month that there is, such as "2026-11".
type Month = string where matches(value, "^[0-9]{4}-(0[1-9]|1[0-2])$") && value != "0000-12" && !starts_with(value, "0000")

/// A time of a day, such as "09:30" or "23:59:59".
type TimeOfDay = string where matches(value, "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$")

/// A zone by its name in the database of time zones, such as "Europe/Paris" or "UTC". Only the form is checked.
type Zone = string where matches(value, "^(UTC|[A-Z][A-Za-z_]+(/[A-Z][A-Za-z0-9_+-]+){1,2})$")

/// From a day to another one, both included.
type Days = { first: Day, last: Day } where value.first <= value.last

/// A day of the week, 1 for Monday to 7 for Sunday, as weekday() gives it.
type Weekday = int where value in 1..7

/// When somebody can be reached: from a time of the day to a later one, on days of the week.
type Hours = { days: [Weekday], from: TimeOfDay, to: TimeOfDay } where value.from < value.to && len(value.days) > 0

/// The time so many working days later, at the same time of the day: from Monday to Friday, without the holidays. Of a Saturday the
/// first working day later is the Monday. At most 1000, with as many days to spare for holidays.
process WorkingDaysLater(from: timestamp, days: int where days in 1..1000, holidays: [Day]) -> timestamp {
  let candidates = range(1, 2 * days + 1000).map(n => from + n * 24h).filter(t => weekday(t) <= 5 && !(date(t) in holidays))
  return candidates[days - 1]
}

/// How many working days there are from a day to another one, both included, without the holidays. They are at most ten years apart.
process WorkingDays(days: Days, holidays: [Day]) -> int {
  let first = timestamp(days.first)
  return range(0, min(3660, days_between(first, timestamp(days.last)))).map(n => first + n * 24h).count(t => weekday(t) <= 5 && !(date(t) in holidays))
}

/// Easter Sunday of a year, as the western churches count (Gregorian calendar).
process Easter(year: int where year in 1583..9998) -> Day {
  let century = year / 100
  let golden = year % 19
  let moon = (19 * golden + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30
  let sunday = (32 + 2 * (century % 4) + 2 * (year % 100 / 4) - moon - year % 100 % 4) % 7
  let late = (golden + 11 * moon + 22 * sunday) / 451
  let days = moon + sunday - 7 * late + 114
  return date(add_months(timestamp("${year}-01-01"), days / 31 - 1) + days % 31 * 24h)
}

/// The days of a year on which the payment system of the euro (T2, once TARGET) is closed, weekends aside: New Year's Day, Good Friday, Easter Monday,
/// the first of May, and the two days of Christmas.
process EuroHolidays(year: int where year in 1999..9998) -> [Day] {
  let sunday = call Easter(year)
  let easter = timestamp(sunday)
  return ["${year}-01-01", date(easter - 48h), date(easter + 24h), "${year}-05-01", "${year}-12-25", "${year}-12-26"]
}

channel _days: queue of Day { dead_letter: _refused, invalid: _refused }
channel _months: queue of Month { dead_letter: _refused, invalid: _refused }
channel _times: queue of TimeOfDay { dead_letter: _refused, invalid: _refused }
channel _zones: queue of Zone { dead_letter: _refused, invalid: _refused }
channel _spans: queue of Days { dead_letter: _refused, invalid: _refused }
channel _hours: queue of Hours { dead_letter: _refused, invalid: _refused }
channel _refused: queue of json

test "days" {
  when send _days("2028-02-29")
  then never sent _refused
  when send _days("2027-02-29")
  then sent _refused once
  when send _days("2027-2-9")
  then sent _refused 2 times
}

test "months" {
  when send _months("2026-12")
  then never sent _refused
  when send _months("2026-13")
  then sent _refused once
  when send _months("0000-01")
  then sent _refused 2 times
}

test "times of a day" {
  when send _times("00:00")
  when send _times("23:59:59")
  then never sent _refused
  when send _times("24:00")
  then sent _refused once
}

test "zones" {
  when send _zones("America/Argentina/Buenos_Aires")
  when send _zones("UTC")
  then never sent _refused
  when send _zones("CET+1")
  then sent _refused once
}

test "from a day to a later one" {
  when send _spans({ first: "2026-11-22", last: "2026-11-22" })
  then never sent _refused
  when send _spans({ first: "2026-11-22", last: "2026-11-21" })
  then sent _refused once
}

test "hours" {
  when send _hours({ days: [1, 2, 3, 4, 5], from: "09:00", to: "17:30" })
  then never sent _refused
  when send _hours({ days: [8], from: "09:00", to: "17:30" })
  then sent _refused once
  when send _hours({ days: [1], from: "17:30", to: "09:00" })
  then sent _refused 2 times
  when send _hours({ days: [], from: "09:00", to: "17:30" })
  then sent _refused 3 times
}

test "a weekend and a holiday lie between" {
  when WorkingDaysLater(2026-12-24T10:00:00Z, 2, ["2026-12-25"])
  then returns 2026-12-29T10:00:00Z
}

test "the first working day after a Saturday" {
  when WorkingDaysLater(2026-11-21T10:00:00Z, 1, [])
  then returns 2026-11-23T10:00:00Z
}

test "a thousand working days are two hundred weeks" {
  when WorkingDaysLater(2026-11-23T00:00:00Z, 1000, [])
  then returns 2030-09-23T00:00:00Z
}

test "the working days of a December" {
  when WorkingDays({ first: "2026-12-01", last: "2026-12-31" }, ["2026-12-25", "2026-12-26"])
  then returns 22
}

test "a Sunday is no working day" {
  when WorkingDays({ first: "2026-11-22", last: "2026-11-22" }, [])
  then returns 0
}

test "Easter" {
  when Easter(2024)
  then returns "2024-03-31"
  when Easter(2026)
  then returns "2026-04-05"
  when Easter(2038)
  then returns "2038-04-25"
  when Easter(1818)
  then returns "1818-03-22"
  when Easter(1954)
  then returns "1954-04-18"
}

test "when euros do not move" {
  when EuroHolidays(2026)
  then returns ["2026-01-01", "2026-04-03", "2026-04-06", "2026-05-01", "2026-12-25", "2026-12-26"]
}
