package record

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sort"
	"time"

	"github.com/cob-lang/cob/lang/types"
)

// Version is the form that AppendEvents writes.
const Version = 1

// Limits of what the codec reads and writes.
const (
	// MaxNesting bounds how many lists and records may stand around a value.
	// Whoever makes events keeps below it (engine.MaxDepth): what could not be read
	// again is not written, so a deeper value is a bug and panics.
	MaxNesting = 100
	// maxInterned bounds the strings of one commit that are written once.
	maxInterned = 1 << 16
)

// Errors of reading events. DamageError wraps them with the place.
var (
	ErrVersion = errors.New("written in a form that this program does not read: use a newer cob")
	ErrShort   = errors.New("ends too early")
	ErrGarbage = errors.New("is no record of events")
)

// DamageError says where bytes stop being events.
type DamageError struct {
	Event  int // how many events were read before
	Offset int // in bytes
	Err    error
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("the record %v (event %d, byte %d)", e.Err, e.Event, e.Offset)
}

func (e *DamageError) Unwrap() error { return e.Err }

// AppendEvents appends events in their binary form: the version, the number of
// events, then each. The same events give the same bytes. Strings that repeat
// are written once.
func AppendEvents(to []byte, events []Event) []byte {
	c := coder{buf: to, writing: true}
	c.buf = append(c.buf, Version)
	c.buf = binary.AppendUvarint(c.buf, uint64(len(events)))
	for _, e := range events {
		c.write(e)
	}
	return c.buf
}

// ReadEvents reads what AppendEvents wrote. Errors: *DamageError.
func ReadEvents(from []byte) ([]Event, error) {
	c := coder{buf: from}
	if len(from) == 0 {
		return nil, &DamageError{Err: ErrShort}
	}
	if from[0] != Version {
		return nil, &DamageError{Err: ErrVersion}
	}
	c.at = 1
	n := c.count(1)
	events := make([]Event, 0, n)
	for range n {
		e := c.read()
		if c.err != nil {
			return nil, &DamageError{len(events), c.at, c.err}
		}
		events = append(events, e)
	}
	if c.err == nil && c.at != len(from) {
		c.err = ErrGarbage
	}
	if c.err != nil {
		return nil, &DamageError{len(events), c.at, c.err}
	}
	return events, nil
}

// AppendValue appends a value alone, in the same form.
func AppendValue(to []byte, v types.Value) []byte {
	c := coder{buf: to, writing: true, plain: true}
	c.value(&v, 0)
	return c.buf
}

// ReadValue reads what AppendValue wrote, and gives the bytes after it.
// Errors: *DamageError.
func ReadValue(from []byte) (v types.Value, rest []byte, err error) {
	c := coder{buf: from, plain: true}
	c.value(&v, 0)
	if c.err != nil {
		return nil, nil, &DamageError{0, c.at, c.err}
	}
	return v, from[c.at:], nil
}

// coder writes or reads: each event lists its fields once, for both directions.
// The first error of reading stays.
type coder struct {
	buf      []byte
	at       int // of reading
	writing  bool
	plain    bool // strings are never interned
	err      error
	instance string  // of the event before
	time     Instant // of the last event that had one
	table    []string
	index    map[string]uint32
}

func (c *coder) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

func (c *coder) uint(v *uint64) {
	if c.writing {
		c.buf = binary.AppendUvarint(c.buf, *v)
		return
	}
	if c.err != nil {
		return
	}
	n, size := binary.Uvarint(c.buf[c.at:])
	if size <= 0 {
		c.fail(ErrShort)
		return
	}
	*v = n
	c.at += size
}

func (c *coder) u32(v *uint32) {
	n := uint64(*v)
	c.uint(&n)
	if n > math.MaxUint32 {
		c.fail(ErrGarbage)
		return
	}
	*v = uint32(n)
}

func (c *coder) int(v *int64) {
	n := uint64(*v)<<1 ^ uint64(*v>>63)
	c.uint(&n)
	*v = int64(n>>1) ^ -int64(n&1)
}

func (c *coder) bool(v *bool) {
	if c.writing {
		c.buf = append(c.buf, flag(*v))
		return
	}
	switch c.byte() {
	case 0:
		*v = false
	case 1:
		*v = true
	default:
		c.fail(ErrGarbage)
	}
}

func flag(v bool) byte {
	if v {
		return 1
	}
	return 0
}

func (c *coder) byte() byte {
	if c.err != nil {
		return 0
	}
	if c.at >= len(c.buf) {
		c.fail(ErrShort)
		return 0
	}
	c.at++
	return c.buf[c.at-1]
}

// count reads a number of things that take at least size bytes each, so that
// garbage cannot ask for more memory than it has bytes.
func (c *coder) count(size int) int {
	var n uint64
	c.uint(&n)
	if c.err == nil && n > uint64((len(c.buf)-c.at)/size) {
		c.fail(ErrShort)
	}
	if c.err != nil {
		return 0
	}
	return int(n)
}

