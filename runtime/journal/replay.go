package journal

// ReplayStart returns the verifier for a replay and the number to begin reading at, which may be below from: that commit is then the
// anchor, verified but not handed on. first is the lowest number kept; upTo and hash are those of the latest snapshot, 0 when there
// is none. Errors: *DamageError when commits are missing that no snapshot covers.
func ReplayStart(stream string, from, first, upTo uint64, hash Hash) (*Verifier, uint64, error) {
	switch {
	case first <= 1:
		return NewVerifier(stream, Start(stream)), 1, nil
	case upTo == 0:
		return nil, 0, Damage(stream, 1, "commits 1 to %d are missing and there is no snapshot", first-1)
	case first > upTo:
		return nil, 0, Damage(stream, upTo, "commits %d to %d are missing, the latest snapshot was taken at %d", upTo, first-1, upTo)
	case from <= upTo:
		return nil, 0, Damage(stream, max(from, 1), "a replay from here would miss the commits that the snapshot at %d replaced", upTo)
	}
	return NewAnchorVerifier(stream, upTo, hash), upTo, nil
}
