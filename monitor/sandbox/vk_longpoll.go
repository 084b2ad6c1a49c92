package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// event is one line that a community's long poll tells.
type event struct {
	kind   string
	object json.RawMessage
}

// keptEvents is how far back a long poll can go.
const keptEvents = 1000

// tell adds an event to the wall's long poll and wakes those who wait. The
// caller holds mu.
func (w *Wall) tell(kind string, object func() any) {
	if w.owner < 0 {
		raw, err := json.Marshal(object())
		if err != nil {
			panic("sandbox: an event that cannot be written: " + err.Error())
		}
		w.events = append(w.events, event{kind, raw})
		if over := len(w.events) - keptEvents; over > 0 {
			w.events, w.forgotten = w.events[over:], w.forgotten+over
		}
	}
	w.v.wake()
}

// ts is the number of the next event.
func (w *Wall) ts() int { return w.forgotten + len(w.events) }

// Forget makes the long poll lose the events so far, as happens to a reader
// who was away for long, and with newKey its key as well.
func (w *Wall) Forget(newKey bool) {
	w.set(func() {
		w.forgotten, w.events = w.ts(), nil
		if newKey {
			w.key += "x"
		}
	})
}

// NewKey makes the key of the long poll worthless; the events stay.
func (w *Wall) NewKey() {
	w.set(func() { w.key += "x" })
}

// LongPoll is the method under which faults meet a long poll.
const LongPoll = "a_check"

// groupsGetLongPollServer is groups.getLongPollServer. The server stands on
// this machine, its address has no host.
func (c *call) groupsGetLongPollServer() (any, *refusal) {
	group, problem := c.int("group_id", 0, 1, 1<<40)
	if problem != nil || group == 0 {
		return nil, missing("group_id")
	}
	if group != c.grant.group {
		return nil, refuse(15, "Access denied: another community")
	}
	w := c.v.wallOf(-group)
	return map[string]any{"key": w.key, "server": fmt.Sprintf("/longpoll/%d", group), "ts": strconv.Itoa(w.ts())}, nil
}

// longestWait is the longest that a long poll may ask to wait, in seconds.
const longestWait = 90

// serveLongPoll answers act=a_check: what happened since ts.
func (v *VK) serveLongPoll(w http.ResponseWriter, r *http.Request) {
	if f := v.takeFault(Call{Method: LongPoll}); f != nil {
		f.spoil(w)
		return
	}
	group, _ := strconv.ParseInt(r.PathValue("group"), 10, 64)
	q := r.URL.Query()
	ts, badTS := strconv.Atoi(q.Get("ts"))
	wait, err := strconv.Atoi(q.Get("wait"))
	if err != nil || wait < 0 || wait > longestWait {
		wait = 25
	}
	patience := time.Duration(wait) * time.Second
	if v.opt.LongPoll > 0 {
		patience = min(patience, v.opt.LongPoll)
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	for {
		v.mu.Lock()
		answer, changed := v.since(group, q.Get("key"), ts, badTS != nil), v.changed
		v.mu.Unlock()
		if answer == nil {
			select {
			case <-changed:
				continue
			case <-ctx.Done():
				answer = map[string]any{"ts": strconv.Itoa(ts), "updates": []any{}}
			}
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		// A reader who left cannot be told so.
		_ = json.NewEncoder(w).Encode(answer)
		return
	}
}

// since is the answer that is ready now; nil when there is none yet. The
// caller holds mu.
func (v *VK) since(group int64, key string, ts int, badTS bool) map[string]any {
	wall := v.wallOf(-group)
	switch {
	case wall == nil || badTS:
		return map[string]any{"failed": 3}
	case key != wall.key:
		return map[string]any{"failed": 2}
	case ts < wall.forgotten || ts > wall.ts():
		return map[string]any{"failed": 1, "ts": wall.ts()}
	case ts == wall.ts():
		return nil
	}
	updates := []any{}
	for i, e := range wall.events[ts-wall.forgotten:] {
		updates = append(updates, map[string]any{
			"type": e.kind, "group_id": group, "event_id": fmt.Sprintf("%d-%d", group, ts+i), "v": "5.199", "object": e.object})
	}
	return map[string]any{"ts": strconv.Itoa(wall.ts()), "updates": updates}
}
