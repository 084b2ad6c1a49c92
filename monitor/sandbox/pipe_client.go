package sandbox

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// PipeClient is a [Client] that speaks HTTP over pipes within the process, so
// that a connection can become a websocket. Whatever the scheme of an address,
// it is not encrypted. close ends its connections.
func PipeClient(network http.Handler) (client *http.Client, close func()) {
	line := &switchboard{calls: make(chan net.Conn), done: make(chan struct{})}
	server := &http.Server{Handler: network}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		select {
		case line.calls <- theirs:
			return ours, nil
		case <-line.done:
			return nil, net.ErrClosed
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	transport := &http.Transport{DialContext: dial, DialTLSContext: dial}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(line) }) // it ends by close alone
	return &http.Client{Transport: transport}, func() {
		transport.CloseIdleConnections()
		_ = server.Close()
		serving.Wait()
	}
}

// switchboard is a listener for pipes.
type switchboard struct {
	calls chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func (s *switchboard) Accept() (net.Conn, error) {
	select {
	case c := <-s.calls:
		return c, nil
	case <-s.done:
		return nil, net.ErrClosed
	}
}

func (s *switchboard) Close() error {
	s.once.Do(func() { close(s.done) })
	return nil
}

func (s *switchboard) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }
