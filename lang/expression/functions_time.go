package expression

import (
	"time"

	"github.com/cob-lang/cob/lang/types"
)

// timeFunctions read instants, all of them in UTC: where a day begins elsewhere
// depends on tables that change.
var timeFunctions = []Function{
	{Name: "date", Form: "date(timestamp) -> string", Doc: `The day in UTC, as "2026-11-21".`, Min: 1, Max: 1, Cost: Fixed, result: instant(types.String),
		make: ofTime(func(t time.Time) types.Value { return t.Format(time.DateOnly) })},
	{Name: "year", Form: "year(timestamp) -> int", Doc: "The year, in UTC.", Min: 1, Max: 1, Cost: Fixed, result: instant(types.Int),
		make: ofTime(func(t time.Time) types.Value { return int64(t.Year()) })},
	{Name: "month", Form: "month(timestamp) -> int", Doc: "The month, 1 to 12, in UTC.", Min: 1, Max: 1, Cost: Fixed, result: instant(types.Int),
		make: ofTime(func(t time.Time) types.Value { return int64(t.Month()) })},
	{Name: "day", Form: "day(timestamp) -> int", Doc: "The day of the month, 1 to 31, in UTC.", Min: 1, Max: 1, Cost: Fixed, result: instant(types.Int),
		make: ofTime(func(t time.Time) types.Value { return int64(t.Day()) })},
	{Name: "weekday", Form: "weekday(timestamp) -> int", Doc: "The day of the week, 1 for Monday to 7 for Sunday, in UTC.", Min: 1, Max: 1, Cost: Fixed, result: instant(types.Int),
		make: ofTime(func(t time.Time) types.Value { return int64(t.Weekday()+6)%7 + 1 })},
	{Name: "hour", Form: "hour(timestamp) -> int", Doc: "The hour, 0 to 23, in UTC.", Min: 1, Max: 1, Cost: Fixed, result: instant(types.Int),
		make: ofTime(func(t time.Time) types.Value { return int64(t.Hour()) })},
	{Name: "minute", Form: "minute(timestamp) -> int", Doc: "The minute, 0 to 59.", Min: 1, Max: 1, Cost: Fixed, result: instant(types.Int),
		make: ofTime(func(t time.Time) types.Value { return int64(t.Minute()) })},
	{Name: "second", Form: "second(timestamp) -> int", Doc: "The second, 0 to 59.", Min: 1, Max: 1, Cost: Fixed, result: instant(types.Int),
		make: ofTime(func(t time.Time) types.Value { return int64(t.Second()) })},
	{Name: "start_of_day", Form: "start_of_day(timestamp) -> timestamp", Doc: "The midnight with which the day began, in UTC.", Min: 1, Max: 1, Cost: Fixed, result: instant(types.Timestamp),
		make: ofTime(func(t time.Time) types.Value { return t.Truncate(24 * time.Hour) })},
	{Name: "add_months", Form: "add_months(timestamp, int) -> timestamp", Doc: "As many months later, at the same time of the same day; on the last day of a month that is shorter.", Min: 2, Max: 2,
		Cost: Fixed, Fails: []Code{Overflow},
		result: func(c *call) types.Type {
			c.kind(0, types.Timestamp)
			c.kind(1, types.Int)
			return is(types.Timestamp)
		}, make: two(addMonths)},
	{Name: "days_between", Form: "days_between(timestamp, timestamp) -> int", Doc: "How many midnights in UTC lie between the two; less than 0 where the second is earlier.", Min: 2, Max: 2, Cost: Fixed,
		result: func(c *call) types.Type {
			c.kind(0, types.Timestamp)
			c.kind(1, types.Timestamp)
			return is(types.Int)
		}, make: two(daysBetween)},
	{Name: "timestamp", Form: "timestamp(string) -> timestamp", Doc: `The instant of a text such as "2026-11-21T10:00:00Z" (RFC 3339), or the midnight of "2026-11-21".`, Min: 1, Max: 1,
		Cost: Fixed, Fails: []Code{BadText}, result: texts(types.Timestamp), make: one(toTimestamp)},
	{Name: "unix", Form: "unix(timestamp) -> int", Doc: "The seconds since 1970-01-01T00:00:00Z, without a fraction.", Min: 1, Max: 1, Cost: Fixed, result: instant(types.Int),
		make: ofTime(func(t time.Time) types.Value { return t.Unix() })},
	{Name: "from_unix", Form: "from_unix(int) -> timestamp", Doc: "The instant so many seconds after 1970-01-01T00:00:00Z.", Min: 1, Max: 1, Cost: Fixed, Fails: []Code{Overflow},
		result: func(c *call) types.Type { c.kind(0, types.Int); return is(types.Timestamp) }, make: one(fromUnix)},
	{Name: "duration", Form: "duration(string) -> duration", Doc: `The duration of a text such as "PT90M" (ISO 8601, without months and years).`, Min: 1, Max: 1,
		Cost: Linear, Fails: []Code{BadText}, result: texts(types.Duration), make: one(toDuration)},
	{Name: "seconds", Form: "seconds(duration) -> decimal", Doc: "A duration in seconds, exactly.", Min: 1, Max: 1, Cost: Fixed,
		result: func(c *call) types.Type { c.kind(0, types.Duration); return is(types.Decimal) }, make: one(seconds)},
}

