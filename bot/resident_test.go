package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"otklik/bot/sandbox"
	"otklik/monitor/rules"
	"otklik/storage"
)

// answered brings a complaint of a resident to its published answer.
func (o *office) answered(text string) (id int64) {
	o.t.Helper()
	id = o.complaint(text, func(f *storage.Found) { f.Post.CanPublish, f.Post.AuthorHash = true, []byte("resident") })
	o.press(o.admin, o.card(id), "→")
	item := o.item(o.official, fmt.Sprintf("№%d · ", id))
	o.official.Say(o.official.Chat(), "Водоканал восстановит подачу воды сегодня до 18:00.", sandbox.Reply(item))
	o.settle()
	o.answerOf(o.official.Press(o.item(o.official, "Водоканал восстановит"), data("publish", id, int64(1))))
	time.Sleep(20 * time.Second)
	p, err := o.store.TakePublication(o.t.Context())
	o.must(err)
	post, err := o.store.Post(o.t.Context(), p.Post)
	o.must(err)
	o.must(o.store.PublishedAs(o.t.Context(), p.ID, post.ExternalID+"_9", post.URL+"?reply=9"))
	o.settle()
	return id
}

// replies lets somebody reply to the answer of a complaint, as the network and
// monitor tell it.
func (o *office) replies(id int64, text string) storage.Found {
	o.t.Helper()
	o.posts++
	posts, err := o.store.Posts(o.t.Context(), id)
	o.must(err)
	p := posts[0]
	f := storage.Found{
		ReplyTo: p.ExternalID + "_9", AsReply: func() storage.ReplyKind { return storage.ReplyKind(rules.Reply(text)) },
		Post: storage.Post{
			Network: p.Network, Kind: "comment", ExternalID: fmt.Sprintf("%s_%d", p.ExternalID, 1000+o.posts), URL: fmt.Sprintf("%s?reply=%d", p.URL, 1000+o.posts),
			ParentURL: p.URL, Text: text, State: storage.Ready, PublishedAt: o.store.Now(),
		},
	}
	o.tells(f)
	return f
}

// tells stores what a network tells.
func (o *office) tells(found ...storage.Found) {
	o.t.Helper()
	_, err := o.store.SavePosts(o.t.Context(), nil, found)
	o.must(err)
	o.settle()
}

// sent is how many messages the bot has sent to a chat, edits aside.
func sent(c *sandbox.Chat) int { return len(c.FromBot()) }

// A resident's thanks are an edit on the card and the item; a question comes to
// the official; «не решено» comes to the administrators, who take it up again.
func TestResidentReplies(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.answered("Нет воды на Садовой")
		group, private := sent(o.group), sent(o.official.Chat())

		o.replies(id, "Спасибо, воду дали")
		o.want(say(o.card(id)), "Отвечен", "🙏 Житель благодарит · 05:00 · открыть", "Спасибо, воду дали", "[Закрыть] [Вернуть в работу]")
		o.want(say(o.item(o.official, "№1 · Отвечен")), "🙏 Житель благодарит", "[Закрыть]")
		if g, p := sent(o.group)-group, sent(o.official.Chat())-private; g != 0 || p != 0 {
			t.Errorf("thanks sent %d messages to the group and %d to the official", g, p)
		}

		o.replies(id, "А когда включат на Мира?")
		o.want(say(o.card(id)), "💬 Житель ответил", "А когда включат на Мира?")
		asked := o.item(o.official, "А когда включат на Мира?")
		o.want(say(asked), "💬 Житель ответил", "№1 · Отвечен", "попросите администраторов вернуть инцидент в работу")
		if !strings.HasPrefix(asked.Content(), "💬 Житель ответил") {
			t.Errorf("the reply is not on top:\n%s", say(asked))
		}
		if g, p := sent(o.group)-group, sent(o.official.Chat())-private; g != 0 || p != 1 {
			t.Errorf("a question sent %d messages to the group and %d to the official", g, p)
		}

		o.replies(id, "Воды так и нет <b>!")
		o.replies(id, "Никто не приехал")
		back := o.group.Last()
		o.want(say(back), "🔴 Житель ответил: не решено", "Воды так и нет <b>!", "Никто не приехал", "№1 · Отвечен", "[Вернуть в работу] [Закрыть]")
		o.want(say(o.official.Chat().Last()), "🔴 Житель ответил: не решено", "Администраторы решат, вернуть ли инцидент в работу.")
		if g, p := sent(o.group)-group, sent(o.official.Chat())-private; g != 1 || p != 2 {
			t.Errorf("«не решено» twice: %d messages to the group and %d to the official", g, p)
		}

		o.admin.Say(o.group, "/queue")
		o.settle()
		o.want(say(o.group.Last()), "Новых нет", "Жители пишут, что не решено: 1", "№1", "🔴 не решено", "[№1]")

		o.press(o.admin, back, "Вернуть в работу")
		question := o.group.Last()
		o.admin.Say(o.group, "Проверьте стояк", sandbox.Reply(question))
		o.settle()
		o.want(say(o.card(id)), "🔁 Вернули в работу · Петров: Проверьте стояк", "Назначен", "🔴 Житель ответил: не решено", "Никто не приехал")
		o.want(say(o.official.Chat().Last()), "🔁 Вернули в работу: Проверьте стояк", "Никто не приехал", "[Ответить] [Администратору]")
		o.admin.Say(o.group, "/queue")
		o.settle()
		if text := o.group.Last().Content(); strings.Contains(text, "не решено") {
			t.Errorf("what was taken up again still waits:\n%s", text)
		}
	})
}

