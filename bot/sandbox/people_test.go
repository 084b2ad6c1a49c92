package sandbox

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-telegram/bot/models"
	"github.com/google/go-cmp/cmp"
)

func TestMigration(t *testing.T) {
	w := quiet(t, Options{})
	g := w.Group("Группа", w.admin, w.official)
	g.AddBot(w.admin)
	w.poll(t, params{"offset": 1 << 40})
	to := g.Migrate()
	list := w.poll(t, params{})
	if len(list) != 2 || list[0].Message.MigrateToChatID != to.ID() || list[0].Message.Chat.ID != g.ID() ||
		list[1].Message.MigrateFromChatID != g.ID() || list[1].Message.Chat.ID != to.ID() {
		t.Errorf("the service messages are wrong: %d updates", len(list))
	}
	r := w.call(t, "sendMessage", params{"chat_id": g.ID(), "text": "x"})
	if r.Code != 400 || r.Parameters["migrate_to_chat_id"] != float64(to.ID()) {
		t.Errorf("%d %v", r.Code, r.Parameters)
	}
	w.call(t, "sendMessage", params{"chat_id": to.ID(), "text": "x"})
	if id := to.Last().ID; id != 2 {
		t.Errorf("message ids start anew: got %d", id)
	}
	if to.Info().Type != models.ChatTypeSupergroup || !strings.HasPrefix(json.Number(strings.TrimSpace(string(must(json.Marshal(to.ID()))))).String(), "-100") {
		t.Errorf("%+v", to.Info())
	}
}

func TestMessageNumbers(t *testing.T) {
	w := newWorld(Options{})
	g := w.Group("Группа", w.admin)
	g.AddBot(w.admin)
	before := g.Last().ID
	w.official.Say(w.official.Chat(), "x")
	w.admin.Say(g, "x")
	if a, b := w.official.Chat().Last().ID, g.Last().ID; a != before+1 || b != before+2 {
		t.Errorf("private chats and basic groups number together: %d, %d, %d", before, a, b)
	}
}

func TestTopics(t *testing.T) {
	w := newWorld(Options{})
	f := w.Forum("Темы", w.admin)
	f.AddBot(w.admin)
	id := f.Topic(w.admin, "Дороги")
	w.poll(t, params{"offset": 1 << 40})
	if r := w.call(t, "sendMessage", params{"chat_id": f.ID(), "text": "x", "message_thread_id": id}); !r.OK {
		t.Fatal(r.Description)
	}
	if m := f.Last(); m.MessageThreadID != id || !m.IsTopicMessage {
		t.Errorf("%+v", m)
	}
	m := w.admin.Say(f, "/queue", InTopic(id))
	if m.ReplyToMessage == nil || m.ReplyToMessage.ForumTopicCreated == nil {
		t.Error("a topic's message is shown as a reply to the one that opened it")
	}
	f.PromoteBot(w.admin)
	r := w.call(t, "createForumTopic", params{"chat_id": f.ID(), "name": "ЖКХ"})
	var made models.ForumTopic
	if err := json.Unmarshal(r.Result, &made); err != nil || made.MessageThreadID == 0 {
		t.Errorf("%s, %v", r.Result, err)
	}
	f.DeleteTopic(id)
	if r := w.call(t, "sendMessage", params{"chat_id": f.ID(), "text": "x", "message_thread_id": id}); r.Code != 400 {
		t.Errorf("a deleted topic: %d", r.Code)
	}
}

func TestThreadOfReplies(t *testing.T) {
	w := newWorld(Options{})
	first := w.admin.Say(w.group, "первое")
	second := w.official.Say(w.group, "второе", Reply(first))
	third := w.admin.Say(w.group, "третье", Reply(second))
	if second.MessageThreadID != first.ID || third.MessageThreadID != first.ID || third.IsTopicMessage {
		t.Errorf("threads %d and %d of %d", second.MessageThreadID, third.MessageThreadID, first.ID)
	}
	if third.ReplyToMessage.ReplyToMessage != nil {
		t.Error("a reply holds a reply")
	}
}

