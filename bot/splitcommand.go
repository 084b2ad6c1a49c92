package bot

import (
	"strings"
	"unicode/utf16"

	"github.com/go-telegram/bot/models"
)

// typed is a command as a person wrote it.
type typed struct {
	name, text string
	ours       bool // it is meant for this bot
}

// splitCommand reads the command that a message starts with, "/find@our_bot 17"
// as "find" and "17". It is not ok for a message that starts with none; a
// command to another bot is ok and not ours. Telegram says where a command
// ends, in UTF-16 units.
func splitCommand(text string, entities []models.MessageEntity, self string) (c typed, ok bool) {
	for _, e := range entities {
		if e.Type != models.MessageEntityTypeBotCommand || e.Offset != 0 {
			continue
		}
		units := utf16.Encode([]rune(text))
		if e.Length < 2 || e.Length > len(units) {
			return c, false
		}
		head, rest := string(utf16.Decode(units[:e.Length])), string(utf16.Decode(units[e.Length:]))
		name, to, addressed := strings.Cut(head, "@")
		name, slash := strings.CutPrefix(name, "/")
		if !slash || name == "" {
			return c, false
		}
		return typed{strings.ToLower(name), strings.TrimSpace(rest), !addressed || strings.EqualFold(to, self)}, true
	}
	return c, false
}
