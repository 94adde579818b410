package httpconnector

import (
	"crypto/tls"
	"fmt"
	"time"
)

// Options are the limits of the connector. The zero value of a field is its
// default.
type Options struct {
	// MaxResponseBytes bounds the body of an answer: 1 to 1 GiB, default 4 MiB.
	MaxResponseBytes int64
	// MaxRequestBytes bounds the body of a request: 1 to 1 GiB, default 4 MiB.
	MaxRequestBytes int64
	// MaxHeaderBytes bounds the head of an answer, and the path, query and
	// headers of a request: 256 to 1 MiB, default 64 KiB.
	MaxHeaderBytes int
	// MaxConcurrent bounds the calls of one binding that run at once: 1 to
	// 65536, default 256. More of them wait, as many as there are.
	MaxConcurrent int
	// IdleFor is how long an unused connection is kept: 1ms to 1h, default 30s.
	IdleFor time.Duration
	// DialFor bounds reaching a target, and the TLS handshake after it: 1ms to
	// 1h, default 10s. The time of the call bounds both as well.
	DialFor time.Duration
	// TimeoutNs bounds a call where neither the caller nor the operation does:
	// 1 to one hour in nanoseconds, default 30s.
	TimeoutNs int64
	// TLS says whom to trust; nil trusts what the system trusts.
	TLS *tls.Config
}

func (o Options) withDefaults() Options {
	fill(&o.MaxResponseBytes, 4<<20)
	fill(&o.MaxRequestBytes, 4<<20)
	fill(&o.MaxHeaderBytes, 64<<10)
	fill(&o.MaxConcurrent, 256)
	fill(&o.IdleFor, 30*time.Second)
	fill(&o.DialFor, 10*time.Second)
	fill(&o.TimeoutNs, int64(30*time.Second))
	if o.TLS == nil {
		o.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return o
}

func fill[T int | int64 | time.Duration](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

// Validate says which field is out of its bounds. Zero values are defaults and
// always fit.
func (o Options) Validate() error {
	d := o.withDefaults()
	for _, f := range []struct {
		name            string
		value, from, to int64
	}{
		{"MaxResponseBytes", d.MaxResponseBytes, 1, 1 << 30},
		{"MaxRequestBytes", d.MaxRequestBytes, 1, 1 << 30},
		{"MaxHeaderBytes", int64(d.MaxHeaderBytes), 256, 1 << 20},
		{"MaxConcurrent", int64(d.MaxConcurrent), 1, 1 << 16},
		{"IdleFor", int64(d.IdleFor), int64(time.Millisecond), int64(time.Hour)},
		{"DialFor", int64(d.DialFor), int64(time.Millisecond), int64(time.Hour)},
		{"TimeoutNs", d.TimeoutNs, 1, int64(time.Hour)},
	} {
		if f.value < f.from || f.value > f.to {
			return fmt.Errorf("http connector: %s is %d; want %d to %d", f.name, f.value, f.from, f.to)
		}
	}
	return nil
}
