package jetstream

import (
	"fmt"
	"sync"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/cob-lang/cob/runtime/journal"
)

const benchRecord = 256 // bytes

// BenchmarkBarePublish is what one durable message costs without COB: the yardstick of every other figure.
func BenchmarkBarePublish(b *testing.B) {
	for _, atOnce := range []int{1, 256} {
		b.Run(fmt.Sprintf("%d-at-once", atOnce), func(b *testing.B) {
			s := start(b, Options{})
			_, _, err := s.ensure(ctx, jetstream.StreamConfig{Name: "BARE", Subjects: []string{"bare"}, MaxMsgs: -1, MaxBytes: -1, Duplicates: minWindow})
			if err != nil {
				b.Fatal(err)
			}
			payload := make([]byte, benchRecord)
			todo := make(chan struct{}, atOnce)
			var workers sync.WaitGroup
			b.ResetTimer()
			for range atOnce {
				workers.Go(func() {
					for range todo {
						m := nats.NewMsg("bare")
						m.Data = payload
						if a, err := s.publish(ctx, m); err != nil || a.Error != nil {
							b.Error(err, a.Error)
						}
					}
				})
			}
			for range b.N {
				todo <- struct{}{}
			}
			close(todo)
			workers.Wait()
		})
	}
}

// BenchmarkJournalAppend appends commits of some records, one after the other. The figure that counts is records/s.
func BenchmarkJournalAppend(b *testing.B) {
	for _, records := range []int{1, 16, 128} {
		b.Run(fmt.Sprintf("%d-records", records), func(b *testing.B) {
			j := owned(b, start(b, Options{}), JournalOptions{})
			payload := make([]byte, records*benchRecord)
			b.ResetTimer()
			for range b.N {
				if _, err := j.Append(ctx, payload); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*records)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

// BenchmarkJournalAppendQueued keeps four appends under way.
func BenchmarkJournalAppendQueued(b *testing.B) {
	j := owned(b, start(b, Options{}), JournalOptions{})
	payload := make([]byte, 16*benchRecord)
	free := make(chan struct{}, 4)
	b.ResetTimer()
	for range b.N {
		free <- struct{}{}
		j.AppendAsync(payload, func(r journal.Result) {
			if r.Err != nil {
				b.Error(r.Err)
			}
			<-free
		})
	}
	for range cap(free) {
		free <- struct{}{}
	}
	b.ReportMetric(float64(b.N*16)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkReplay reads and verifies a journal of 100,000 commits of 400 bytes.
func BenchmarkReplay(b *testing.B) {
	const commits = 100_000
	s := start(b, Options{LazySync: true})
	j := owned(b, s, JournalOptions{})
	var all sync.WaitGroup
	all.Add(commits)
	for range commits {
		j.AppendAsync(make([]byte, 400), func(journal.Result) { all.Done() })
	}
	all.Wait()
	b.ResetTimer()
	for range b.N {
		n := 0
		if err := j.Replay(ctx, 1, func(journal.Commit) error { n++; return nil }); err != nil || n != commits+1 {
			b.Fatal(n, err)
		}
	}
	b.ReportMetric(float64(b.N*commits)/b.Elapsed().Seconds(), "commits/s")
}

// BenchmarkOpen opens and closes a store with an empty journal.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	for range b.N {
		s, err := Open(ctx, Options{StoreDir: dir, Reserve: -1})
		if err != nil {
			b.Fatal(err)
		}
		owned(b, s, JournalOptions{})
		if err := s.Close(ctx); err != nil {
			b.Fatal(err)
		}
	}
}