// when is the time of an event, as the distance from that of the event before.
func (c *coder) when(v *Instant) {
	d := int64(*v - c.time)
	c.int(&d)
	if !c.writing {
		*v = c.time + Instant(d)
	}
	c.time = *v
}

// due is a time that may be absent, as the distance from the event's own.
func (c *coder) due(v *Instant) {
	set := *v != 0
	c.bool(&set)
	if !set {
		if !c.writing {
			*v = 0
		}
		return
	}
	d := int64(*v - c.time)
	c.int(&d)
	if !c.writing {
		if *v = c.time + Instant(d); *v == 0 {
			c.fail(ErrGarbage)
		}
	}
}

// id is the instance: 0 for that of the event before.
func (c *coder) id(v *string) {
	if c.writing {
		if *v == c.instance {
			c.buf = append(c.buf, 0)
			return
		}
		c.buf = append(c.buf, 1)
		c.text(v)
		c.instance = *v
		return
	}
	switch c.byte() {
	case 0:
		*v = c.instance
	case 1:
		if c.text(v); c.err == nil && *v == c.instance {
			c.fail(ErrGarbage)
		}
		c.instance = *v
	default:
		c.fail(ErrGarbage)
	}
}

// linear is how many interned strings are looked for one by one.
const linear = 12

// text is a string that may repeat: 0 and the string, or its number.
func (c *coder) text(v *string) {
	if c.plain {
		c.raw(v)
		return
	}
	if !c.writing {
		c.readText(v)
		return
	}
	if n, ok := c.interned(*v); ok {
		c.buf = binary.AppendUvarint(c.buf, uint64(n)+1)
		return
	}
	c.buf = append(c.buf, 0)
	c.raw(v)
	c.intern(*v)
}

func (c *coder) interned(s string) (uint32, bool) {
	if len(c.table) <= linear {
		for i := range c.table {
			if c.table[i] == s {
				return uint32(i), true
			}
		}
		return 0, false
	}
	n, ok := c.index[s]
	return n, ok
}

func (c *coder) intern(s string) {
	if len(c.table) >= maxInterned {
		return
	}
	c.table = append(c.table, s)
	if !c.writing || len(c.table) <= linear {
		return
	}
	if c.index == nil {
		c.index = make(map[string]uint32, 4*linear)
		for i, t := range c.table {
			c.index[t] = uint32(i)
		}
	}
	c.index[s] = uint32(len(c.table) - 1)
}

func (c *coder) readText(v *string) {
	var n uint64
	c.uint(&n)
	switch {
	case c.err != nil:
	case n == 0:
		c.raw(v)
		if c.err == nil {
			c.intern(*v)
		}
	case n > uint64(len(c.table)):
		c.fail(ErrGarbage)
	default:
		*v = c.table[n-1]
	}
}

// raw is a string as it is.
func (c *coder) raw(v *string) {
	if c.writing {
		c.buf = binary.AppendUvarint(c.buf, uint64(len(*v)))
		c.buf = append(c.buf, *v...)
		return
	}
	n := c.count(1)
	if c.err == nil {
		*v = string(c.buf[c.at : c.at+n])
		c.at += n
	}
}

func (c *coder) outcome(v *Outcome) {
	s := string(*v)
	c.text(&s)
	*v = Outcome(s)
}

func (c *coder) state(v *State) {
	s := string(*v)
	c.text(&s)
	*v = State(s)
}

// The tags of values.
const (
	tagNil byte = iota
	tagFalse
	tagTrue
	tagInt
	tagFloat
	tagString
	tagBytes
	tagExact
	tagAmount
	tagTime
	tagDuration
	tagList
	tagRecord
)

func (c *coder) value(v *types.Value, depth int) {
	if depth > MaxNesting {
		if c.writing {
			panic(fmt.Sprintf("record: a value nests deeper than %d", MaxNesting))
		}
		c.fail(fmt.Errorf("nests a value deeper than %d: %w", MaxNesting, ErrGarbage))
		return
	}
	if c.writing {
		c.writeValue(*v, depth)
		return
	}
	*v = c.readValue(depth)
}

func (c *coder) writeValue(v types.Value, depth int) {
	switch x := v.(type) {
	case nil:
		c.buf = append(c.buf, tagNil)
	case bool:
		c.buf = append(c.buf, tagFalse+flag(x))
	case int64:
		c.buf = append(c.buf, tagInt)
		c.int(&x)
	case float64:
		c.buf = binary.LittleEndian.AppendUint64(append(c.buf, tagFloat), math.Float64bits(x))
	case string:
		c.buf = append(c.buf, tagString)
		c.raw(&x)
	case []byte:
		c.buf = binary.AppendUvarint(append(c.buf, tagBytes), uint64(len(x)))
		c.buf = append(c.buf, x...)
	case types.Exact:
		s := x.Compact()
		c.buf = append(c.buf, tagExact)
		c.raw(&s)
	case types.Amount:
		s := x.Value.Compact()
		c.buf = append(c.buf, tagAmount)
		c.raw(&s)
		c.text(&x.Currency)
	case time.Time:
		sec, nsec := x.Unix(), uint64(x.Nanosecond())
		c.buf = append(c.buf, tagTime)
		c.int(&sec)
		c.uint(&nsec)
	case time.Duration:
		n := int64(x)
		c.buf = append(c.buf, tagDuration)
		c.int(&n)
	case []types.Value:
		c.buf = binary.AppendUvarint(append(c.buf, tagList), uint64(len(x)))
		for i := range x {
			c.value(&x[i], depth+1)
		}
	case map[string]types.Value:
		c.buf = append(c.buf, tagRecord)
		c.writeRecord(x, depth)
	default:
		panic(fmt.Sprintf("record: %s is no value", types.Describe(v)))
	}
}

