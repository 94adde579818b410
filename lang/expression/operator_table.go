package expression

// OperatorRow is one binary operator as an author writes it, with what a use of it
// that has been typed can fail with.
type OperatorRow struct {
	Sign  string
	Op    Op
	Fails []Code
}

// Operators are the binary operators, from the loosest to the tightest.
func Operators() []OperatorRow {
	return []OperatorRow{
		{"??", Coalesce, nil},
		{"||", Or, nil},
		{"&&", And, nil},
		{"==", Eq, nil},
		{"!=", Ne, nil},
		{"<", Lt, []Code{CurrencyMix}},
		{"<=", Le, []Code{CurrencyMix}},
		{">", Gt, []Code{CurrencyMix}},
		{">=", Ge, []Code{CurrencyMix}},
		{"in", In, nil},
		{"+", Add, []Code{Overflow, CurrencyMix, TooLarge}},
		{"-", Sub, []Code{Overflow, CurrencyMix}},
		{"*", Mul, []Code{Overflow}},
		{"/", Div, []Code{Overflow, DivisionByZero, CurrencyMix}},
		{"%", Rem, []Code{Overflow, DivisionByZero}},
	}
}
