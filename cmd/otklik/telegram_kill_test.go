package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	telegram "otklik/bot/sandbox"
	"otklik/storage"
)

// halted lets something happen while neither bot nor monitor runs, as between a
// kill and the next start; the database is opened anew.
func (b *bubble) halted(happen func()) {
	b.Helper()
	b.stop()
	happen()
	if err := b.store.Close(); err != nil {
		b.Fatal(err)
	}
	b.store = must(storage.Open(context.Background(), b.path))
	b.stop = b.run()
}

// Wherever the process is killed on the way of an answer into a group, the
// answer stands there once, or its official is asked and it stands there at
// most once.
func TestTelegramAnswerSurvivesKills(t *testing.T) {
	chat := func(b *bubble) storage.Chat { return must(b.store.ChatCalled(context.Background(), "nash_dvor")) }
	take := func(b *bubble, _ telegram.Message) storage.Publication {
		return must(b.store.TakePublication(context.Background()))
	}
	hand := func(b *bubble, m telegram.Message) {
		p := take(b, m)
		err := b.store.SendAnswer(context.Background(), chat(b).ID, p.Key, storage.ChatAnswer{ReplyTo: int64(m.ID), External: "nash_dvor/", URL: "https://t.me/nash_dvor/"})
		if err != nil {
			b.Fatal(err)
		}
	}
	send := func(b *bubble, m telegram.Message) storage.Outgoing {
		hand(b, m)
		return must(b.store.TakeOutgoing(context.Background(), chat(b).ID))
	}
	for name, x := range map[string]struct {
		before func(*bubble, telegram.Message)
		state  storage.PublicationState
		stands int
	}{
		"planned":                   {func(*bubble, telegram.Message) {}, storage.Published, 1},
		"taken by monitor":          {func(b *bubble, m telegram.Message) { take(b, m) }, storage.Published, 1},
		"handed over":               {hand, storage.Published, 1},
		"taken by the outbox":       {func(b *bubble, m telegram.Message) { send(b, m) }, storage.Unknown, 0},
		"sent, and nobody noted it": {func(b *bubble, m telegram.Message) { send(b, m); b.say(m, "Ответ Минтранса до 15.06") }, storage.Published, 1},
		"noted as standing": {func(b *bubble, m telegram.Message) {
			o := send(b, m)
			b.noted(o, b.say(m, "Ответ Минтранса до 15.06"))
		}, storage.Published, 1},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, 1, func(b *bubble) {
				y, o := b.newYard("nash_dvor"), b.offices[0]
				m := y.resident.Say(y.chat, "Во дворе яма")
				b.rest(3 * time.Second)
				id := b.incidents(o)[0]
				b.halted(func() {
					b.plan(o, id, "Ответ Минтранса до 15.06")
					x.before(b, m)
				})
				b.rest(10 * time.Minute)
				if p := b.published(); p.State != x.state || len(y.chat.FromBot()) != x.stands {
					b.Errorf("%s (%s), and in the group stands:\n%s", p.State, p.Reason, heard(y.chat))
				}
			})
		})
	}
}

// plan freezes an answer while nobody publishes.
func (b *bubble) plan(o *office, id int64, text string) {
	b.Helper()
	ctx := context.Background()
	official := must(b.store.Officials(ctx, o.id))[0]
	by := storage.Actor{Kind: storage.AsOfficial, Person: official.Person}
	must(b.store.Assign(ctx, storage.Actor{Kind: storage.Administrator}, id, official.ID))
	draft := must(b.store.SaveDraft(ctx, by, id, storage.DraftPart{Chat: official.Chat, Telegram: 5000 + id, Text: text}))
	must(b.store.Publish(ctx, by, id, draft.Version, 0))
}

// say lets the bot's account write a reply, which its process will not know of.
func (b *bubble) say(to telegram.Message, text string) int64 {
	b.Helper()
	body := fmt.Sprintf(`{"chat_id":%d,"text":%q,"reply_parameters":{"message_id":%d},"link_preview_options":{"is_disabled":true}}`, to.Chat.ID, text, to.ID)
	r := must(http.NewRequestWithContext(context.Background(), http.MethodPost, telegram.URL+"/bot"+b.telegram.Token()+"/sendMessage", strings.NewReader(body)))
	r.Header.Set("Content-Type", "application/json")
	resp := must(b.telegram.Client().Do(r))
	defer resp.Body.Close()
	var a struct {
		OK     bool
		Result struct {
			ID int64 `json:"message_id"`
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil || !a.OK {
		b.Fatal(err, resp.Status)
	}
	return a.Result.ID
}

func (b *bubble) noted(o storage.Outgoing, telegram int64) {
	b.Helper()
	if err := b.store.Sent(context.Background(), o, b.telegram.Bot().ID, telegram); err != nil {
		b.Fatal(err)
	}
}

// What was said while nobody ran, and what bot had handed over when it was
// killed, is read at the next start, once.
func TestTelegramWordsSurviveKills(t *testing.T) {
	inBubble(t, 1, func(b *bubble) {
		y, o := b.newYard("nash_dvor"), b.offices[0]
		c := must(b.store.ChatCalled(b.Context(), "nash_dvor"))
		b.halted(func() {
			y.resident.Say(y.chat, "Яма, пока никого нет")
			ctx := context.Background()
			err := errors.Join(
				b.store.SaveUpdates(ctx, 1, []storage.Update{{ID: 9, Lane: 1, Raw: []byte("{}")}}),
				b.store.HandOver(ctx, 1, 9, c.ID, storage.Heard{Message: 900, Text: "Яма, уже переданная", Written: b.store.Now().Unix()}, true),
				b.store.HandOver(ctx, 1, 9, c.ID, storage.Heard{Message: 900, Text: "Яма, уже переданная", Written: b.store.Now().Unix()}, true),
			)
			if err != nil {
				b.Fatal(err)
			}
		})
		b.rest(5 * time.Second)
		if ids := b.incidents(o); len(ids) != 2 {
			b.Errorf("%d incidents", len(ids))
		}
	})
}

// A restored copy sends no answer into a group that the original may have sent.
func TestTelegramRestoredCopyAsks(t *testing.T) {
	inBubble(t, 1, func(b *bubble) {
		y, o := b.newYard("nash_dvor"), b.offices[0]
		m := y.resident.Say(y.chat, "Во дворе яма")
		b.rest(3 * time.Second)
		id := b.incidents(o)[0]
		b.halted(func() {
			b.plan(o, id, "Ответ Минтранса")
			p := must(b.store.TakePublication(context.Background()))
			c := must(b.store.ChatCalled(context.Background(), "nash_dvor"))
			if err := b.store.SendAnswer(context.Background(), c.ID, p.Key, storage.ChatAnswer{ReplyTo: int64(m.ID), External: "nash_dvor/"}); err != nil {
				b.Fatal(err)
			}
			if err := os.Remove(b.path + ".epoch"); err != nil {
				b.Fatal(err)
			}
		})
		if !b.store.Held() {
			b.Fatal("the copy is not held")
		}
		b.rest(time.Minute)
		if err := b.store.Release(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.rest(5 * time.Minute)
		if p := b.published(); p.State != storage.Unknown || len(y.chat.FromBot()) != 0 {
			b.Errorf("%s, and in the group stands:\n%s", p.State, heard(y.chat))
		}
	})
}
