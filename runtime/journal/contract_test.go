package journal_test

import (
	"testing"

	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/journal/journaltest"
)

func TestContract(t *testing.T) {
	journaltest.Contract(t, func(*testing.T) func() journal.Journal {
		s := journal.NewStore("contract", journal.StoreOptions{})
		return func() journal.Journal { return s.Open() }
	})
}
