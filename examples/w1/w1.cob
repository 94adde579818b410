package w1

// Workload W1 of the benchmarks: start, call A, branch on the amount, calls B
// and C at once, join, call D, complete. Every transition is durable.

type Input  { id: string, amount: int }
type Reply  { ok: bool, step: string, ref: string, amount: decimal, note: string }
type Result { id: string, refs: [string] }

cloud local { jurisdiction: "FR" }

endpoint service: http {
  operation step(name: string, id: string) -> Reply {
    get "/call/${name}" { query: { id: id } }
    timeout: 10s
  }
  on local { url: env.W1_URL }
}

process W1(input: Input) -> Result {
  key: input.id

  let a = call service.step("A", input.id)

  let left = "B"
  let right = "C"
  if input.amount > 100 {
    left = "Bx"
    right = "Cx"
  }

  let refB = ""
  let refC = ""
  parallel {
    branch b {
      let b = call service.step(left, input.id)
      refB = b.ref
    }
    branch c {
      let c = call service.step(right, input.id)
      refC = c.ref
    }
  } join all

  let d = call service.step("D", input.id)
  return Result { id: input.id, refs: [a.ref, refB, refC, d.ref] }
}
