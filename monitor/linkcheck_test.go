package monitor

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"otklik/monitor/links"
	"otklik/storage"
)

// byHand lets the official say where he published.
func (o *office) byHand(t *testing.T, a storage.Answer, proof storage.ByHandProof) {
	t.Helper()
	proof.Publication = o.publications(t, a)[0].ID
	if _, err := o.store.PublishedByHand(t.Context(), storage.Actor{Kind: storage.AsOfficial, Person: o.person.ID}, a.Incident, proof); err != nil {
		t.Fatal(err)
	}
}

func TestLinksAreLookedAt(t *testing.T) {
	standing := func(text string, change ...func(*Item)) func(*fake) {
		item := Item{Post: storage.Post{Network: "vk", ExternalID: "-1_2_9", Text: text}, ReplyTo: "-1_2"}
		for _, c := range change {
			c(&item)
		}
		return func(f *fake) { f.posts["-1_2_9"] = item }
	}
	longer := answerText + " Подробности на сайте министерства."
	for name, c := range map[string]struct {
		network func(*fake)
		proof   storage.ByHandProof
		checked bool
		told    bool
		id      string
	}{
		"stands":                {standing(longer), storage.ByHandProof{URL: "https://vk.com/wall-1_2?reply=9", ExternalID: "-1_2_9", Checked: true}, true, false, "-1_2_9"},
		"written by us":         {standing("да", func(i *Item) { i.Own = true }), storage.ByHandProof{URL: "https://vk.com/wall-1_2?reply=9", ExternalID: "-1_2_9", Checked: true}, true, false, "-1_2_9"},
		"absent":                {func(*fake) {}, storage.ByHandProof{URL: "https://vk.com/wall-1_2?reply=9", ExternalID: "-1_2_9", Checked: true}, false, true, "-1_2_9"},
		"another text":          {standing("Спасибо, сами засыпали"), storage.ByHandProof{URL: "https://vk.com/wall-1_2?reply=9", ExternalID: "-1_2_9", Checked: true}, false, true, "-1_2_9"},
		"cannot be asked":       {func(f *fake) { f.postErr = Forbidden{} }, storage.ByHandProof{URL: "https://vk.com/wall-1_2?reply=9", ExternalID: "-1_2_9", Checked: true}, true, false, "-1_2_9"},
		"does not respond":      {func(f *fake) { f.postErr = errors.New("out of reach") }, storage.ByHandProof{URL: "https://vk.com/wall-1_2?reply=9", ExternalID: "-1_2_9", Checked: true}, true, false, "-1_2_9"},
		"insisted on, a reply":  {standing(longer), storage.ByHandProof{URL: "https://vk.com/wall-1_2?reply=9", ExternalID: "-1_2_9"}, true, false, "-1_2_9"},
		"insisted on, no reply": {standing(longer, func(i *Item) { i.ReplyTo = "-7_7" }), storage.ByHandProof{URL: "https://vk.com/wall-7_7?reply=9", ExternalID: "-1_2_9"}, false, false, "-1_2_9"},
		"the post itself, ours": {func(f *fake) { f.walls["-1_2"] = []string{answerText} }, storage.ByHandProof{URL: "https://vk.com/wall-1_2", Checked: true}, true, false, "-1_2_a"},
		"the post itself":       {func(*fake) {}, storage.ByHandProof{URL: "https://vk.com/wall-1_2", Checked: true}, true, false, ""},
		"no link":               {func(*fake) {}, storage.ByHandProof{}, false, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := openOffice(t)
				o.net = newFake(links.VK)
				o.net.publishErrs = []error{CannotPublish{Reason: "comments_closed"}}
				m := watching(t, o.store, Config{}, o.net)
				stop := run(t, m)
				defer stop()
				post := here("-1_2")
				post.Network, post.URL = links.VK, "https://vk.com/wall-1_2"
				a := o.answer(t, m, post)
				time.Sleep(25 * time.Second)
				o.net.mu.Lock()
				c.network(o.net)
				o.net.mu.Unlock()
				o.byHand(t, a, c.proof)
				time.Sleep(5 * time.Minute)
				synctest.Wait()
				b := o.publications(t, a)[0]
				if b.State != storage.ByHand || b.Checked != c.checked || b.ExternalID != c.id {
					t.Errorf("%+v", b)
				}
				if checks, err := o.store.OpenChecks(t.Context()); err != nil || len(checks) != 0 {
					t.Errorf("still open: %v %v", checks, err)
				}
				if told := o.notices(t); (told > 0) != c.told || told > 1 {
					t.Errorf("the official was told %d times", told)
				}
			})
		})
	}
}

// notices is how many things about links the official was told.
func (o *office) notices(t *testing.T) (n int) {
	t.Helper()
	for {
		out, err := o.store.TakeOutgoing(t.Context(), o.person.Chat)
		if errors.Is(err, storage.ErrNotFound) {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
		if out.Message.Kind == storage.NoticeMessage {
			n++
		}
		if err := o.store.Sent(t.Context(), out, 1, 1000+out.ID); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSameWords(t *testing.T) {
	answer := "Яму на ул. Мира заделают до 1 декабря. Работы ведёт подрядчик. Минтранс"
	for comment, want := range map[string]bool{
		answer: true,
		"Здравствуйте!\n" + answer + " #дороги":                                   true,
		"яму на УЛ МИРА заделают до 1 декабря! Работы ведет подрядчик - минтранс": true,
		"Яму на ул. Мира заделают до 1 декабря. Работы ведёт":                     true, // shortened
		"Яму": false,
		"Яму на ул. Ленина заделают до 1 декабря. Работы ведёт подрядчик": false,
		"": false,
	} {
		if got := sameWords(comment, answer); got != want {
			t.Errorf("%q: %v", comment, got)
		}
	}
	if sameWords("да", "") {
		t.Error("anything is an empty answer")
	}
}

func FuzzSameWords(f *testing.F) {
	f.Add("Яма", "яма!")
	f.Add("\xff", "\u0130")
	f.Fuzz(func(t *testing.T, comment, answer string) {
		if lettersOf(answer) != "" && !sameWords(fmt.Sprintf("%s … %s", comment, answer), answer) {
			t.Errorf("%q does not stand in %q", answer, comment)
		}
	})
}
