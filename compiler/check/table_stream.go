package check

// defaultPartitions is how many partitions a pattern or a window keeps where it
// does not say so.
const defaultPartitions = 1_000_000

// timing are the settings that patterns and windows share.
var timing = []Setting{
	{Name: "time", Form: "<times>", Default: "when it was accepted", Doc: "when a message happened, an expression over its fields; with several sources one for each: taken of readings, raised of alarms"},
	{Name: "lateness", Form: "<duration 0s..30d>", Default: "0s", Doc: "how much later than others a message may come and still take part"},
	{Name: "late", Form: "<name channel>", Default: "they are counted and dropped", Doc: "where messages go that come later than that"},
	{Name: "partitions", Form: "<int 1..10000000>", Default: "1000000", Doc: "how many partitions are kept; the one that was quiet for longest is dropped first"},
}

var patternSettings = append([]Setting{
	{Name: "skip", Form: "<one of none overlapping>", Default: "none", Doc: "which other matches under way a complete match discards"},
	{Name: "matches", Form: "<int 1..10000>", Default: "100", Doc: "how many matches of a partition are under way; the oldest is dropped first"},
}, timing...)

var windowSettings = append([]Setting{
	{Name: "longest", Form: "<duration 1s..366d>", Default: "1d", Doc: "after which time a session ends although messages still come"},
	{Name: "messages", Form: "<int 1..1000000>", Default: "10000", Doc: "how many messages, or different values, are kept for one window where it needs them"},
}, timing...)

var scheduleSettings = []Setting{
	{Name: "every", Form: "<calendar>", Required: true, Doc: "when: an interval such as 15m, or days such as day at 02:30 in \"Europe/Paris\""},
	{Name: "overlap", Form: "<one of skip wait cancel allow>", Default: "skip", Doc: "what happens when the process of the occasion before still runs"},
	{Name: "missed", Form: "skip?, run <one of last all>?", Default: "run last", Doc: "which occasions are made up for that nobody was there for"},
	{Name: "catch_up", Form: "<duration 1m..366d>", Default: "1d", Doc: "how old an occasion may be that is made up for"},
	{Name: "dst_gap", Form: "<one of shift skip>", Default: "shift", Doc: "what becomes of a time that does not exist, when clocks are put forward"},
	{Name: "dst_fold", Form: "<one of first both>", Default: "first", Doc: "what becomes of a time that comes twice, when clocks are put back"},
}