func TestAnonymous(t *testing.T) {
	w := newWorld(Options{})
	w.call(t, "sendMessage", params{"chat_id": w.group.ID(), "text": "x", "reply_markup": buttons(1)})
	card := w.group.Last()
	w.poll(t, params{"offset": 1 << 40})
	w.admin.Say(w.group, "/queue", Anonymous())
	w.admin.Press(card, "x")
	list := w.poll(t, params{})
	if m := list[0].Message; m.From.ID != anonymousID || m.SenderChat == nil || m.SenderChat.ID != w.group.ID() {
		t.Errorf("message from %+v, sender chat %+v", m.From, m.SenderChat)
	}
	if got := list[1].CallbackQuery.From.ID; got != w.admin.ID() {
		t.Errorf("press from %d", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("a plain member spoke for the group")
		}
	}()
	w.official.Say(w.group, "/queue", Anonymous())
}

func TestPress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := quiet(t, Options{})
		w.call(t, "sendMessage", params{"chat_id": w.official.ID(), "text": "x", "reply_markup": buttons(1)})
		m := w.official.Chat().Last()
		x := w.official.Press(m, "x")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := x.Wait(ctx); err == nil {
			t.Error("an answer that nobody gave")
		}
		if r := w.call(t, "answerCallbackQuery", params{"callback_query_id": x.ID(), "text": strings.Repeat("я", 201)}); r.Code != 400 {
			t.Errorf("a long toast: %d", r.Code)
		}
		w.call(t, "answerCallbackQuery", params{"callback_query_id": x.ID(), "text": "Да", "show_alert": true})
		if a, ok := x.Answered(); !ok || a != (Answer{Text: "Да", Alert: true}) {
			t.Errorf("%+v", a)
		}
		if r := w.call(t, "answerCallbackQuery", params{"callback_query_id": x.ID()}); r.Code != 400 {
			t.Errorf("a second answer: %d", r.Code)
		}
		w.call(t, "deleteMessage", params{"chat_id": w.official.ID(), "message_id": m.ID})
		w.poll(t, params{"offset": 1 << 40})
		w.official.Press(m, "x")
		if q := w.poll(t, params{})[0].CallbackQuery; q.Message.InaccessibleMessage == nil || q.Message.InaccessibleMessage.MessageID != m.ID {
			t.Errorf("a deleted message arrived as %+v", q.Message)
		}
	})
}

