package syntax

// ProblemsOf is problemsOf.
var ProblemsOf = problemsOf
