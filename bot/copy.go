package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"unicode/utf16"

	"otklik/storage"
)

const (
	messageLength = 4096 // of a message's text, in UTF-16 units to be safe
	copyLength    = 256  // of a text that a button copies
)

// viewCopy is an answer's text alone, so that it can be copied into a network.
// One that no message holds comes as a file.
func viewCopy(b *Bot, ctx context.Context, m storage.Message) (rendered, error) {
	s, err := b.speakerFor(ctx, m)
	if err != nil {
		return rendered{}, err
	}
	var payload struct {
		Answer int64 `json:"answer"`
	}
	if err := json.Unmarshal(m.Payload, &payload); err != nil {
		return rendered{}, fmt.Errorf("read what is to be copied: %w", err)
	}
	if m.State != storage.Live {
		return rendered{text: s.html("copy_changed", m.Incident)}, s.err
	}
	a, err := b.store.AnswerByID(ctx, payload.Answer)
	if err != nil {
		return rendered{}, fmt.Errorf("answer %d: %w", payload.Answer, err)
	}
	units := len(utf16.Encode([]rune(a.Text)))
	if units > messageLength {
		return rendered{text: s.html("copy_file", a.Incident), file: []byte(a.Text), name: fmt.Sprintf("otklik-%d.txt", a.Incident)}, s.err
	}
	r := rendered{text: s.html("copy", a.Text)}
	if units <= copyLength {
		r.buttons = [][]button{{{text: s.label("button_copy", nil), copy: a.Text}}}
	}
	return r, s.err
}
