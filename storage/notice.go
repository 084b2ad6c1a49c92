package storage

import (
	"context"
	"encoding/json"
)

// ReplaceNotice lets a notice that stands in a chat, or is on its way there,
// say something else. A message that is no live notice stays as it is.
func (s *Store) ReplaceNotice(ctx context.Context, message int64, n Notice) error {
	payload, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return s.tx(ctx, func(t *tx) error {
		t.wake(Outbox)
		return t.exec(`UPDATE messages SET payload = $1, wanted = wanted + 1 WHERE id = $2 AND kind = 'notice' AND state = 'live' AND payload <> $1`, string(payload), message)
	})
}

// Params are the values of a notice: JSON scalars and lists of them.
type Params map[string]any

// Notice is something to say whose words bot finds by its code.
type Notice struct {
	Code   string `json:"code"`
	Params Params `json:"params,omitempty"`
}

func (t *tx) notice(chat int64, n Notice, dedupe string) error {
	_, err := t.say(Saying{Chat: chat, Kind: NoticeMessage, Payload: n, Dedupe: dedupe, Sound: true, Priority: Second})
	return err
}

// Notify says something in a region's admin group; nothing when it has none.
func (s *Store) Notify(ctx context.Context, region int64, n Notice, dedupe string) error {
	return s.tx(ctx, func(t *tx) error {
		group, err := t.group(region)
		if err != nil || group == 0 {
			return err
		}
		return t.notice(group, n, dedupe)
	})
}
