package sandbox

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// maxCalls bounds the journal of a server that runs for days.
const maxCalls = 20_000

// Call is one line of the journal: a call as it came and how it ended.
type Call struct {
	At     time.Time
	Method string
	Params map[string]string // without the token
	Token  string
	Group  int64 // whose token it was; 0 is a service token or a wrong one
	// TokenInURL says that the token stood in the address, where logs see it.
	TokenInURL bool
	Code       int  // the network's error code; 0 is success
	Applied    bool // the call took effect, also when its answer was lost
	Cut        bool // the connection was closed without an answer
}

// journal is every call that a network was asked.
type journal struct {
	mu    sync.Mutex
	lines []Call
	tally map[Outcome]int
}

// Outcome is what calls are counted by; Code is 0 where they succeeded.
type Outcome struct {
	Method, Token string
	Code          int
}

// Tally counts all calls there ever were.
func (j *journal) Tally() map[Outcome]int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return maps.Clone(j.tally)
}

// Calls is the journal so far, oldest first.
func (j *journal) Calls() []Call {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.lines)
}

// CallsOf is the journal of one method.
func (j *journal) CallsOf(method string) []Call {
	return slices.DeleteFunc(j.Calls(), func(c Call) bool { return c.Method != method })
}

func (j *journal) note(c Call) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.tally == nil {
		j.tally = map[Outcome]int{}
	}
	j.tally[Outcome{c.Method, c.Token, c.Code}]++
	if len(j.lines) >= maxCalls {
		j.lines = slices.Delete(j.lines, 0, maxCalls/10)
	}
	j.lines = append(j.lines, c)
}
