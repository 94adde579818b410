package check

// Table is the settings of one construct.
type Table struct {
	Of   string
	Rows []Setting
}

// Tables are all tables, by construct.
func Tables() []Table {
	return append(innerTables(), []Table{
		{"binding", bindingSettings}, {"call", callSettings}, {"channel", channelSettings},
		{"failover", failoverSettings}, {"machine", machineSettings}, {"operation", operationSettings},
		{"partner", partnerSettings}, {"pattern", patternSettings}, {"process", processSettings},
		{"report", reportSettings}, {"role", roleSettings}, {"rollout", rolloutSettings}, {"route", routeSettings},
		{"schedule", scheduleSettings}, {"sla", slaSettings}, {"task", taskSettings}, {"tenant", tenantSettings}, {"window", windowSettings},
	}...)
}

var processSettings = []Setting{
	{Name: "key", Form: "<expression>", Default: "a new key for every start", Doc: "the same key twice is the same instance"},
	{Name: "sla", Form: "<name sla>", Doc: "what the process guarantees"},
	{Name: "failover", Form: "<name failover>", Default: "the default failover", Doc: "how its calls move on when a cloud fails"},
	{Name: "policy", Form: "<name policy>", Default: "everything is allowed", Doc: "where its data may go"},
	{Name: "deadline", Form: "<duration 1s..3650d>", Default: "none", Doc: "how long an instance may take, with all that it calls and starts"},
	{Name: "retain", Form: "<duration 1s..36500d>, on fault <duration 1s..36500d>?", Default: "as long as the node keeps ended instances", Doc: "how long an instance and its key are known after its end, and one that failed, where there is room"},
	{Name: "search", Form: "<expression>", Default: "only the key", Doc: "a record of at most 16 values under which instances are found"},
	{Name: "replicate", Form: "<one of sync async>", Default: "one cloud", Doc: "whether the journal has to be in a second cloud before an effect leaves"},
}

var routeSettings = []Setting{
	{Name: "failover", Form: "<name failover>", Default: "the default failover", Doc: "how its calls move on when a cloud fails"},
	{Name: "policy", Form: "<name policy>", Default: "everything is allowed", Doc: "where its data may go"},
}

var callSettings = []Setting{
	{Name: "failover", Form: "<name failover>", Default: "the failover of the process", Doc: "how this call moves on when a cloud fails"},
	{Name: "policy", Form: "<name policy>", Default: "the policy of the process", Doc: "where the data of this call may go"},
	{Name: "timeout", Form: "<duration 1ms..1h>", Default: "the timeout of the operation", Doc: "how long one attempt may take"},
	{Name: "retry", Form: "<int 1..100>, backoff <durations 1ms..1h>?", Default: "the tries of the failover", Doc: "how often the call is attempted over all clouds, and how long to wait between two"},
	{Name: "idempotency_key", Form: "<expression>", Default: "that of the operation, else instance and step", Doc: "what names the effect at the target, a string"},
}

var taskSettings = []Setting{
	{Name: "role", Form: "<name role>", Required: true, Doc: "who may complete the task"},
	{Name: "due", Form: "<duration 1s..3650d>", Default: "never", Doc: "after this time the else block runs"},
	{Name: "remind", Form: "every <duration 1m..365d>", Default: "never", Doc: "how often the role is reminded"},
	{Name: "escalate", Form: "to <name role> after <duration 1s..3650d>", Default: "never", Doc: "who is asked as well, and after which time"},
	{Name: "users", Form: "<expression>", Default: "those of the role alone", Doc: "who may complete the task as well, a list of the names of people"},
	{Name: "groups", Form: "<expression>", Default: "those of the role alone", Doc: "whose members may complete the task as well, a list of strings"},
	{Name: "priority", Form: "<int 0..100>", Default: "0", Doc: "how urgent it is; lists begin with the highest where that is asked for"},
}

// limitForm is how much may go through something.
const limitForm = "<rate 1..1000000>, burst <int 1..1000000>?, <int 1..10000> at once?"

// waitingForm is a limit for whose turn somebody may wait.
const waitingForm = limitForm + ", <int 0..100000> waiting?"

// bindingSettings and operationSettings are those that every connector has.
var bindingSettings = []Setting{
	{Name: "availability", Form: "<ratio 0%..100%>", Default: "nothing is promised", Doc: "the ratio of calls that succeed"},
	{Name: "latency", Form: "<ratio 0%..100%> within <duration 1ms..1h>", Default: "nothing is promised", Doc: "this ratio of calls takes at most this time"},
	{Name: "cost", Form: "<money 0..> per call", Default: "free", Doc: "the price of one call"},
	{Name: "weight", Form: "<int 0..1000>", Default: "1", Doc: "its share of the calls under prefer: weighted and sticky; with 0 it is asked where no other can be"},
	{Name: "limit", Form: waitingForm, Default: "nothing is known of one", Doc: "how many calls its owner takes, how many of them at one moment, how many at a time, and how many may wait for their turn"},
	{Name: "auth", Form: "<block none basic bearer oauth2 mtls>", Default: "none", Doc: "how it is proved who calls"},
}

