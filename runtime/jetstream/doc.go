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
//	healing/   a journal that is being put right
//	damaged/   streams that the server did not know any more when their journal was put right
//
// Streams: COB_J_<shard> (one message per commit, its sequence is the commit's number), COB_S_<shard> (snapshots), COB_PLANS,
// COB_C_<package>_<name> (channels; in the package a dot is a dash and an underscore an equals sign). Every write is on the disk before it is acknowledged (SyncAlways), unless
// Options.LazySync is set.
//
// # What several nodes share
//
// On an external server the marks are a bucket, COB_MARKS, and there is a stream COB_BOARD: small facts that nodes tell each other, such as who is
// there, each written only over the one that its writer knows, and some of them going away by themselves. What nodes ask each other
// goes over the Bus, which is core NATS and keeps nothing.
//
// # What damage is noticed, and when
//
// The server loses acknowledged messages silently when a bit flips, so nothing here believes it. A hole or a flipped bit anywhere in a
// journal is found by Replay, before anything is owned. A lost tail is found by TakeOver, down to the mark: the mark is written after every
// take-over and every clean close, and at most MarkInterval (half a second) after a commit in between. A tail that is lost together with
// a crash, and is younger than the last mark, cannot be noticed on one machine; a second copy (Replicas, a mirror) is the remedy. A
// stream that has vanished is found by its mark: it is refused, not begun afresh. A snapshot has its own SHA-256. Channels have marks too, and their readers notice gaps by the sequences.
//
// # The second copy, healing, scrubbing
//
// Options.CopyDir is a directory elsewhere that holds, per journal, the latest snapshot and the commits from it on, and the plans. A
// copier follows each journal within copyPause; it reads what was committed and verifies it, so it is the first to see what the store has
// done to it. How far the copy has come counts as a mark: a store that holds less is refused.
//
// Heal puts a damaged journal right, before it is owned, from whatever is whole: commits of the stream, commits of the copy, either
// snapshot. It takes what forms one chain and reaches everything acknowledged, or nothing. The chain is written to healing/ first, then the
// stream is made anew from there, so a crash on the way is gone on with. What the server no longer knows is moved to damaged/.
//
// A Mirror is a second copy in another cloud, of channels, too: their messages go before the commits that may speak of them, so that no
// position of a reader is behind the end of its channel there. A store that is opened with the directory of a mirror has the messages at their
// places. TLS says how the clouds know each other.
//
// Scrub reads a journal again and again at a bounded rate and verifies it, because bits flip in what nobody reads.
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
// message per commit is a tenth of the cost), no repair by guessing, no copy of channels but in a mirror.
package jetstream
