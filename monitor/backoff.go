package monitor

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"time"
)

// backoff is the pause after the nth failure in a row: doubled each time up to
// a bound, and spread so that many sources do not come back together.
func backoff(first, most time.Duration, failures int) time.Duration {
	pause := first
	for range failures - 1 {
		if pause >= most {
			break
		}
		pause *= 2
	}
	return spread(min(pause, most), 0.2)
}

// spread varies a duration by at most that share, to both sides.
func spread(d time.Duration, share float64) time.Duration {
	return d + time.Duration((rand.Float64()*2-1)*share*float64(d))
}

// pause waits, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// panicked is a panic as an error, with the place where it happened.
type panicked struct {
	value any
	stack []byte
}

func (p panicked) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }

// guarded turns a panic of do into an error: what one network sends must not
// end the reading of the others.
func guarded[T any](ctx context.Context, do func(context.Context) (T, error)) (v T, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case panicked: // of another goroutine, with its own stack
			err = r
		default:
			err = panicked{value: r, stack: debug.Stack()}
		}
	}()
	return do(ctx)
}
