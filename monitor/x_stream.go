package monitor

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"otklik/storage"
)

const (
	xStreamName  = "posts"
	xSilence     = 25 * time.Second // a heartbeat comes every 20
	xLongestLine = 1 << 20          // bytes
	xStreamRest  = 5 * time.Second  // after a refusal, at first
	xStreamBusy  = time.Minute      // after one that says that there is a connection already
	xStreamMost  = 320 * time.Second
)

// xStreaming holds the filtered stream, whose rules are the queries of the
// searches. It reads no more than searches may cost.
type xStreaming struct {
	client *http.Client // waits for answers without end

	mu       sync.Mutex
	queries  []string
	changed  chan struct{} // closed when the queries have changed
	failures int           // to connect, in a row
}

func newXStreaming(client *http.Client) *xStreaming {
	endless := *client
	endless.Timeout = 0
	return &xStreaming{client: &endless, changed: make(chan struct{})}
}

// Streams is one connection for all searches, if there are any.
func (n *x) Streams(sources []storage.Source) []string {
	if n.stream == nil {
		return nil
	}
	var queries []string
	for _, s := range sources {
		if s.Kind == xKindSearch {
			queries = append(queries, s.Address)
		}
	}
	slices.Sort(queries)
	queries = slices.Compact(queries)
	s := n.stream
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Equal(queries, s.queries) {
		s.queries = queries
		close(s.changed)
		s.changed = make(chan struct{})
	}
	if len(queries) == 0 {
		return nil
	}
	return []string{xStreamName}
}

// wanted are the queries now, and what is closed when they change.
func (s *xStreaming) wanted() ([]string, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queries, s.changed
}

// refused is a refusal to connect as a pause that doubles with each.
func (s *xStreaming) refused(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures++
	first := xStreamRest
	var problem *xError
	if errors.As(err, &problem) && problem.Status == http.StatusTooManyRequests {
		first = xStreamBusy
	}
	rest := min(first<<min(s.failures-1, 6), max(xStreamMost, first))
	return fmt.Errorf("%w: %w", err, Limited{Until: time.Now().Add(rest)})
}

func (s *xStreaming) connected() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = 0
}

// Stream holds the connection. Nothing is told twice: what came while there was
// none is Missed.
func (n *x) Stream(ctx context.Context, _, _ string, take func([]Item, string) error) error {
	queries, changed := n.stream.wanted()
	if err := n.keepRules(ctx, queries); err != nil {
		return err
	}
	t, body, err := n.connect(ctx)
	if err != nil {
		return err
	}
	defer body.Close()
	lines, ended := xLines(ctx, body)
	for {
		silence := time.NewTimer(xSilence)
		select {
		case line := <-lines:
			silence.Stop()
			if err := n.told(ctx, t, line, take); err != nil {
				return err
			}
		case <-changed:
			silence.Stop()
			queries, changed = n.stream.wanted()
			if err := n.keepRules(ctx, queries); err != nil {
				return errors.Join(err, Missed{})
			}
		case err := <-ended:
			silence.Stop()
			return errors.Join(err, Missed{})
		case <-silence.C:
			return errors.Join(errors.New("the stream is silent"), Missed{})
		case <-ctx.Done():
			silence.Stop()
			return ctx.Err()
		}
	}
}

// xLines hands over the lines of a stream; ended says once why there are no more.
func xLines(ctx context.Context, body io.Reader) (<-chan []byte, <-chan error) {
	lines, ended := make(chan []byte), make(chan error, 1)
	go func() {
		scanner := bufio.NewScanner(body)
		scanner.Buffer(nil, xLongestLine)
		for scanner.Scan() {
			select {
			case lines <- slices.Clone(scanner.Bytes()):
			case <-ctx.Done():
				return
			}
		}
		err := scanner.Err()
		if err == nil {
			err = io.ErrUnexpectedEOF
		}
		ended <- fmt.Errorf("read the stream: %w", err)
	}()
	return lines, ended
}

// connect opens the stream with the first token that may. Without money for
// another page of a search it stays closed.
func (n *x) connect(ctx context.Context) (*xToken, io.ReadCloser, error) {
	if err := n.money.recall(ctx); err != nil {
		return nil, nil, err
	}
	if until, ok := n.money.short(); ok {
		return nil, nil, Limited{Until: until}
	}
	err := error(BadConfig{What: xKeyToken + " is not set"})
	for _, t := range n.readers {
		var body io.ReadCloser
		if body, err = n.open(ctx, t); err == nil {
			n.stream.connected()
			return t, body, nil
		}
		if !xNextToken(err) {
			break
		}
	}
	if errors.As(err, new(*xError)) && !errors.As(err, new(AuthLost)) {
		err = n.stream.refused(err)
	}
	return nil, nil, err
}

func (n *x) open(ctx context.Context, t *xToken) (io.ReadCloser, error) {
	if err := t.leave(ctx, xStreamed); err != nil {
		return nil, err
	}
	req, err := n.request(ctx, xAsk{endpoint: xStreamed, path: "/tweets/search/stream", params: url.Values{"tweet.fields": {xFields}}})
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+t.bearer)
	answer, err := n.stream.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("open the stream: %w", xBare(err))
	}
	if answer.StatusCode == http.StatusOK {
		return answer.Body, nil
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, xLongestLine))
	if err != nil {
		return nil, fmt.Errorf("open the stream: %w", err)
	}
	refused := readXError(xStreamed, answer.StatusCode, body)
	if refused.Status == http.StatusUnauthorized || refused.Problem == xCapped || refused.Status == http.StatusPaymentRequired {
		return nil, fmt.Errorf("%w: %w", refused, t.learn(refused, answer.Header))
	}
	return nil, refused
}

// told takes one line: a post, a heartbeat, or the news that the network is
// about to end the stream.
func (n *x) told(ctx context.Context, t *xToken, line []byte, take func([]Item, string) error) error {
	post, err := readXLine(line)
	if err != nil {
		return errors.Join(err, Missed{})
	}
	if post == nil {
		return nil
	}
	n.money.paid(t.number, []xPost{*post})
	if err := take([]Item{n.item(post)}, ""); err != nil {
		return errors.Join(err, Missed{})
	}
	if until, ok := n.money.short(); ok {
		return errors.Join(Limited{Until: until}, Missed{})
	}
	return ctx.Err()
}

// readXLine reads one line of the stream; nil for a heartbeat.
func readXLine(line []byte) (*xPost, error) {
	if len(line) == 0 || len(line) == 1 && line[0] == '\r' {
		return nil, nil
	}
	var told struct {
		Data   *xPost     `json:"data"`
		Errors []xProblem `json:"errors"`
	}
	if err := json.Unmarshal(line, &told); err != nil {
		return nil, fmt.Errorf("read a line of the stream: %w", xMalformed(err))
	}
	if told.Data == nil || told.Data.ID == "" {
		if len(told.Errors) > 0 {
			return nil, errors.New("the network ends the stream: " + told.Errors[0].tail())
		}
		return nil, errors.New("a line of the stream has no post")
	}
	return told.Data, nil
}