func ofTime(f func(time.Time) types.Value) func(*Tree) (runner, error) {
	return one(func(v types.Value) (types.Value, error) {
		t, err := instantOf(v)
		if err != nil {
			return nil, err
		}
		return f(t), nil
	})
}

func instantOf(v types.Value) (time.Time, error) {
	t, ok := v.(time.Time)
	if !ok {
		return t, fail(WrongType, "want a timestamp, not %s", types.Describe(v))
	}
	return t.UTC(), nil
}

// maxMonths is more months than there are between the first and the last
// timestamp.
const maxMonths = 12 * 10_000

func addMonths(v, n types.Value) (types.Value, error) {
	t, err := instantOf(v)
	if err != nil {
		return nil, err
	}
	months, ok := n.(int64)
	if !ok {
		return nil, noNumber(n)
	}
	if months > maxMonths || months < -maxMonths {
		return nil, errTime
	}
	first := time.Date(t.Year(), t.Month()+time.Month(months), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return moved(first, time.Duration(min(t.Day(), last)-1)*24*time.Hour)
}

func daysBetween(a, b types.Value) (types.Value, error) {
	from, err := instantOf(a)
	if err != nil {
		return nil, err
	}
	to, err := instantOf(b)
	if err != nil {
		return nil, err
	}
	return dayNumber(to) - dayNumber(from), nil
}

// dayNumber counts days from 1970; a duration would not reach all of them.
func dayNumber(t time.Time) int64 {
	const day = 24 * 60 * 60
	n := t.Unix()
	if n < 0 {
		n -= day - 1
	}
	return n / day
}

func toTimestamp(v types.Value) (types.Value, error) {
	s, err := text(v)
	if err != nil {
		return nil, err
	}
	for _, form := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(form, s); err == nil {
			return moved(t.UTC(), 0)
		}
	}
	return nil, fail(BadText, "the text is no timestamp such as 2026-11-21T10:00:00Z")
}

func fromUnix(v types.Value) (types.Value, error) {
	n, ok := v.(int64)
	if !ok {
		return nil, noNumber(v)
	}
	const most = 400_000_000_000 // beyond the year 9999, and far from where a Go time wraps
	if n > most || n < -most {
		return nil, errTime
	}
	return moved(time.Unix(n, 0).UTC(), 0)
}

func toDuration(v types.Value) (types.Value, error) {
	s, err := text(v)
	if err != nil {
		return nil, err
	}
	d, err := types.ParseISODuration(s)
	if err != nil {
		return nil, fail(BadText, "the text is no ISO 8601 duration such as PT90M, or longer than 292 years")
	}
	return d, nil
}

func seconds(v types.Value) (types.Value, error) {
	d, ok := v.(time.Duration)
	if !ok {
		return nil, fail(WrongType, "want a duration, not %s", types.Describe(v))
	}
	return settle(types.ExactInt(int64(d)).Div(types.ExactInt(int64(time.Second))))
}
