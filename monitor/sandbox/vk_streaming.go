package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/coder/websocket"
)

// What the Streaming API takes as rules.
const (
	streamMostRules    = 300
	streamLongestRule  = 4096 // bytes
	streamLongestTag   = 256  // bytes
	streamMostKeywords = 100
)

// StreamRules and StreamOpen are the methods under which faults meet the
// Streaming API; the parameter http is GET, POST or DELETE.
const (
	StreamRules = "rules"
	StreamOpen  = "stream"
)

// StreamRule is a rule of the Streaming API.
type StreamRule struct {
	Value string `json:"value"`
	Tag   string `json:"tag"`
}

// keywordStream is the Streaming API of a [VK].
type keywordStream struct {
	keys  int // how many there were; the last one is valid
	rules []StreamRule
	open  map[*flow]bool
}

// streamActions are what the stream calls that which long polls tell of.
var streamActions = map[string]string{"new": "new", "edit": "update", "delete": "delete", "restore": "restore"}

// flow is one open connection.
type flow struct {
	frames chan string
	broken chan struct{}
	silent bool
}

func (s *keywordStream) key() string { return fmt.Sprintf("stream-key-%d", s.keys) }

// streamingGetServerUrl is streaming.getServerUrl. The stream stands where the
// API does.
func (c *call) streamingGetServerURL() (any, *refusal) {
	return map[string]any{"endpoint": c.host, "key": c.v.streaming.key()}, nil
}

// NewStreamKey makes the key of the Streaming API worthless.
func (v *VK) NewStreamKey() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.streaming.keys++
}

// StreamRules are the rules, in the order in which they came.
func (v *VK) StreamRules() []StreamRule {
	return locked(v, func() []StreamRule { return slices.Clone(v.streaming.rules) })
}

// AddStreamRule adds a rule as another program would.
func (v *VK) AddStreamRule(r StreamRule) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.streaming.rules = append(v.streaming.rules, r)
}

// Streaming is how many connections are open.
func (v *VK) Streaming() int { return locked(v, func() int { return len(v.streaming.open) }) }

// BreakStreams ends every open connection at once.
func (v *VK) BreakStreams() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for f := range v.streaming.open {
		v.streaming.cut(f)
	}
}

// SilenceStreams leaves connections open on which nothing comes any more.
func (v *VK) SilenceStreams() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for f := range v.streaming.open {
		f.silent = true
	}
}

// SendStreams sends a frame as it is.
func (v *VK) SendStreams(frame string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.streaming.send(frame)
}

func (s *keywordStream) send(frame string) {
	for f := range s.open {
		if f.silent {
			continue
		}
		select {
		case f.frames <- frame:
		default: // a reader that slow is cut off
			s.cut(f)
		}
	}
}

func (s *keywordStream) cut(f *flow) {
	close(f.broken)
	delete(s.open, f)
}

// streamed tells the stream what became of something, if a rule matches its
// text. The caller holds mu.
func (v *VK) streamed(kind, action, text string, id map[string]any, address string, from, at int64) {
	var tags []string
	for _, r := range v.streaming.rules {
		if matches(query(r.Value), text) {
			tags = append(tags, r.Tag)
		}
	}
	if len(tags) == 0 || len(v.streaming.open) == 0 {
		return
	}
	author := map[string]any{"id": from, "author_url": fmt.Sprintf("https://vk.com/id%d", from), "platform": 4}
	if from < 0 {
		author["author_url"] = fmt.Sprintf("https://vk.com/club%d", -from)
	}
	raw, err := json.Marshal(map[string]any{"code": 100, "event": map[string]any{
		"event_type": kind, "event_id": id, "event_url": address, "text": text, "action": action,
		"action_time": v.now().Unix(), "creation_time": at, "tags": tags, "author": author,
	}})
	if err != nil {
		panic("sandbox: an event that cannot be written: " + err.Error())
	}
	v.streaming.send(string(raw))
}

func (p *Post) streamed(action string) {
	kind := "post"
	id := map[string]any{"post_owner_id": p.wall.owner, "post_id": p.id}
	if o := p.options.Repost; o != nil {
		kind = "share"
		id = map[string]any{"post_owner_id": o.wall.owner, "post_id": o.id, "shared_post_id": p.id}
	}
	p.wall.v.streamed(kind, action, p.text, id, "https://vk.com/wall"+p.ExternalID(), p.from, p.at.Unix())
}

func (c *Comment) streamed(action string) {
	address := fmt.Sprintf("https://vk.com/wall%s?reply=%d", c.post.ExternalID(), c.id)
	if c.thread != nil {
		address += fmt.Sprintf("&thread=%d", c.thread.id)
	}
	id := map[string]any{"post_owner_id": c.post.wall.owner, "post_id": c.post.id, "comment_id": c.id}
	c.post.wall.v.streamed("comment", action, c.text, id, address, c.from, c.at.Unix())
}