// Replies to a closed incident, found anew by its number, and in the journal.
func TestResidentRepliesToAClosedIncident(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.answered("Нет воды на Садовой")
		o.press(o.admin, o.card(id), "Закрыть")
		f := o.replies(id, "Не решено, воды нет")
		o.want(say(o.group.Last()), "🔴 Житель ответил: не решено", "№1 · Закрыт", "[Вернуть в работу] [Журнал]")
		o.tells(f, f)
		for range 5 {
			o.replies(id, "И ещё вопрос")
		}
		o.want(say(o.group.Last()), "и ещё 3 ответа раньше")
		o.press(o.admin, o.card(id), "Журнал")
		o.want(o.group.Last().Content(), "житель ответил: не решено: Не решено, воды нет", "житель ответил: И ещё вопрос")
		o.admin.Say(o.group, "/find 1")
		o.settle()
		o.want(say(o.group.Last()), "№1 · Закрыт", "💬 Житель ответил", "И ещё вопрос")
		o.admin.Say(o.group, "/find вода")
		o.settle()
		o.want(say(o.group.Last()), "№1", "🔴 не решено")
		f.Fate = storage.PostRemoved
		o.tells(f)
		i, err := o.store.Incident(o.t.Context(), id)
		o.must(err)
		if i.State != storage.Closed || i.ObjectedAt.IsZero() {
			t.Errorf("it is %s, objected %v", i.State, i.ObjectedAt)
		}
	})
}

// An edit while the answer is written is told at once, and the card and the
// item show it; what it was stands in the journal.
func TestPostChangesWhileItIsAnswered(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		var found storage.Found
		id := o.complaint("Нет воды на Садовой", func(f *storage.Found) { found = *f })
		o.press(o.admin, o.card(id), "→")
		item := o.item(o.official, "№1 · ")
		private := sent(o.official.Chat())
		found.Fate, found.Post.Text = storage.PostEdited, "Нет воды на Садовой и на Мира"
		o.tells(found, found)
		o.want(say(o.card(id)), "Нет воды на Садовой и на Мира", "✏️ Изменено 05:00, прежний текст в журнале")
		o.want(say(o.item(o.official, "№1 · ")), "Нет воды на Садовой и на Мира", "✏️ Изменено 05:00")
		if n := sent(o.official.Chat()) - private; n != 0 {
			t.Errorf("%d messages to an official who writes nothing", n)
		}
		o.press(o.official, item, "Ответить")
		found.Post.Text = "Нет воды и света"
		o.tells(found)
		o.want(o.official.Chat().Last().Content(), "№1: автор изменил сообщение, пока вы пишете ответ")
		o.official.Say(o.official.Chat(), "Водоканал восстановит подачу воды сегодня до 18:00.", sandbox.Reply(item))
		o.settle()
		time.Sleep(15 * time.Minute)
		found.Fate = storage.PostRemoved
		o.tells(found)
		o.want(o.official.Chat().Last().Content(), "№1: сообщение удалено из сети", "«Без публикации»")
		o.want(say(o.card(id)), "Сообщение удалено из сети")
		o.press(o.admin, o.card(id), "Ещё")
		o.press(o.admin, o.card(id), "Журнал")
		o.want(o.group.Last().Content(), "сообщение изменено, было: Нет воды на Садовой", "сообщение изменено, было: Нет воды на Садовой и на Мира", "сообщение удалено из сети")
		found.Fate = storage.PostRestored
		o.tells(found)
		if text := o.card(id).Content(); strings.Contains(text, "удалено") {
			t.Errorf("it is back:\n%s", text)
		}
	})
}

