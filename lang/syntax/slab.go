package syntax

// slab hands out nodes of one kind from rows of them: a tree has many small nodes,
// and they live and die together.
type slab[T any] struct{ free []T }

// slabRow is how many nodes are made at a time.
const slabRow = 64

// take returns an empty node.
func (s *slab[T]) take() *T { return &s.row()[:1][0] }

// row returns an empty list with room for one.
func (s *slab[T]) row() []T {
	if len(s.free) == 0 {
		s.free = make([]T, slabRow)
	}
	one := s.free[:0:1]
	s.free = s.free[1:]
	return one
}

// slabs are for the nodes of which a text has most.
type slabs struct {
	names    slab[Name]
	paths    slab[Path]
	types    slab[NamedType]
	fields   slab[Field]
	idents   slab[Ident]
	literals slab[Literal]
	members  slab[MemberExpr]
	inits    slab[FieldInit]
	strings  slab[StringExpr]
	parts    slab[StringPart]
	settings slab[Setting]
	phrases  slab[Phrase]
	rows     slab[*Phrase]
	terms    slab[Expr]
}