func (t *Topic) streamed(action string, c *boardComment) {
	id := map[string]any{"topic_owner_id": t.wall.owner, "topic_id": t.id, "topic_post_id": c.id}
	t.wall.v.streamed("topic_post", action, c.text, id, fmt.Sprintf("https://vk.com/topic%d_%d?post=%d", t.wall.owner, t.id, c.id), c.from, c.at.Unix())
}

// streamProblem refuses a call to the Streaming API.
func streamProblem(w http.ResponseWriter, code int) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	// A reader who left cannot be told so.
	_ = json.NewEncoder(w).Encode(map[string]any{"code": 400, "error": map[string]any{"message": "refused", "error_code": code}})
}

// streamFault spoils a call to the Streaming API; it says whether it did.
func (v *VK) streamFault(w http.ResponseWriter, r *http.Request, method string) bool {
	f := v.takeFault(Call{Method: method, Params: map[string]string{"http": r.Method}})
	switch {
	case f == nil:
		return false
	case f.Code != 0:
		streamProblem(w, f.Code)
	default:
		f.spoil(w)
	}
	return true
}

// serveRules answers calls about rules.
func (v *VK) serveRules(w http.ResponseWriter, r *http.Request) {
	if v.streamFault(w, r, StreamRules) {
		return
	}
	var body struct {
		Rule StreamRule `json:"rule"`
		Tag  string     `json:"tag"`
	}
	if r.Method != http.MethodGet && json.NewDecoder(http.MaxBytesReader(w, r.Body, largestForm)).Decode(&body) != nil {
		streamProblem(w, 2000)
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	s := &v.streaming
	there := slices.IndexFunc(s.rules, func(x StreamRule) bool { return x.Tag == body.Rule.Tag || x.Tag == body.Tag && body.Tag != "" })
	code := 0
	switch {
	case r.URL.Query().Get("key") != s.key():
		code = 1004
	case r.Method == http.MethodDelete && there < 0:
		code = 2002
	case r.Method == http.MethodDelete:
		s.rules = slices.Delete(s.rules, there, there+1)
	case r.Method == http.MethodPost:
		if code = s.problem(body.Rule); code == 0 {
			s.rules = append(s.rules, body.Rule)
		}
	}
	if code != 0 {
		streamProblem(w, code)
		return
	}
	answer := map[string]any{"code": 200}
	if r.Method == http.MethodGet {
		answer["rules"] = s.rules // null when there are none
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// problem is why a rule is refused; 0 when it is not.
func (s *keywordStream) problem(r StreamRule) int {
	words := strings.Fields(r.Value)
	switch {
	case slices.ContainsFunc(s.rules, func(x StreamRule) bool { return x.Tag == r.Tag }):
		return 2001
	case r.Tag == "" || len(r.Tag) > streamLongestTag || len(words) == 0 || len(r.Value) > streamLongestRule:
		return 2003
	case len(words) > streamMostKeywords:
		return 2004
	case strings.Count(r.Value, `"`)%2 != 0:
		return 2005
	case len(s.rules) >= streamMostRules:
		return 2006
	case !slices.ContainsFunc(words, func(w string) bool { return !strings.HasPrefix(w, "-") }):
		return 2008
	}
	return 0
}

// serveStream is the stream, one connection at a time.
func (v *VK) serveStream(w http.ResponseWriter, r *http.Request) {
	if v.streamFault(w, r, StreamOpen) {
		return
	}
	f := &flow{frames: make(chan string, 1000), broken: make(chan struct{})}
	v.mu.Lock()
	code := 0
	switch {
	case r.URL.Query().Get("key") != v.streaming.key():
		code = 1004
	case len(v.streaming.open) > 0:
		code = 1006
	default:
		v.streaming.open[f] = true
	}
	v.mu.Unlock()
	if code != 0 {
		streamProblem(w, code)
		return
	}
	defer func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		delete(v.streaming.open, f)
	}()
	v.flow(w, r, f)
}

func (v *VK) flow(w http.ResponseWriter, r *http.Request, f *flow) {
	heard := func() bool { return !locked(v, func() bool { return f.silent }) }
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		OnPingReceived: func(context.Context, []byte) bool { return heard() },
	})
	if err != nil {
		return
	}
	defer func() { _ = c.CloseNow() }() // whoever went away does not mind
	ctx := c.CloseRead(r.Context())
	for {
		select {
		case frame := <-f.frames:
			if c.Write(ctx, websocket.MessageText, []byte(frame)) != nil {
				return
			}
		case <-f.broken:
			return
		case <-ctx.Done():
			return
		}
	}
}
