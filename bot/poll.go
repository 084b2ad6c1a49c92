package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"otklik/storage"
)

const (
	pollMargin   = 15 * time.Second // that a long poll's answer may be late
	conflictWait = 30 * time.Second // before another instance is asked again to give way
	maxPollPause = time.Minute
)

// wanted are the kinds of updates that the bot asks for.
var wanted = []string{"message", "edited_message", "channel_post", "edited_channel_post", "callback_query", "my_chat_member"}

// poll reads updates into the inbox. Telegram is told that an update arrived
// only by the call after the one whose updates were committed.
func (b *Bot) poll(ctx context.Context) {
	var offset int64
	pause := time.Duration(0)
	for ctx.Err() == nil {
		timeout := b.cfg.PollTimeout
		if pause > 0 {
			timeout = 0 // after trouble, whether it is over shall be known at once
		}
		updates, err := b.getUpdates(ctx, offset, timeout)
		if err == nil {
			err = b.receive(ctx, updates)
		}
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			b.health.connected()
			offset, pause = nextOffset(updates), 0
			continue
		}
		if errors.Is(err, ErrToken) {
			b.fail(fmt.Errorf("poll telegram: %w", err))
			return
		}
		b.health.troubled(err)
		pause = b.pollPause(ctx, err, pause)
		if !rest(ctx, pause) {
			return
		}
	}
}

// nextOffset confirms what was read. After an answer without updates there is
// nothing left to confirm: then any id is new, also a lower one, with which
// Telegram starts anew after a week of silence.
func nextOffset(updates []rawUpdate) int64 {
	var last int64
	for _, u := range updates {
		last = max(last, u.ID+1)
	}
	return last
}

// pollPause says how long to wait after a failed poll, and cures what it can.
func (b *Bot) pollPause(ctx context.Context, err error, before time.Duration) time.Duration {
	longer := min(max(2*before, time.Second), maxPollPause)
	switch kindOf(err) {
	case otherInstance:
		b.log.Error().Err(err).Dur("pause", conflictWait).Msg("another instance polls with the same token: one of the two must end")
		return conflictWait
	case hooked:
		b.log.Warn().Msg("a webhook is set: it is removed, its updates are kept")
		err := b.call(ctx, "deleteWebhook", func(ctx context.Context) error {
			_, err := b.api.DeleteWebhook(ctx, &tg.DeleteWebhookParams{})
			return err
		})
		if err == nil {
			return time.Millisecond
		}
		b.log.Error().Err(err).Msg("remove the webhook")
	case flooded:
		var f *failure
		errors.As(err, &f)
		return f.wait + jitter(f.wait)
	default:
		b.log.Warn().Err(err).Dur("pause", longer).Msg("read updates")
	}
	return longer
}

// rawUpdate is an update as it came, and what must be known of it to store it.
type rawUpdate struct {
	ID  int64
	raw json.RawMessage
	models.Update
}

func (u *rawUpdate) UnmarshalJSON(data []byte) error {
	var id struct {
		ID int64 `json:"update_id"`
	}
	if err := json.Unmarshal(data, &id); err != nil {
		return err
	}
	u.ID, u.raw = id.ID, bytes.Clone(data)
	// What the library cannot read is kept all the same: the handling says so.
	if json.Unmarshal(data, &u.Update) != nil {
		u.Update = models.Update{}
	}
	return nil
}

// lane is the queue in which an update is handled: of its chat, for a press of
// the person.
func (u *rawUpdate) lane() int64 {
	switch {
	case u.CallbackQuery != nil:
		return u.CallbackQuery.From.ID
	case u.Message != nil:
		return u.Message.Chat.ID
	case u.EditedMessage != nil:
		return u.EditedMessage.Chat.ID
	case u.ChannelPost != nil:
		return u.ChannelPost.Chat.ID
	case u.EditedChannelPost != nil:
		return u.EditedChannelPost.Chat.ID
	case u.MyChatMember != nil:
		return u.MyChatMember.Chat.ID
	}
	return 0
}

// receive commits updates to the inbox.
func (b *Bot) receive(ctx context.Context, updates []rawUpdate) error {
	if len(updates) == 0 {
		return nil
	}
	list := make([]storage.Update, 0, len(updates))
	for _, u := range updates {
		if q := u.CallbackQuery; q != nil {
			b.arrived(q, time.Now())
		}
		list = append(list, storage.Update{ID: u.ID, Lane: u.lane(), Raw: u.raw})
	}
	if err := b.store.SaveUpdates(ctx, b.me.ID, list); err != nil {
		return fmt.Errorf("save %d updates: %w", len(list), err)
	}
	return nil
}

// getUpdates is one long poll. The library keeps its own to itself, and moves
// its offset before anybody has stored what came.
func (b *Bot) getUpdates(ctx context.Context, offset int64, timeout time.Duration) (updates []rawUpdate, err error) {
	err = b.callFor(ctx, timeout+pollMargin, "getUpdates", func(ctx context.Context) error {
		body, err := json.Marshal(map[string]any{"offset": offset, "timeout": int(timeout.Seconds()), "allowed_updates": wanted})
		if err != nil {
			return err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.cfg.URL+"/bot"+b.cfg.Token+"/getUpdates", bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := b.client.Do(req)
		if err != nil {
			return err
		}
		updates, err = readUpdates(resp)
		return err
	})
	return updates, err
}

func readUpdates(resp *http.Response) ([]rawUpdate, error) {
	defer resp.Body.Close()
	var a struct {
		OK          bool        `json:"ok"`
		Result      []rawUpdate `json:"result"`
		Code        int         `json:"error_code"`
		Description string      `json:"description"`
		Parameters  struct {
			RetryAfter int `json:"retry_after"`
		} `json:"parameters"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
		return nil, fmt.Errorf("read the updates: %w", err)
	}
	if a.Code == http.StatusTooManyRequests {
		return nil, &tg.TooManyRequestsError{Message: a.Description, RetryAfter: a.Parameters.RetryAfter}
	}
	if !a.OK {
		return nil, &answerError{a.Code, a.Description}
	}
	return a.Result, nil
}
