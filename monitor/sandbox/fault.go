package sandbox

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Fault is trouble on demand for the calls it fits.
type Fault struct {
	// Method chooses the calls; empty fits all. Match, if set, has the last
	// word.
	Method string
	Match  func(Call) bool
	// Count is how many calls are hit: 0 is one, a negative number is all.
	Count int

	// Delay passes before anything else happens.
	Delay time.Duration
	// Code and Text are the refusal; the call is not applied.
	Code int
	Text string
	// HTML502 answers with a gateway's page; the call is not applied.
	HTML502 bool
	// Drop closes the connection before the call is applied, Lose after it.
	Drop, Lose bool
	// Garbage sends half of the answer.
	Garbage bool
	// Null answers null, where the network does that; the call is applied.
	Null bool
	// Empty sends a list without its items.
	Empty bool
	// Repeat sends each item of a list twice, Reverse the list backwards.
	Repeat, Reverse bool

	left int
}

// faults are those that a network is armed with.
type faults struct {
	mu    sync.Mutex
	armed []*Fault
}

// AddFault arms a fault behind those already armed and returns its removal.
func (l *faults) AddFault(f Fault) (remove func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f.left = cmp.Or(f.Count, 1)
	armed := &f
	l.armed = append(l.armed, armed)
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.armed = slices.DeleteFunc(l.armed, func(x *Fault) bool { return x == armed })
	}
}

// takeFault finds the first armed fault for the call and uses it up once.
func (l *faults) takeFault(c Call) *Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, f := range l.armed {
		if f.Method != "" && f.Method != c.Method || f.Match != nil && !f.Match(c) {
			continue
		}
		if f.left--; f.left == 0 {
			l.armed = slices.Delete(l.armed, i, i+1)
		}
		return f
	}
	return nil
}

// sleep waits unless the context ends first; it says which.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// spoil answers a request that no method is behind.
func (f *Fault) spoil(w http.ResponseWriter) {
	switch {
	case f.HTML502:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, badGateway)
	case f.Garbage:
		_, _ = io.WriteString(w, `{"ts":"1","upd`)
	default:
		panic(http.ErrAbortHandler)
	}
}

// badGateway is what a gateway says in the network's place.
const badGateway = "<html><body><h1>502 Bad Gateway</h1></body></html>"
