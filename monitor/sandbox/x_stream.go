package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

const (
	xLongestRule = 1024
	xMostRules   = 1000
	xHeartbeat   = 20 * time.Second
)

// xRule is a rule of the filtered stream.
type xRule struct {
	id, value, tag string
	match          func(*XPost) bool
}

// xStream is one open connection.
type xStream struct {
	lines  chan []byte
	broken chan struct{}
	silent bool // sends no heartbeats any more
}

func (c *xCall) listRules() (any, *xProblem) {
	return c.x.rulesJSON(c.x.rules), nil
}

func (x *X) rulesJSON(rules []xRule) map[string]any {
	out := map[string]any{"meta": map[string]any{"result_count": len(rules)}}
	var data []map[string]string
	for _, r := range rules {
		data = append(data, map[string]string{"id": r.id, "value": r.value, "tag": r.tag})
	}
	if len(data) > 0 {
		out["data"] = data
	}
	return out
}

// changeRules adds or deletes rules.
func (c *xCall) changeRules() (any, *xProblem) {
	var ask struct {
		Add    []struct{ Value, Tag string }
		Delete struct{ IDs []string }
	}
	if err := json.Unmarshal(c.body, &ask); err != nil {
		return nil, xInvalid("body", "", "JSON is expected")
	}
	if len(ask.Delete.IDs) > 0 {
		c.x.rules = slices.DeleteFunc(c.x.rules, func(r xRule) bool { return slices.Contains(ask.Delete.IDs, r.id) })
		return map[string]any{"meta": map[string]any{"summary": map[string]int{"deleted": len(ask.Delete.IDs)}}}, nil
	}
	var added []xRule
	for _, a := range ask.Add {
		match, err := xQuery(a.Value, xLongestRule)
		if err != nil {
			return nil, xInvalid("add.value", a.Value, err.Error())
		}
		if slices.ContainsFunc(c.x.rules, func(r xRule) bool { return r.value == a.Value }) {
			return nil, xRefuse("duplicate-rules", http.StatusBadRequest, "DuplicateRule")
		}
		c.x.lastRule++
		added = append(added, xRule{id: strconv.Itoa(c.x.lastRule), value: a.Value, tag: a.Tag, match: match})
	}
	if len(c.x.rules)+len(added) > xMostRules {
		return nil, xRefuse("rule-cap", http.StatusUnprocessableEntity, "RulesCapExceeded")
	}
	c.x.rules = append(c.x.rules, added...)
	c.status = http.StatusCreated
	return c.x.rulesJSON(added), nil
}

// StreamRules are the values of the rules, in the order in which they came.
func (x *X) StreamRules() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	var out []string
	for _, r := range x.rules {
		out = append(out, r.value)
	}
	return out
}

// BreakStreams ends every open connection.
func (x *X) BreakStreams() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for s := range x.streams {
		close(s.broken)
		delete(x.streams, s)
	}
}

// SilenceStreams leaves connections open on which nothing comes any more, and
// loses what should have come.
func (x *X) SilenceStreams() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for s := range x.streams {
		s.silent = true
	}
}

// Streaming is how many connections are open.
func (x *X) Streaming() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.streams)
}

// streamed hands a post to the open connections. The caller holds mu.
func (x *X) streamed(p *XPost) {
	if len(x.streams) == 0 {
		return
	}
	var matching []map[string]string
	for _, r := range x.rules {
		if r.match(p) {
			matching = append(matching, map[string]string{"id": r.id, "tag": r.tag})
		}
	}
	if len(matching) == 0 {
		return
	}
	for s := range x.streams {
		if s.silent {
			continue
		}
		fields := []string{"author_id", "conversation_id", "created_at", "lang", "referenced_tweets", "in_reply_to_user_id", "entities", "attachments"}
		raw, err := json.Marshal(map[string]any{"data": p.json(fields), "matching_rules": matching})
		if err != nil {
			panic("sandbox: a post that cannot be written: " + err.Error())
		}
		select {
		case s.lines <- raw:
		default: // a reader that slow is cut off
			close(s.broken)
			delete(x.streams, s)
		}
	}
}

// stream is the filtered stream: a line a post, an empty one as heartbeat.
func (c *xCall) stream(w http.ResponseWriter) {
	s := &xStream{lines: make(chan []byte, 1000), broken: make(chan struct{})}
	c.x.mu.Lock()
	problem := c.x.spend(c, xEndpoint{name: "stream", limit: 50})
	switch {
	case problem != nil:
	case len(c.x.rules) == 0:
		problem = xRefuse("rule-configuration-issue", http.StatusConflict, "ConnectionException")
	case len(c.x.streams) > 0:
		problem = xRefuse("streaming-connection", http.StatusTooManyRequests, "ConnectionException").because("This stream is currently at the maximum allowed connection limit.")
	default:
		c.x.streams[s] = true
	}
	c.x.mu.Unlock()
	if problem != nil {
		problem.write(w)
		return
	}
	defer func() {
		c.x.mu.Lock()
		defer c.x.mu.Unlock()
		delete(c.x.streams, s)
	}()
	flusher := http.NewResponseController(w)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = flusher.Flush() // a reader that went away is met at the next line
	beat := time.NewTicker(xHeartbeat)
	defer beat.Stop()
	for {
		line := ""
		select {
		case raw := <-s.lines:
			line = string(raw)
		case <-beat.C:
			c.x.mu.Lock()
			silent := s.silent
			c.x.mu.Unlock()
			if silent {
				continue
			}
		case <-s.broken:
			panic(http.ErrAbortHandler)
		case <-c.r.Context().Done():
			return
		}
		if _, err := fmt.Fprint(w, line, "\r\n"); err != nil || flusher.Flush() != nil {
			return
		}
	}
}