// Fifty reposts are «×51» on one card: edits, and not one message.
func TestRepostStormIsEdits(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		var found storage.Found
		id := o.complaint("Нет воды на Садовой", func(f *storage.Found) { found = *f })
		group, calls := sent(o.group), len(o.telegram.Calls())
		for n := range 50 {
			again := found
			again.RepostOf, again.Post.ExternalID, again.Post.URL = found.Post.ExternalID, fmt.Sprintf("-7_%d", n), fmt.Sprintf("https://vk.com/wall-7_%d", n)
			_, err := o.store.SavePosts(o.t.Context(), nil, []storage.Found{again})
			o.must(err)
			time.Sleep(time.Second)
		}
		time.Sleep(2 * time.Minute)
		o.want(say(o.card(id)), "×51 сообщение")
		if n := sent(o.group) - group; n != 0 {
			t.Errorf("%d messages", n)
		}
		edits := 0
		for _, c := range o.telegram.Calls()[calls:] {
			if c.Method == "editMessageText" {
				edits++
			}
		}
		if edits == 0 || edits > 40 {
			t.Errorf("%d edits", edits)
		}
	})
}

// A deleted original leaves the place to a repost that still stands.
func TestDeletedOriginalOfReposts(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		var found storage.Found
		id := o.complaint("Нет воды на Садовой", func(f *storage.Found) { found = *f })
		again := found
		again.RepostOf, again.Post.ExternalID, again.Post.URL = found.Post.ExternalID, "-7_1", "https://vk.com/wall-7_1"
		again.Post.PublishedAt = found.Post.PublishedAt.Add(time.Second)
		o.tells(again)
		found.Fate = storage.PostRemoved
		o.tells(found)
		card := o.card(id)
		o.want(say(card), "×2 сообщения, удалено: 1")
		if b, ok := card.Button("ВКонтакте"); !ok || b.URL != "https://vk.com/wall-7_1" {
			t.Errorf("the link leads to %q", b.URL)
		}
		again.Fate, again.RepostOf = storage.PostRemoved, ""
		o.tells(again)
		o.want(say(o.card(id)), "удалено: 2", "Сообщение удалено из сети")
	})
}

// An official who left is not written to; the administrators are.
func TestResidentRepliesAfterTheOfficialLeft(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.answered("Нет воды на Садовой")
		o.must(o.store.EndRole(o.t.Context(), storage.Actor{Kind: storage.Administrator}, o.region, o.role))
		o.settle()
		private := sent(o.official.Chat())
		o.replies(id, "Воды нет")
		o.want(say(o.group.Last()), "🔴 Житель ответил: не решено")
		if n := sent(o.official.Chat()) - private; n != 0 {
			t.Errorf("%d messages to an official who left", n)
		}
	})
}

// What came in while the bot did not run is told when it runs again, once.
func TestReplyAcrossARestart(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.answered("Нет воды на Садовой")
		o.end()
		f := o.replies(id, "Воды нет")
		group, private := sent(o.group), sent(o.official.Chat())
		o.run()
		o.settle()
		o.want(say(o.group.Last()), "🔴 Житель ответил: не решено", "Воды нет")
		o.want(say(o.official.Chat().Last()), "🔴 Житель ответил: не решено", "Воды нет")
		o.end()
		o.tells(f, f)
		o.run()
		o.settle()
		if g, p := sent(o.group)-group, sent(o.official.Chat())-private; g != 1 || p != 1 {
			t.Errorf("%d messages to the group and %d to the official", g, p)
		}
		o.want(o.press(o.admin, o.group.Last(), "Закрыть"), "№1 закрыт")
	})
}
