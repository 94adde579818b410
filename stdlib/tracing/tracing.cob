/// The trace that a request belongs to, as W3C Trace Context passes it on, so that what several systems did for one
/// request can be shown together.
package tracing

/// The header traceparent: version, the trace, who asks, and flags, such as "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01". A trace or a
/// parent of zeros is none. Of version 00 there is no more than that; a later one may add to it.
type Traceparent = string where matches(value, "^(00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}|([1-9a-f][0-9a-f]|0[1-9a-f])-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?)$") && value[0:2] != "ff" && matches(value[3:35], "[^0]") && matches(value[36:52], "[^0]")

/// The header tracestate: what systems add for themselves, at most 32 of them, the latest first, such as "congo=t61rcWkgMzE,rojo=00f067".
type Tracestate = string where len(split(value, ",")) <= 32 && all(split(value, ","), m => matches(trim(m), "^([a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})=[ -+--<>-~]{0,255}[!-+--<>-~]$"))

/// Both of them.
type Context {
  traceparent: Traceparent
  tracestate:  Tracestate?
}

/// What to pass on when something is asked of somebody else on behalf of a request: the same trace, with the step that asks as its
/// parent. The step is any text that differs from those of other steps, such as the key of the instance with the name of the step.
process Child(of: Context, step: string where len(step) > 0) -> Context {
  let parent = hash("${of.traceparent}/${step}")[:16]
  return { traceparent: "${of.traceparent[:36]}${parent}${of.traceparent[52:55]}", tracestate: of.tracestate }
}

channel _parents: queue of Traceparent { dead_letter: _refused, invalid: _refused }
channel _states: queue of Tracestate { dead_letter: _refused, invalid: _refused }
channel _refused: queue of json

test "parents" {
  when send _parents("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
  when send _parents("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more")
  then never sent _refused
  when send _parents("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more")
  then sent _refused once
  when send _parents("00-00000000000000000000000000000000-00f067aa0ba902b7-01")
  then sent _refused 2 times
  when send _parents("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01")
  then sent _refused 3 times
  when send _parents("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
  then sent _refused 4 times
  when send _parents("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01")
  then sent _refused 5 times
}

test "states" {
  when send _states("congo=t61rcWkgMzE,rojo=00f067aa0ba902b7")
  when send _states("tenant@system=1")
  then never sent _refused
  when send _states("congo")
  then sent _refused once
  when send _states("Congo=1")
  then sent _refused 2 times
  when send _states("a=1,a=2,a=3,a=4,a=5,a=6,a=7,a=8,a=9,a=10,a=11,a=12,a=13,a=14,a=15,a=16,a=17,a=18,a=19,a=20,a=21,a=22,a=23,a=24,a=25,a=26,a=27,a=28,a=29,a=30,a=31,a=32,a=33")
  then sent _refused 3 times
}

test "a step is a parent of its own in the same trace" {
  when Child({ traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", tracestate: "congo=1" }, "o-1/charge")
  then returns { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-afc78bb63cfbf6bf-01", tracestate: "congo=1" }
}
