package sandbox

import (
	"fmt"
	"net/http"
)

// refusal is an answer with ok=false.
type refusal struct {
	code        int
	description string
	parameters  map[string]any
}

func (r *refusal) Error() string { return fmt.Sprintf("%d %s", r.code, r.description) }

func bad(format string, args ...any) error {
	return &refusal{code: http.StatusBadRequest, description: "Bad Request: " + fmt.Sprintf(format, args...)}
}

func forbidden(format string, args ...any) error {
	return &refusal{code: http.StatusForbidden, description: "Forbidden: " + fmt.Sprintf(format, args...)}
}

func conflict(format string, args ...any) error {
	return &refusal{code: http.StatusConflict, description: "Conflict: " + fmt.Sprintf(format, args...)}
}

func migrated(to int64) error {
	return &refusal{
		code:        http.StatusBadRequest,
		description: "Bad Request: group chat was upgraded to a supergroup chat",
		parameters:  map[string]any{"migrate_to_chat_id": to},
	}
}

func tooMany(seconds int) error {
	return &refusal{
		code:        http.StatusTooManyRequests,
		description: fmt.Sprintf("Too Many Requests: retry after %d", seconds),
		parameters:  map[string]any{"retry_after": seconds},
	}
}
