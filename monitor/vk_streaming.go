package monitor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coder/websocket"

	"otklik/storage"
)

const (
	vkStreamName  = "streaming"
	vkStreamBeat  = 30 * time.Second // between our pings
	vkStreamPong  = 15 * time.Second // for their answers
	vkStreamFrame = 1 << 20          // bytes of one event
	vkStreamAhead = 1000             // events that wait to be stored
	vkStreamBatch = 100              // that are stored at once
)

// vkStreaming is the Streaming API, whose rules are the searches. It tells of
// one percent of what matches, of all only by a contract with VK: it makes
// searches faster and never stands in for them.
type vkStreaming struct {
	mu      sync.Mutex
	rules   []vkRule
	changed chan struct{} // closed when the rules have changed
}

func newVKStreaming() *vkStreaming { return &vkStreaming{changed: make(chan struct{})} }

// follow makes the searches among the sources the rules; it says whether there
// are any.
func (s *vkStreaming) follow(sources []storage.Source) bool {
	rules := vkRulesOf(sources)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Equal(rules, s.rules) {
		s.rules = rules
		close(s.changed)
		s.changed = make(chan struct{})
	}
	return len(rules) > 0
}

// wanted are the rules now, and what is closed when they change.
func (s *vkStreaming) wanted() ([]vkRule, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rules, s.changed
}

// errVKStreamEnds says that the network wants us to connect anew.
var errVKStreamEnds = errors.New("the network ends the stream")

// hold keeps the stream until it breaks. Nothing is told twice, and yet what
// came while there was no stream is not Missed: that would have all walls of the
// network read for one percent of what was written, out of the day's quotas.
// Each search asks in its turn for all since its turn before.
func (n *vk) hold(ctx context.Context, take func([]Item, string) error) error {
	rules, changed := n.stream.wanted()
	server, err := n.streamServer(ctx)
	if err != nil {
		return err
	}
	if err := server.keep(ctx, rules); err != nil {
		return err
	}
	c, err := server.connect(ctx)
	if err != nil {
		return err
	}
	var helpers sync.WaitGroup
	defer helpers.Wait()
	held, end := context.WithCancelCause(ctx)
	defer end(nil)
	defer func() { _ = c.CloseNow() }() // nobody would do anything about it
	frames := make(chan []byte, vkStreamAhead)
	helpers.Go(func() { end(vkFrames(held, c, frames)) })
	helpers.Go(func() { end(vkBeat(held, c)) })
	helpers.Go(func() { end(n.keepInStep(held, server, changed)) })
	for {
		var batch [][]byte
		select {
		case frame := <-frames:
			batch = append(batch, frame)
		case <-held.Done():
		}
		for len(batch) < vkStreamBatch && len(frames) > 0 {
			batch = append(batch, <-frames)
		}
		if len(batch) == 0 || ctx.Err() != nil {
			return vkStreamEnd(ctx, context.Cause(held))
		}
		items, ended := n.streamed(ctx, batch)
		if len(items) > 0 {
			if err := take(items, ""); err != nil {
				return err
			}
		}
		if ended != nil {
			return vkStreamEnd(ctx, ended)
		}
	}
}

// vkStreamEnd is why a stream ended; nil when the network just wanted it so.
func vkStreamEnd(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errVKStreamEnds):
		return nil
	}
	return fmt.Errorf("streaming of vk: %w", err)
}

// connect opens the stream. Its errors show no address, for the key stands in it.
func (s *vkStreamServer) connect(ctx context.Context) (*websocket.Conn, error) {
	//nolint:bodyclose // Dial has read what there was to read, and says that nobody needs to
	c, answer, err := websocket.Dial(ctx, s.at("/stream"), &websocket.DialOptions{HTTPClient: s.client})
	switch {
	case err == nil:
		c.SetReadLimit(vkStreamFrame)
		return c, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case answer == nil:
		return nil, fmt.Errorf("open the streaming of vk: %w", vkBare(err))
	}
	var reply vkRulesReply
	if answer.Body != nil && json.NewDecoder(answer.Body).Decode(&reply) == nil && reply.Error != nil {
		return nil, fmt.Errorf("open the streaming of vk: %w", vkStreamError(reply.Error.Code))
	}
	return nil, fmt.Errorf("open the streaming of vk: status %d", answer.StatusCode)
}

// vkBare is an error of a call without the address.
func vkBare(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return errors.New("no address to ask")
}

// vkFrames hands over what the network sends until it sends no more.
func vkFrames(ctx context.Context, c *websocket.Conn, frames chan<- []byte) error {
	for {
		_, frame, err := c.Read(ctx)
		if status := websocket.CloseStatus(err); status != -1 {
			return fmt.Errorf("the network closed the stream, %d", status) // its words may repeat anything
		}
		if err != nil {
			return fmt.Errorf("read the stream: %w", err)
		}
		select {
		case frames <- frame:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// vkBeat asks now and then whether the other side is there.
func vkBeat(ctx context.Context, c *websocket.Conn) error {
	for {
		if err := pause(ctx, vkStreamBeat); err != nil {
			return err
		}
		waits, stop := context.WithTimeout(ctx, vkStreamPong)
		err := c.Ping(waits)
		stop()
		if err != nil {
			return errors.New("the stream is silent")
		}
	}
}

// keepInStep changes the rules whenever the searches change.
func (n *vk) keepInStep(ctx context.Context, server *vkStreamServer, changed <-chan struct{}) error {
	for {
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
		var rules []vkRule
		rules, changed = n.stream.wanted()
		if err := server.keep(ctx, rules); err != nil {
			return err
		}
	}
}
