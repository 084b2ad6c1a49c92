package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"otklik/bot/sandbox"
	"otklik/monitor/links"
	"otklik/storage"
)

// Which link proves what: publications by their numbers from 1, "?" for a link
// that proves none, with the reason.
func TestPair(t *testing.T) {
	thread := []string{"https://vk.com/wall-1_2?reply=3", "https://vk.com/wall-1_2?reply=4", "https://ok.ru/group/5503/topic/15", "", "https://x.com/i/web/status/7"}
	for name, c := range map[string]struct {
		given, used []string
		want        []string
	}{
		"in turn":             {given: []string{"https://vk.com/wall-1_2?reply=8", "https://vk.com/wall-1_2?reply=9"}, want: []string{"1", "2"}},
		"to whom it replies":  {given: []string{"https://vk.com/wall-1_2?reply=9&thread=4", "https://vk.com/wall-1_2?reply=8"}, want: []string{"2", "1"}},
		"more than wait":      {given: []string{"https://vk.com/wall-1_2?reply=7", "https://vk.com/wall-1_2?reply=8", "https://vk.com/wall-1_2?reply=9"}, want: []string{"1", "2", "? network"}},
		"another thread":      {given: []string{"https://vk.com/wall-1_5?reply=9"}, want: []string{"? thread"}},
		"another network":     {given: []string{"https://t.me/zarechny/1"}, want: []string{"? network"}},
		"a community":         {given: []string{"https://vk.com/perm59"}, want: []string{"? not_post"}},
		"known already":       {given: []string{"https://vk.com/wall-1_2?reply=8"}, used: []string{"https://vk.com/wall-1_2?reply=8"}, want: []string{"? again"}},
		"the topic, again":    {given: []string{"https://ok.ru/group/5503/topic/15"}, used: []string{"https://ok.ru/group/5503/topic/15"}, want: []string{"3"}},
		"what cannot be told": {given: []string{"https://x.com/zarechny/status/9"}, want: []string{"? unknowable"}},
	} {
		t.Run(name, func(t *testing.T) {
			var open []hand
			for n, address := range thread {
				l, _ := links.Parse(address)
				open = append(open, hand{storage.Publication{ID: int64(n + 1)}, l.Network, l})
			}
			proofs, rest := pair(open, linksIn(strings.Join(c.given, " ")), c.used)
			var got []string
			for _, p := range proofs {
				got = append(got, fmt.Sprint(p.publication.ID))
			}
			for _, r := range rest {
				got = append(got, "? "+r.reason)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// However many links come, each proves one publication at most, and each
// publication has one at most.
func FuzzPair(f *testing.F) {
	f.Add("https://vk.com/wall-1_2?reply=9 https://vk.com/wall-1_2 vk.com/wall-1_2?reply=9")
	f.Add("https://ok.ru/group/5503/topic/15\nhttps://ok.ru/group/5503/topic/15")
	f.Add("x.com/i/web/status/7 \xff https://")
	f.Fuzz(func(t *testing.T, text string) {
		given := linksIn(text)
		open := make([]hand, 4)
		for n := range open {
			l, _ := links.Parse(fmt.Sprintf("https://vk.com/wall-1_2?reply=%d", n))
			open[n] = hand{storage.Publication{ID: int64(n + 1)}, links.VK, l}
		}
		proofs, rest := pair(open, given, nil)
		for _, r := range rest {
			if p, ok := insist(open, proofs, r.link); ok {
				proofs = append(proofs, p)
			}
		}
		var seen []int64
		for _, p := range proofs {
			if slices.Contains(seen, p.publication.ID) {
				t.Errorf("publication %d has two proofs: %+v", p.publication.ID, proofs)
			}
			seen = append(seen, p.publication.ID)
		}
		if len(given) > maxLinks || len(proofs) > len(given) {
			t.Errorf("%d links made %d proofs", len(given), len(proofs))
		}
	})
}

// A message that is handled again, because the process ended before that was
// noted, proves nothing twice and is answered as before.
func TestLinksHandledAgainChangeNothing(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.many(odnoklass, odnoklass, foreignWall, foreignWall)
		o.press(o.official, o.write(id, goodAnswer), "Опубликовать")
		said := o.official.Say(o.official.Chat(), "https://vk.com/wall-7_102?reply=1 https://vk.com/wall-9_9?reply=2", sandbox.Reply(o.item(o.official, "Опубликуйте сами")))
		o.settle()
		before, err := o.bot.publications(o.t.Context(), id)
		o.must(err)
		private, err := o.store.MeetChat(o.t.Context(), o.official.ID(), storage.Private, "", 0)
		o.must(err)
		person, err := o.store.PersonOfChat(o.t.Context(), private.ID)
		o.must(err)
		i, err := o.store.Incident(o.t.Context(), id)
		o.must(err)
		a := ask{person: person, chat: private, as: storage.Actor{Kind: storage.AsOfficial, Person: person.ID}, telegram: int64(said.ID), text: said.Text, incident: i}
		for range 2 {
			o.must(o.bot.link(o.t.Context(), a))
		}
		o.settle()
		after, err := o.bot.publications(o.t.Context(), id)
		o.must(err)
		if diff := cmp.Diff(before.list, after.list); diff != "" {
			t.Errorf("handled again:\n%s", diff)
		}
		if n := len(before.in(storage.ByHand)); n != 1 {
			t.Errorf("%d proven", n)
		}
		o.item(o.official, "ссылка принята.", "⛔️ https://vk.com/wall-9_9?reply=2")
	})
}

// An author who changes his complaint while the answer is written makes its
// official look again, and one who deletes it is told as well.
func TestDraftTellsWhatChanged(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.many(foreignWall, odnoklass, foreignWall)
		o.write(id, goodAnswer)
		posts, err := o.store.Posts(o.t.Context(), id)
		o.must(err)
		edited := storage.Found{Post: posts[0], Fate: storage.PostEdited}
		edited.Post.Text = "Яма у дома 1, уже засыпали, спасибо"
		_, err = o.store.SavePosts(o.t.Context(), nil, []storage.Found{edited})
		o.must(err)
		o.must(o.store.PostGone(o.t.Context(), posts[1].ID))
		o.settle()
		preview := o.item(o.official, goodAnswer, "Авторы изменили 1 сообщение после того, как вы написали ответ", "🚫 Удалены авторами, ответа там не будет: 1")
		if strings.Contains(say(preview), "Одноклассники") {
			t.Errorf("what is gone is told as to be done:\n%s", say(preview))
		}
		// Written anew, it was written for what stands there now.
		o.official.Say(o.official.Chat(), goodAnswer+" Работы начаты.", sandbox.Reply(preview))
		o.settle()
		if now := say(o.item(o.official, "Работы начаты.")); strings.Contains(now, "изменили") {
			t.Errorf("told again:\n%s", now)
		}
	})
}

// Who is told that his answer does not stand at its link sends another one.
func TestAnotherLink(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.many(foreignWall)
		o.press(o.official, o.write(id, goodAnswer), "Опубликовать")
		o.official.Say(o.official.Chat(), "https://vk.com/wall-7_100?reply=5")
		o.settle()
		o.item(o.official, "ссылка принята.")
		for n, verdict := range []storage.LinkVerdict{storage.LinkAbsent, storage.LinkOther} {
			checks, err := o.store.OpenChecks(o.t.Context())
			o.must(err)
			if len(checks) != 1 {
				t.Fatalf("%d checks", len(checks))
			}
			o.must(o.store.FinishLinkCheck(o.t.Context(), checks[0], verdict, "", ""))
			o.settle()
			told := o.item(o.official, "№1: по вашей ссылке", fmt.Sprintf("reply=%d", 5+n))
			o.official.Say(o.official.Chat(), "не знаю", sandbox.Reply(told))
			o.settle()
			o.item(o.official, "Пришлите одну ссылку")
			o.official.Say(o.official.Chat(), fmt.Sprintf("https://vk.com/wall-7_100?reply=%d", 6+n), sandbox.Reply(told))
			o.settle()
			o.item(o.official, "ссылка заменена.")
			p, err := o.bot.publications(o.t.Context(), id)
			o.must(err)
			if x := p.list[0]; x.URL != fmt.Sprintf("https://vk.com/wall-7_100?reply=%d", 6+n) || x.ExternalID != fmt.Sprintf("-7_100_%d", 6+n) || !x.Checked {
				t.Errorf("%+v", x)
			}
		}
		linked := false
		for _, e := range o.card(id).Entities {
			linked = linked || strings.HasSuffix(e.URL, "reply=7")
		}
		if !linked {
			t.Error("the card leads elsewhere")
		}
	})
}
