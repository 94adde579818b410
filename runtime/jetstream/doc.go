// Package jetstream is everything that knows NATS: the embedded server on a store directory or the connection to an external one, and on
// it the journals of the shards, the plans, and the durable channels.
//
//	s, err := jetstream.Open(ctx, jetstream.Options{StoreDir: "data"})
//	j, err := s.Journal(ctx, 0, jetstream.JournalOptions{}) // see package journal for its life
//	p, err := s.Plans(ctx)
//	c, err := s.Channel(ctx, "shop", "intake", jetstream.ChannelOptions{})
//	err = s.Close(ctx)
//
// # What is on the disk
//
//	LOCK       locked while a process holds the store; holds its pid
//	FORMAT     "cob store 1": a newer number is refused
//	marks/     one file per journal and channel: how far it is known to have reached, two slots written in turn
//	jetstream/ the streams, by the NATS server
//
// Streams: COB_J_<shard> (one message per commit, its sequence is the commit's number), COB_S_<shard> (snapshots), COB_PLANS,
// COB_C_<package>_<name> (channels; in the package a dot is a dash and an underscore an equals sign). Every write is on the disk before it is acknowledged (SyncAlways), unless
// Options.LazySync is set.
//
// # What damage is noticed, and when
//
// The server loses acknowledged messages silently when a bit flips, so nothing here believes it. A hole or a flipped bit anywhere in a
// journal is found by Replay, before anything is owned. A lost tail is found by TakeOver, down to the mark: the mark is written after every
// take-over and every clean close, and at most MarkInterval (half a second) after a commit in between. A tail that is lost together with
// a crash, and is younger than the last mark, cannot be noticed on one machine; a second copy (Replicas, a mirror) is the remedy. A
// stream that has vanished is found by its mark: it is refused, not begun afresh. A snapshot has its own SHA-256. Channels have marks too, and their readers notice gaps by the sequences.
//
// # A full disk
//
// A disk that runs full under the server makes the stream refuse everything until the server is opened anew, and leaves in doubt whether
// the last append is there. Therefore writes are refused with journal.ErrFull while less than Options.Reserve is free: nothing was
// written, the server is unharmed, and the journal goes on once space returns. When something else eats the reserve faster than it
// is looked at, the append in question is journal.ErrUnknown, and the node has to be opened anew, which loses nothing. Snapshots may use
// half of the reserve, because they are what lets a journal shrink.
//
// # Deliberately absent
//
// No retries (the owner of a journal decides), no consumers on journals (a journal has one reader, its owner), no atomic batches (one
// message per commit is a tenth of the cost), no repair.
package jetstream
