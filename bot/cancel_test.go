package bot

import (
	"context"
	"testing"
)

// cancelable is a context of the test that can be ended before it.
func cancelable(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(context.WithoutCancel(t.Context()))
}
