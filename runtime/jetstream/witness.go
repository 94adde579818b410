package jetstream

import (
	"fmt"
	"net"
	"strconv"

	"github.com/nats-io/nats-server/v2/server"
)

// A Witness is a small server in a third place: two clouds write there which of them owns the shards. Any NATS server with JetStream will do
// as well.
type Witness struct {
	dir    *directory
	server *server.Server
}

// OpenWitness listens on an address, with a store directory of its own. A token is asked for unless it is "", and
// a certificate unless secure is nil. Errors: *StoreDirError,
// *StoreInUseError, ones of listening.
func OpenWitness(dir, listen, token string, secure *TLS) (*Witness, error) {
	host, text, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return nil, err
	}
	if port == 0 {
		port = server.RANDOM_PORT
	}
	d, err := openDirectory(dir, 0)
	if err != nil {
		return nil, err
	}
	o := &server.Options{
		ServerName: "cob-witness", Host: host, Port: port, NoSigs: true, NoLog: true, NoSystemAccount: true, Authorization: token,
		JetStream: true, StoreDir: d.path, SyncAlways: true, JetStreamMaxStore: 64 << 20, JetStreamMaxMemory: 1 << 20, DisableJetStreamBanner: true,
	}
	if err := secure.serve(o); err != nil {
		d.close()
		return nil, err
	}
	s, err := server.NewServer(o)
	if err != nil {
		d.close()
		return nil, err
	}
	s.Start()
	if !s.ReadyForConnections(DefaultTimeout) {
		s.Shutdown()
		d.close()
		return nil, fmt.Errorf("the witness cannot listen on %s: another process may; choose another address", listen)
	}
	return &Witness{d, s}, nil
}

// Address is where it listens.
func (w *Witness) Address() string { return w.server.Addr().String() }

// Close ends it.
func (w *Witness) Close() error {
	w.server.Shutdown()
	w.server.WaitForShutdown()
	return w.dir.close()
}