var operationSettings = []Setting{
	{Name: "idempotent", Form: "<bool>", Default: "what the verb says", Doc: "whether doing it twice is doing it once"},
	{Name: "idempotency_key", Form: "<expression>", Default: "instance and step", Doc: "what names the effect at the target, a string"},
	{Name: "timeout", Form: "<duration 1ms..1h>", Default: "30s", Doc: "how long one attempt may take"},
}

var failoverSettings = []Setting{
	{Name: "prefer", Form: "<one of cheapest fastest most_available listed weighted sticky>", Default: "listed", Doc: "how the legal clouds are ordered"},
	{Name: "tries", Form: "<int 1..100>, <duration 1ms..1h> each?, backoff <durations 1ms..1h>?", Default: "3, 10s each, backoff 100ms..10s",
		Doc: "how often a call is attempted over all clouds, how long one attempt may take, and how long to wait between two"},
	{Name: "unhealthy", Form: "<int 1..1000> failures in <duration 1s..1h>", Default: "5 failures in 30s", Doc: "when a cloud counts as down"},
	{Name: "probe", Form: "every <duration 100ms..1h>", Default: "every 1s", Doc: "how often a cloud of which no call tells is asked whether it is there"},
	{Name: "failback", Form: "after <duration 0s..24h>", Default: "after 30s", Doc: "how long a cloud has to be back before it is preferred again"},
	{Name: "breaker", Form: "<ratio 1%..100%> of <int 1..1000> calls in <duration 1s..1h>, slow <ratio 1%..100%> over <duration 1ms..1h>?, <int 1..100> trials?",
		Default: "none; trials: 3", Doc: "when nobody asks a cloud any more, by the share of the latest calls that failed or took too long, and how many calls have to succeed before it is as before"},
	{Name: "hedge", Form: "after <one of p50 p90 p95 p99>, at most <ratio 1%..50%>?", Default: "never; at most 10%", Doc: "when an idempotent call is sent to a second cloud as well, and which share of the calls at most"},
	{Name: "replicate", Form: "<one of sync async>", Default: "one cloud", Doc: "what holds for the processes that name this failover and do not say it themselves"},
}

var slaSettings = []Setting{
	{Name: "completion", Form: "<ratio 0%..100%> within <duration 1ms..3650d>", Default: "nothing is promised", Doc: "this ratio of instances ends within this time"},
	{Name: "availability", Form: "<ratio 0%..100%> over <duration 1m..3650d>", Default: "nothing is promised", Doc: "the ratio of instances that do not fail for technical reasons"},
	{Name: "cost", Form: "at most <money 0..>", Default: "nothing is promised", Doc: "what one instance costs at most"},
	{Name: "rpo", Form: "<duration 0s..365d>", Default: "nothing is promised", Doc: "how much work may be lost with a cloud; 0s needs replicate: sync"},
	{Name: "rto", Form: "<duration 1ms..365d>", Default: "nothing is promised", Doc: "how long it takes at most to go on in another cloud"},
}

var roleSettings = []Setting{
	{Name: "groups", Form: "<expression>", Default: "nobody", Doc: "the groups whose members have the role, a list of strings"},
}

var channelSettings = []Setting{
	{Name: "dead_letter", Form: "<name channel>", Default: "messages that fail for good are kept as incidents", Doc: "where messages go that fail for good"},
	{Name: "max_bytes", Form: "<size 64KiB..1TiB>", Default: "no limit but the disk", Doc: "how much the channel holds"},
	{Name: "invalid", Form: "<name channel>", Default: "they are refused and kept nowhere", Doc: "where messages go that do not fit the type"},
	{Name: "retain", Form: "<duration 1s..3650d>", Default: "until every route has taken it", Doc: "how old a message becomes that every route has taken"},
	{Name: "expires", Form: "<duration 1s..365d>", Default: "never", Doc: "how old a message may be when a route takes it; an older one is a dead letter"},
	{Name: "dedupe_by", Form: "<expression> within <duration 100ms..24h>", Default: "the ID of the message within 10m", Doc: "messages that are equal in this and come within this time are one message"},
	{Name: "priority", Form: "<expression>", Default: "all are equal", Doc: "an int from 0 to 9 over the message; what has a higher one is taken first"},
	{Name: "encrypt", Form: "<secret>", Default: "they are stored as they are", Doc: "the key with which messages are encrypted where they are stored"},
}
