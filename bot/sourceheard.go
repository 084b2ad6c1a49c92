package bot

import (
	"context"

	"otklik/storage"
)

// viewSourceHeard tells what is heard in a group or channel, and what it takes
// to hear the rest.
func viewSourceHeard(b *Bot, _ context.Context, s *speaker, m storage.Message) (rendered, error) {
	n, err := noticeOf(m)
	if err != nil {
		return rendered{}, err
	}
	missing := wordList(n.Params, "missing")
	blocks := false
	for _, code := range missing {
		blocks = blocks || code != "muted" && code != "comments"
	}
	return rendered{text: s.html("source_heard", storage.Params{
		"name": cleanLine(word(n.Params, "name")), "url": word(n.Params, "url"), "Bot": b.me.Username, "Missing": missing, "Deaf": blocks,
	})}, s.err
}