func TestBlockAndStart(t *testing.T) {
	w := quiet(t, Options{})
	w.official.Block()
	if r := w.call(t, "sendMessage", params{"chat_id": w.official.ID(), "text": "x"}); r.Code != 403 || !strings.Contains(r.Description, "bot was blocked by the user") {
		t.Errorf("%d %s", r.Code, r.Description)
	}
	w.official.Start("inv-7_x")
	var got []string
	for _, u := range w.poll(t, params{}) {
		switch {
		case u.MyChatMember != nil:
			got = append(got, string(u.MyChatMember.OldChatMember.Type+" → "+u.MyChatMember.NewChatMember.Type))
		case u.Message != nil:
			got = append(got, u.Message.Text)
		}
	}
	if diff := cmp.Diff([]string{"member → kicked", "kicked → member", "/start inv-7_x"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSnapshots(t *testing.T) {
	w := quiet(t, Options{})
	m := w.official.Say(w.official.Chat(), "до")
	w.official.Edit(m, "после")
	list := w.poll(t, params{})
	if list[0].Message.Text != "до" || list[1].EditedMessage.Text != "после" || list[1].EditedMessage.EditDate == 0 {
		t.Errorf("%q then %q", list[0].Message.Text, list[1].EditedMessage.Text)
	}
	if m.Text != "до" || w.official.Chat().Last().Text != "после" {
		t.Error("a message that was asked for changed by itself")
	}
}

func TestIncomingFiles(t *testing.T) {
	w := quiet(t, Options{})
	c := w.official.Chat()
	album := w.official.Album(c, "Было и стало", picture(200, 100), picture(100, 200))
	if album[0].Caption == "" || album[1].Caption != "" || album[0].MediaGroupID == "" || album[0].MediaGroupID != album[1].MediaGroupID {
		t.Errorf("%+v", album)
	}
	m := w.official.Say(c, "акт", Document("акт.pdf", []byte("%PDF-1.7")))
	if m.Document.MimeType != "application/pdf" || m.Caption != "акт" {
		t.Errorf("%+v", m.Document)
	}
	if data, name, ok := w.File(m.Document.FileID); !ok || name != "акт.pdf" || string(data) != "%PDF-1.7" {
		t.Errorf("%q %q", name, data)
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"tall":     {picture(10, 201), "PHOTO_INVALID_DIMENSIONS"},
		"huge":     {picture(9000, 1001), "PHOTO_INVALID_DIMENSIONS"},
		"no image": {[]byte("hello"), "IMAGE_PROCESS_FAILED"},
		"cut":      {picture(100, 100)[:60], "IMAGE_PROCESS_FAILED"},
		"nothing":  {nil, "file must be non-empty"},
	} {
		if _, err := w.newPhoto(upload{data: c.data}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestCommandMenus(t *testing.T) {
	w := newWorld(Options{})
	set := func(name string, scope params, language string) {
		t.Helper()
		r := w.call(t, "setMyCommands", params{"commands": []params{{"command": name, "description": "x"}}, "scope": scope, "language_code": language})
		if !r.OK {
			t.Fatal(r.Description)
		}
	}
	menu := func(c *Chat, p *Person) string {
		if list := c.Commands(p); len(list) == 1 {
			return list[0].Command
		}
		return ""
	}
	set("everywhere", nil, "")
	set("private", params{"type": "all_private_chats"}, "")
	set("lichno", params{"type": "all_private_chats"}, "ru")
	set("groups", params{"type": "all_group_chats"}, "")
	set("here", params{"type": "chat", "chat_id": w.group.ID()}, "")
	set("boss", params{"type": "chat_administrators", "chat_id": w.group.ID()}, "")
	set("oleg", params{"type": "chat", "chat_id": w.official.ID()}, "")
	other := w.Group("Другая", w.admin)
	got := []string{menu(w.admin.Chat(), w.admin), menu(w.official.Chat(), w.official), menu(w.group, w.admin), menu(w.group, w.official), menu(other, w.admin)}
	if diff := cmp.Diff([]string{"lichno", "oleg", "boss", "here", "groups"}, got); diff != "" {
		t.Error(diff)
	}
	w.call(t, "deleteMyCommands", params{"scope": params{"type": "chat", "chat_id": w.group.ID()}})
	if got := menu(w.group, w.official); got != "groups" {
		t.Errorf("after deleting: %q", got)
	}
}

func TestKeyboards(t *testing.T) {
	w := newWorld(Options{})
	send := func(markup params) {
		if r := w.call(t, "sendMessage", params{"chat_id": w.official.ID(), "text": "x", "reply_markup": markup}); !r.OK {
			t.Fatal(r.Description)
		}
	}
	send(params{"keyboard": [][]any{{"Сводка", params{"text": "Просрочено"}}}, "input_field_placeholder": "что?"})
	k, placeholder := w.official.Chat().Keyboard()
	if k == nil || len(k.Keyboard[0]) != 2 || k.Keyboard[0][0].Text != "Сводка" || placeholder != "что?" {
		t.Errorf("%+v %q", k, placeholder)
	}
	send(params{"inline_keyboard": []any{}})
	if k, _ := w.official.Chat().Keyboard(); k == nil {
		t.Error("an inline keyboard took the reply keyboard away")
	}
	send(params{"remove_keyboard": true})
	if k, _ := w.official.Chat().Keyboard(); k != nil {
		t.Error("the keyboard is still there")
	}
}

func TestChatInfo(t *testing.T) {
	w := newWorld(Options{})
	for method, want := range map[string]string{
		"getChatMemberCount":    `3`,
		"getChatAdministrators": `"status":"creator"`,
		"getChat":               `"title":"Регион"`,
		"leaveChat":             `true`,
	} {
		if method == "leaveChat" {
			continue
		}
		if r := w.call(t, method, params{"chat_id": w.group.ID()}); !strings.Contains(string(r.Result), want) {
			t.Errorf("%s: %s %s", method, r.Result, r.Description)
		}
	}
	stranger := w.Person("Чужой", "ru")
	w.group.Promote(w.admin, w.official)
	for id, want := range map[int64]string{w.admin.ID(): "creator", w.official.ID(): "administrator", stranger.ID(): "left", w.Bot().ID: "member"} {
		if r := w.call(t, "getChatMember", params{"chat_id": w.group.ID(), "user_id": id}); !strings.Contains(string(r.Result), `"status":"`+want+`"`) {
			t.Errorf("%d: %s %s, want %s", id, r.Result, r.Description, want)
		}
	}
	w.call(t, "leaveChat", params{"chat_id": w.group.ID()})
	if r := w.call(t, "sendMessage", params{"chat_id": w.group.ID(), "text": "x"}); r.Code != 403 {
		t.Errorf("after leaving: %d", r.Code)
	}
}

func TestCopyForwardEditDelete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(Options{})
		id := w.official.ID()
		m := w.official.Say(w.official.Chat(), "подпись", Photo(picture(20, 20)))
		here := params{"chat_id": w.group.ID(), "from_chat_id": id, "message_id": m.ID}
		if r := w.call(t, "copyMessage", here); !r.OK || w.group.Last().Caption != "подпись" || w.group.Last().ForwardOrigin != nil {
			t.Errorf("copy: %s", r.Description)
		}
		copied := w.group.Last().ID
		if r := w.call(t, "forwardMessage", here); !r.OK || w.group.Last().ForwardOrigin.MessageOriginUser.SenderUser.ID != id {
			t.Errorf("forward: %s", r.Description)
		}
		if r := w.call(t, "editMessageCaption", params{"chat_id": w.group.ID(), "message_id": copied, "caption": "другая"}); !r.OK {
			t.Error(r.Description)
		}
		media := params{"type": "photo", "media": m.Photo[0].FileID, "caption": "третья"}
		if r := w.call(t, "editMessageMedia", params{"chat_id": w.group.ID(), "message_id": copied, "media": media}); !r.OK {
			t.Error(r.Description)
		}
		if got, _ := w.group.Message(copied); got.Content() != "третья" {
			t.Errorf("caption %q", got.Caption)
		}
		time.Sleep(48 * time.Hour)
		if r := w.call(t, "deleteMessage", params{"chat_id": w.group.ID(), "message_id": copied}); r.Code != 400 {
			t.Errorf("an old message: %d", r.Code)
		}
		w.group.PromoteBot(w.admin)
		if r := w.call(t, "deleteMessages", params{"chat_id": w.group.ID(), "message_ids": []int{copied, 999}}); !r.OK {
			t.Error(r.Description)
		}
		if _, ok := w.group.Message(copied); ok {
			t.Error("the message is still there")
		}
	})
}

func TestChannel(t *testing.T) {
	w := quiet(t, Options{})
	c := w.Channel("Новости", "perm_news", w.admin, w.official)
	c.AddBot(w.admin)
	if r := w.call(t, "sendMessage", params{"chat_id": "@perm_news", "text": "x"}); r.Code != 400 || !strings.Contains(r.Description, "need administrator rights") {
		t.Errorf("%d %s", r.Code, r.Description)
	}
	w.admin.Say(c, "не видно")
	c.PromoteBot(w.admin)
	post := w.admin.Say(c, "Прорвало трубу")
	w.admin.Edit(post, "Прорвало трубу на Мира")
	var got []string
	for _, u := range w.poll(t, params{}) {
		switch {
		case u.ChannelPost != nil:
			got = append(got, "post "+u.ChannelPost.Text)
		case u.EditedChannelPost != nil:
			got = append(got, "edit "+u.EditedChannelPost.Text)
		case u.Message != nil:
			t.Errorf("a message %q", u.Message.Text)
		}
	}
	if diff := cmp.Diff([]string{"post Прорвало трубу", "edit Прорвало трубу на Мира"}, got); diff != "" {
		t.Error(diff)
	}
	if post.From != nil || post.SenderChat.ID != c.ID() {
		t.Errorf("from %+v, sender chat %+v", post.From, post.SenderChat)
	}
	r := w.call(t, "sendMessage", params{"chat_id": "@perm_news", "text": "Ремонт начат", "reply_parameters": params{"message_id": post.ID}})
	if !r.OK || len(c.FromBot()) != 1 || c.Last().From != nil {
		t.Errorf("%s, %+v", r.Description, c.Last())
	}
	if r := w.call(t, "editMessageText", params{"chat_id": c.ID(), "message_id": c.Last().ID, "text": "Готово"}); !r.OK {
		t.Error(r.Description)
	}
	if r := w.call(t, "forwardMessage", params{"chat_id": w.group.ID(), "from_chat_id": c.ID(), "message_id": post.ID}); !r.OK || w.group.Last().ForwardOrigin.MessageOriginChannel == nil {
		t.Error(r.Description)
	}
}

func TestTopicsByBot(t *testing.T) {
	w := newWorld(Options{})
	f := w.Forum("Темы", w.admin)
	f.AddBot(w.admin)
	f.PromoteBot(w.admin)
	id := f.Topic(w.admin, "Дороги")
	here := params{"chat_id": f.ID(), "message_thread_id": id}
	send := func() int {
		return w.call(t, "sendMessage", params{"chat_id": f.ID(), "text": "x", "message_thread_id": id}).status
	}
	w.call(t, "closeForumTopic", here)
	got := []int{send()} // an administrator writes into closed topics, too
	f.DemoteBot(w.admin)
	got = append(got, send())
	f.PromoteBot(w.admin)
	w.call(t, "reopenForumTopic", here)
	f.DemoteBot(w.admin)
	got = append(got, send())
	f.PromoteBot(w.admin)
	w.call(t, "deleteForumTopic", here)
	got = append(got, send(), w.call(t, "deleteForumTopic", here).status)
	if diff := cmp.Diff([]int{200, 400, 200, 400, 400}, got); diff != "" {
		t.Error(diff)
	}
}

func TestMembersComeAndGo(t *testing.T) {
	w := quiet(t, Options{})
	guest := w.Person("Гость", "ru").Username("guest")
	w.group.Add(guest)
	w.group.Rename(w.admin, "Край")
	w.group.Remove(guest)
	var got []string
	for _, u := range w.poll(t, params{}) {
		switch m := u.Message; {
		case len(m.NewChatMembers) > 0:
			got = append(got, "+"+m.NewChatMembers[0].Username)
		case m.LeftChatMember != nil:
			got = append(got, "-"+m.LeftChatMember.Username)
		default:
			got = append(got, m.NewChatTitle)
		}
	}
	if diff := cmp.Diff([]string{"+guest", "Край", "-guest"}, got); diff != "" {
		t.Error(diff)
	}
	defer func() {
		if recover() == nil {
			t.Error("somebody who left could write")
		}
	}()
	guest.Say(w.group, "я ещё тут")
}

func TestUpdateIDsJump(t *testing.T) {
	w := quiet(t, Options{})
	w.SetNextUpdateID(7)
	w.official.Say(w.official.Chat(), "после недели тишины")
	if list := w.poll(t, params{}); len(list) != 1 || list[0].ID != 7 {
		t.Errorf("%+v", list)
	}
}
