package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"otklik/storage"
)

// number is a parameter of a notice as it was read from the database, 0 for
// none.
func number(p storage.Params, name string) int64 {
	switch v := p[name].(type) {
	case json.Number:
		n, _ := v.Int64() // what is no number is none
		return n
	case int64:
		return v
	case int:
		return int64(v)
	}
	return 0
}

// word is a parameter of a notice, "" for none.
func word(p storage.Params, name string) string {
	v, _ := p[name].(string)
	return v
}

// numberList is a list of ids of a notice.
func numberList(p storage.Params, name string) (list []int64) {
	values, _ := p[name].([]any)
	for _, v := range values {
		if n := number(storage.Params{"id": v}, "id"); n != 0 {
			list = append(list, n)
		}
	}
	return list
}

// wordList is a list of a notice.
func wordList(p storage.Params, name string) (list []string) {
	values, _ := p[name].([]any)
	for _, v := range values {
		if s, ok := v.(string); ok {
			list = append(list, s)
		}
	}
	return list
}

// pressedNotice is the notice that was pressed; a button on anything but a
// notice of those codes is not one that we made.
func pressedNotice(a ask, codes ...string) (storage.Notice, error) {
	if a.message.Kind != storage.NoticeMessage || a.message.State != storage.Live {
		return storage.Notice{}, stale{}
	}
	n, err := noticeOf(a.message)
	if err != nil {
		return n, err
	}
	if !slices.Contains(codes, n.Code) {
		return n, stale{}
	}
	return n, nil
}

// turn lets the pressed notice show something else.
func (b *Bot) turn(ctx context.Context, a ask, code string, p storage.Params) (toast, error) {
	return toast{}, b.store.ReplaceNotice(ctx, a.message.ID, storage.Notice{Code: code, Params: p})
}

// occasion is what a notice that tells of a region is worded from.
type occasion struct {
	region storage.Region
	params storage.Params
}

// ofRegion words a notice in a region's group. A group that administers none
// any more is told only that: whatever it showed is not its own now.
func ofRegion(v func(*Bot, context.Context, *speaker, occasion) (rendered, error)) noticeView {
	return func(b *Bot, ctx context.Context, s *speaker, m storage.Message) (rendered, error) {
		n, err := noticeOf(m)
		if err != nil {
			return rendered{}, err
		}
		c, err := b.store.Chat(ctx, m.Chat)
		if err != nil {
			return rendered{}, fmt.Errorf("chat of a notice: %w", err)
		}
		if c.Purpose != storage.AdminChat || c.Region == 0 {
			return rendered{text: s.html("setup_first", nil)}, s.err
		}
		g := occasion{params: n.Params}
		if g.region, err = b.store.Region(ctx, c.Region); err != nil {
			return rendered{}, fmt.Errorf("region of a notice: %w", err)
		}
		return v(b, ctx, s, g)
	}
}