func (c *coder) writeRecord(m map[string]types.Value, depth int) {
	c.buf = binary.AppendUvarint(c.buf, uint64(len(m)))
	var few [8]string
	keys := few[:0]
	for k := range m {
		keys = append(keys, k)
	}
	if len(keys) > 1 {
		sortKeys(keys)
	}
	for _, k := range keys {
		c.text(&k)
		v := m[k]
		c.value(&v, depth+1)
	}
}

// sortKeys sorts a few keys without calling through an interface.
func sortKeys(keys []string) {
	if len(keys) > 12 {
		sort.Strings(keys)
		return
	}
	for i := 1; i < len(keys); i++ {
		for j := i; j > 0 && keys[j] < keys[j-1]; j-- {
			keys[j], keys[j-1] = keys[j-1], keys[j]
		}
	}
}

func (c *coder) readValue(depth int) types.Value {
	switch tag := c.byte(); tag {
	case tagNil:
		return nil
	case tagFalse, tagTrue:
		return tag == tagTrue
	case tagInt:
		var n int64
		c.int(&n)
		return n
	case tagFloat:
		if len(c.buf)-c.at < 8 {
			c.fail(ErrShort)
			return nil
		}
		c.at += 8
		return math.Float64frombits(binary.LittleEndian.Uint64(c.buf[c.at-8:]))
	case tagString:
		var s string
		c.raw(&s)
		return s
	case tagBytes:
		n := c.count(1)
		c.at += n
		return append([]byte{}, c.buf[c.at-n:c.at]...)
	case tagExact:
		return c.readExact()
	case tagAmount:
		value := c.readExact()
		var currency string
		c.text(&currency)
		return types.Amount{Value: value, Currency: currency}
	case tagTime:
		return c.readTime()
	case tagDuration:
		var n int64
		c.int(&n)
		return time.Duration(n)
	case tagList:
		return c.readList(depth)
	case tagRecord:
		return c.readRecord(depth)
	}
	c.fail(ErrGarbage)
	return nil
}

func (c *coder) readExact() types.Exact {
	var s string
	c.raw(&s)
	if c.err != nil {
		return types.Exact{}
	}
	x, err := types.ParseExact(s)
	if err != nil {
		c.fail(fmt.Errorf("%w: %w", ErrGarbage, err))
	}
	return x
}

func (c *coder) readTime() types.Value {
	var sec int64
	var nsec uint64
	c.int(&sec)
	c.uint(&nsec)
	if nsec > 999_999_999 {
		c.fail(ErrGarbage)
		return nil
	}
	return time.Unix(sec, int64(nsec)).UTC()
}

func (c *coder) readList(depth int) types.Value {
	list := make([]types.Value, c.count(1))
	for i := range list {
		c.value(&list[i], depth+1)
		if c.err != nil {
			return nil
		}
	}
	return list
}

func (c *coder) readRecord(depth int) map[string]types.Value {
	n := c.count(2)
	m := make(map[string]types.Value, n)
	last := ""
	for i := range n {
		var k string
		var v types.Value
		c.text(&k)
		c.value(&v, depth+1)
		if c.err == nil && i > 0 && k <= last {
			c.fail(ErrGarbage)
		}
		if c.err != nil {
			return nil
		}
		last = k
		m[k] = v
	}
	return m
}

// record is a map that may be absent.
func (c *coder) record(m *map[string]types.Value) {
	set := *m != nil
	c.bool(&set)
	switch {
	case !set:
	case c.writing:
		c.writeRecord(*m, 0)
	default:
		*m = c.readRecord(0)
	}
}

// list is a list that may be absent.
func (c *coder) list(l *[]types.Value) {
	if c.writing {
		n := uint64(0)
		if *l != nil {
			n = uint64(len(*l)) + 1
		}
		c.uint(&n)
		for i := range *l {
			c.value(&(*l)[i], 1)
		}
		return
	}
	var n uint64
	c.uint(&n)
	if c.err == nil && n > uint64(len(c.buf)-c.at)+1 {
		c.fail(ErrShort)
	}
	if c.err != nil || n == 0 {
		return
	}
	*l = make([]types.Value, n-1)
	for i := range *l {
		c.value(&(*l)[i], 1)
	}
}
