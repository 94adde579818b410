package steps

// Five durable transitions and nothing outside: what the engine alone costs.

type Input  { id: string, n: int }
type Result { id: string, sum: int }

process Five(input: Input) -> Result {
  key: input.id

  let sum = input.n
  sum = sum + 1
  sum = sum * 2
  sum = sum - 1
  return Result { id: input.id, sum: sum }
}
