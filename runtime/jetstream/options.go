package jetstream

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"
)

// Named limits and defaults.
const (
	DefaultMaxPayload   = 8 << 20                // bytes of one message, headers included
	MaxPayloadCeiling   = 31 << 20               // highest MaxPayload, in bytes: the server stores no record of 32 MiB
	DefaultMaxStore     = 1 << 50                // bytes; the disk and Reserve bound it before this does
	DefaultReserve      = 64 << 20               // bytes
	DefaultTimeout      = 10 * time.Second       //
	DefaultMarkInterval = 500 * time.Millisecond //
	MaxReplicas         = 5
)

// Options say where the store is and how it is bounded. The zero value of a field means its default.
type Options struct {
	StoreDir     string         // directory of the embedded store; made when it is not there. Required without URL
	URL          string         // address of an external NATS server, such as nats://127.0.0.1:4222; empty embeds one
	TLS          *TLS           // with URL: what is shown there and believed of it. Default none: what the address says
	LazySync     bool           // leave fsync to the system: faster, and a power failure loses up to 2 minutes. Default: fsync before every acknowledgement
	MaxStore     int64          // all streams together, in bytes; 1 MiB or more; default DefaultMaxStore
	MaxPayload   int            // one message in bytes; 64 KiB to MaxPayloadCeiling; default DefaultMaxPayload
	Reserve      int64          // disk space in bytes below which writes are refused as full; 0 to half of MaxStore; default DefaultReserve; -1 for none
	Replicas     int            // copies of every stream, 1, 3 or 5; default 3 where URL is a cluster, else 1; more than 1 needs URL
	Timeout      time.Duration  // longest wait for one answer of the store; 10 ms to 10 min; default DefaultTimeout
	MarkInterval time.Duration  // longest time between a commit and the mark that covers it; 10 ms to 1 h; default DefaultMarkInterval
	CopyDir      string         // directory of a second copy of every journal, best on another disk or machine; only with StoreDir. Default none
	Mirror       *MirrorOptions // the second copy in another cloud; only with StoreDir. Default none
	ScrubEvery   time.Duration  // time between two rounds of the scrubber over a journal; 1 s to 31 days; default DefaultScrubEvery
	ScrubRate    int64          // bytes that the scrubber of a journal reads in a second; 4 KiB to 1 GiB; default DefaultScrubRate
	Log          *slog.Logger   // where the server's own log goes; default none
}

func (o Options) withDefaults() Options {
	if o.MaxStore == 0 {
		o.MaxStore = DefaultMaxStore
	}
	if o.MaxPayload == 0 {
		o.MaxPayload = DefaultMaxPayload
	}
	if o.Reserve == 0 {
		o.Reserve = DefaultReserve
	}
	if o.Replicas == 0 && o.URL == "" {
		o.Replicas = 1
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.MarkInterval == 0 {
		o.MarkInterval = DefaultMarkInterval
	}
	if o.ScrubEvery == 0 {
		o.ScrubEvery = DefaultScrubEvery
	}
	if o.ScrubRate == 0 {
		o.ScrubRate = DefaultScrubRate
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Validate says which field is out of its bounds. The zero value of every field but StoreDir and URL is valid.
func (o Options) Validate() error {
	if (o.StoreDir == "") == (o.URL == "") {
		return errors.New("jetstream options: exactly one of StoreDir and URL must be set")
	}
	if err := o.validateCopy(); err != nil {
		return err
	}
	if err := o.Mirror.validate(o); err != nil {
		return err
	}
	o = o.withDefaults()
	for _, f := range []struct {
		name       string
		value, low int64
		high       int64
		unit       string
	}{
		{name: "MaxStore", value: o.MaxStore, low: 1 << 20, high: 1 << 62, unit: " bytes"},
		{name: "MaxPayload", value: int64(o.MaxPayload), low: 64 << 10, high: MaxPayloadCeiling, unit: " bytes"},
		{name: "Reserve", value: o.Reserve, low: -1, high: max(o.MaxStore/2, DefaultReserve), unit: " bytes"},
		{name: "Replicas", value: int64(o.Replicas), low: 0, high: MaxReplicas},
		{name: "Timeout", value: o.Timeout.Milliseconds(), low: 10, high: (10 * time.Minute).Milliseconds(), unit: " ms"},
		{name: "ScrubEvery", value: o.ScrubEvery.Milliseconds(), low: 1000, high: (31 * 24 * time.Hour).Milliseconds(), unit: " ms"},
		{name: "ScrubRate", value: o.ScrubRate, low: 4 << 10, high: 1 << 30, unit: " bytes/s"},
		{name: "MarkInterval", value: o.MarkInterval.Milliseconds(), low: 10, high: time.Hour.Milliseconds(), unit: " ms"},
	} {
		if f.value < f.low || f.value > f.high {
			return fmt.Errorf("jetstream options: %s is %d%s, must be from %d to %d", f.name, f.value, f.unit, f.low, f.high)
		}
	}
	if o.Replicas != 0 && (o.Replicas%2 == 0 || o.Replicas > 1 && o.URL == "") {
		return fmt.Errorf("jetstream options: Replicas is %d, must be 1, or 3 or 5 with an URL", o.Replicas)
	}
	return nil
}

// validateCopy keeps a copy from lying where the loss of the store takes it along.
func (o Options) validateCopy() error {
	if o.CopyDir == "" {
		return nil
	}
	if o.StoreDir == "" {
		return errors.New("jetstream options: CopyDir needs StoreDir; an external server keeps its copies itself, as Replicas says")
	}
	store, err := filepath.Abs(o.StoreDir)
	if err != nil {
		return err
	}
	second, err := filepath.Abs(o.CopyDir)
	if err != nil {
		return err
	}
	if second == store || strings.HasPrefix(second, store+string(filepath.Separator)) || strings.HasPrefix(store, second+string(filepath.Separator)) {
		return fmt.Errorf("jetstream options: CopyDir %s and StoreDir %s lie within each other: a copy has to survive the loss of the store", second, store)
	}
	return nil
}
