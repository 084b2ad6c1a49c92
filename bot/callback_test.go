package bot

import (
	"testing"
	"unicode/utf16"

	"github.com/go-telegram/bot/models"
	"github.com/google/go-cmp/cmp"
)

func FuzzReadData(f *testing.F) {
	for _, seed := range []string{"assign:214:7", "menu:1:body:3:2", "undo:9223372036854775807:1", ":", "a:-1", "a:1:", "a::1", "A:1", "menu:1:", "\x00:1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		p, ok := readData(raw)
		if !ok {
			return
		}
		args := make([]any, len(p.args))
		for i, a := range p.args {
			args[i] = a
		}
		again, ok := readData(data(p.name, p.incident, args...))
		// A sign or leading zeros may be lost, the meaning may not.
		if !ok || again.name != p.name || again.incident != p.incident || !cmp.Equal(again.args, p.args) {
			t.Errorf("%q read as %+v, written and read as %+v", raw, p, again)
		}
	})
}

func TestSplitCommand(t *testing.T) {
	for text, want := range map[string]typed{
		"/find@our_bot 17":        {"find", "17", true},
		"/FIND@Our_Bot":           {"find", "", true},
		"/find@other_bot 17":      {"find", "17", false},
		"/startle":                {"startle", "", true},
		"/places Заречный, 🏙 Мир": {"places", "Заречный, 🏙 Мир", true},
		"/keywords\nЖКХ: лифт":    {"keywords", "ЖКХ: лифт", true},
	} {
		end := len(text)
		for i, r := range text {
			if r == ' ' || r == '\n' {
				end = i
				break
			}
		}
		entities := []models.MessageEntity{{Type: models.MessageEntityTypeBotCommand, Offset: 0, Length: len(utf16.Encode([]rune(text[:end])))}}
		if got, ok := splitCommand(text, entities, "our_bot"); !ok || got != want {
			t.Errorf("%q: %+v %v, want %+v", text, got, ok, want)
		}
	}
	middle := []models.MessageEntity{{Type: models.MessageEntityTypeBotCommand, Offset: 7, Length: 5}}
	if c, ok := splitCommand("Пишите /find", middle, "our_bot"); ok {
		t.Errorf("a command in the middle: %+v", c)
	}
}

func FuzzSplitCommand(f *testing.F) {
	f.Add("/find@our_bot 17", 0, 13)
	f.Add("/🏙", 0, 3)
	f.Add("", 0, 5)
	f.Add("/a", 0, -1)
	f.Fuzz(func(t *testing.T, text string, offset, length int) {
		c, ok := splitCommand(text, []models.MessageEntity{{Type: models.MessageEntityTypeBotCommand, Offset: offset, Length: length}}, "our_bot")
		if ok && (c.name == "" || offset != 0) {
			t.Errorf("%q at %d+%d: %+v", text, offset, length, c)
		}
	})
}
