// Package lower turns a checked program into a plan.
//
// In goes a check.Program without errors; out come the plan, sorted and
// qualified, and the suite of its tests. What is decided here is what a plan
// needs and a program has not: the ids of steps, what a compensation has to
// remember, how an event finds its instance, which types are used.
//
// # Step ids
//
// A step is called what its author called it, else as the variable it sets, else
// as the operation, process or channel it speaks to, else as its kind. The
// second step of the same name in a flow is name#2. So an id survives every edit
// that does not put another step of the same name before it, and an explicit
// `name: statement` survives that too.
//
// Deliberately absent: diagnostics. Whatever is wrong has been said before; what
// cannot be lowered never comes here.
package lower
