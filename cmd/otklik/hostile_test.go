package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	telegram "otklik/bot/sandbox"
)

// hostile are texts that residents and officials may write, as JSON strings.
var hostile = map[string]string{
	"markup":              `"<b>жирный</b> <a href=\"https://evil.example\">сюда</a> <script>alert(1)</script> яма"`,
	"broken markup":       `"</b></pre><tg-spoiler> & &lt; &#0; &amp;amp; <!-- яма"`,
	"a template":          `"{{.ID}} {{template \"card\" .}} {{define \"x\"}} яма %s %d %!v(MISSING)"`,
	"quotes":              `"'; DROP TABLE incidents; -- \" ' \\ яма"`,
	"a mention":           `"@durov [x](tg://user?id=1) /setup@otklik_sandbox_bot /status яма"`,
	"right to left":       `"\u202eяма\u202c \u2066\u2067 \u200f\u061c яма"`,
	"marks without end":   `"я` + strings.Repeat("\u0301", 3000) + ` яма"`,
	"nothing to see":      `"\u200b\u200b\ufeff\u2060\u00ad яма \u3164\u2800"`,
	"controls":            `"\u0000\u0001\u001b[31mкрасное\u0007\r\n\t\b\u0085 яма"`,
	"half a letter":       `"\ud83d яма \ude00"`,
	"emoji":               `"яма ` + strings.Repeat("👨‍👩‍👧‍👦🏴‍☠️", 500) + `"`,
	"one long word":       `"яма ` + strings.Repeat("Ы", 20_000) + `"`,
	"many lines":          `"яма` + strings.Repeat(`\n`, 9000) + `конец"`,
	"many marks":          `"яма ` + strings.Repeat("<&>", 5000) + `"`,
	"many matches":        `"` + strings.Repeat("яма ", 5000) + `"`,
	"a number of its own": `"№1 №2 №3 яма, «Опубликовано», [Закрыть]"`,
	"outside the plane":   `"𝐘𝐚𝐦𝐚 \udbff\udfff \uffff \ufffe яма"`,
}

// asText turns a JSON string into what Telegram would carry.
func asText(t *testing.T, raw string) string {
	var text string
	if err := json.Unmarshal([]byte(raw), &text); err != nil {
		t.Fatalf("%.50s: %v", raw, err)
	}
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")
}

// Whatever a resident writes becomes a card, in which nothing is markup, link
// or command of his.
func TestHostileTextOfAResident(t *testing.T) {
	inBubble(t, len(hostile), func(b *bubble) {
		n := 0
		for name, raw := range hostile {
			o := b.offices[n]
			n++
			line := fmt.Sprintf(`{"url":"https://example.org/%d","text":%s %s","source":{"name":%s},"author":{"id":%s}}`, n, raw[:len(raw)-1], o.place, raw, raw)
			results := b.post([]byte(line))
			if len(results) != 1 || results[0].Status != "new" {
				b.Errorf("%s: %+v", name, results)
				continue
			}
			b.rest(5 * time.Second)
			b.wantCard(name, o)
		}
		b.wantNoRefusals()
	})
}

// wantCard wants one harmless card in an office's group.
func (b *bubble) wantCard(name string, o *office) {
	b.Helper()
	cards := 0
	for _, m := range o.group.FromBot() {
		if data, _ := offered(m, "assign"); data == "" {
			continue
		}
		cards++
		text := m.Content()
		if size := len(utf16.Encode([]rune(text))); size > 4096 || !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\x1b\u202e\u2067") {
			b.Errorf("%s: a card of %d units: %.300q", name, size, text)
		}
		for _, e := range m.Entities {
			if strings.Contains(e.URL, "evil") || e.User != nil || e.Type == "spoiler" || e.Type == "pre" {
				b.Errorf("%s: the card has an entity %+v", name, e)
			}
		}
		for _, k := range m.Buttons() {
			if strings.Contains(k.URL, "evil") {
				b.Errorf("%s: a button leads to %s", name, k.URL)
			}
		}
	}
	if cards != 1 {
		b.Errorf("%s: %d cards", name, cards)
	}
}

// wantNoRefusals wants that Telegram took every call.
func (b *bubble) wantNoRefusals() {
	b.Helper()
	for _, c := range b.telegram.Calls() {
		if c.Code != 200 {
			b.Errorf("%s is refused: %d %s: %.300q", c.Method, c.Code, c.Description, c.Params["text"])
		}
	}
}

// seen is a text without what nobody sees: control signs, those that only turn
// the direction, and which white space it is. The sign that joins emoji stays.
func seen(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsSpace(r) && r != '\u200d' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar) {
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// What an official writes is what he is given to publish, letter by letter.
func TestHostileTextOfAnOfficial(t *testing.T) {
	inBubble(t, len(hostile), func(b *bubble) {
		n := 0
		for name, raw := range hostile {
			o, text := b.offices[n], strings.TrimSpace(asText(b.T, raw))
			n++
			if len(utf16.Encode([]rune(text))) > 4096 {
				continue // Telegram carries no more in a message
			}
			b.post(fmt.Appendf(nil, `{"url":"https://example.org/%d","text":"Яма, %s"}`, n, o.place))
			b.rest(5 * time.Second)
			b.press(o.admin, o.group, "assign")
			item := b.press(o.official, o.official.Chat(), "accept")
			o.official.Say(o.official.Chat(), text, telegram.Reply(item))
			b.rest(5 * time.Second)
			b.press(o.official, o.official.Chat(), "publish")
			found := false
			for _, m := range o.official.Chat().FromBot() {
				found = found || seen(m.Content()) == seen(text)
			}
			if !found {
				b.Errorf("%s: %.200q does not come back as it was written, only %.600q", name, seen(text), chatter(o.official.Chat()))
			}
		}
		b.wantNoRefusals()
	})
}

// press presses the newest button of an action in a chat.
func (b *bubble) press(p *telegram.Person, c *telegram.Chat, action string) (on telegram.Message) {
	b.Helper()
	for _, m := range c.FromBot() {
		if data, _ := offered(m, action); data != "" {
			on = m
		}
	}
	data, _ := offered(on, action)
	if data == "" {
		b.Errorf("nobody offers %s", action)
		return on
	}
	p.Press(on, data)
	b.rest(5 * time.Second)
	return on
}

// chatter is what the bot says in a chat.
func chatter(c *telegram.Chat) (said []string) {
	for _, m := range c.FromBot() {
		said = append(said, m.Content())
	}
	return said
}
