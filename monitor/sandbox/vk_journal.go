package sandbox

import (
	"slices"
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

// Calls is the journal so far, oldest first.
func (v *VK) Calls() []Call {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.calls)
}

// CallsOf is the journal of one method.
func (v *VK) CallsOf(method string) []Call {
	return slices.DeleteFunc(v.Calls(), func(c Call) bool { return c.Method != method })
}

func (v *VK) note(c Call) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.calls) >= maxCalls {
		v.calls = slices.Delete(v.calls, 0, maxCalls/10)
	}
	v.calls = append(v.calls, c)
}
