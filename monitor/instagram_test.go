package monitor

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/monitor/links"
	"otklik/monitor/sandbox"
	"otklik/storage"
)

func TestInstagramReadsCommentsAndRepliesOnce(t *testing.T) {
	inInstagram(t, sandbox.GraphOptions{PageSize: 3}, nil, func(b *graphBench) {
		m := b.account.Medium("Субботник в парке")
		c := m.Comment("zhitel_1", "А когда дадут воду?")
		ours := c.Reply("", "Разбираемся")
		var want []string
		for i := range 8 {
			want = append(want, m.Comment("zhitel_2", fmt.Sprint("замечание ", i)).ID(), c.Reply("zhitel_3", fmt.Sprint("ответ ", i)).ID())
		}
		tagged := b.account.Tag("zhitel_4", "Яма у школы")
		named := b.account.Tag("zhitel_4", "@zarechny_adm, а тут?")
		m.Comment("zhitel_5", "удалят").Delete()
		b.poll()
		b.poll()
		want = append(want, m.Code(), c.ID(), ours.ID(), tagged.Code(), named.Code())
		b.wantOnce(want...)

		old := c.Reply("zhitel_1", "Не решено") // deep in an old thread
		b.poll()
		b.wantOnce(append(want, old.ID())...)

		type facts struct {
			URL, Kind, ParentURL, ParentText, Text, ReplyTo, Reason string
			Own, Can                                                bool
		}
		root := "https://www.instagram.com/p/" + m.Code() + "/"
		for id, want := range map[string]facts{
			m.Code():      {URL: root, Kind: "post", Text: "Субботник в парке", Own: true, Reason: reasonForeignPage},
			c.ID():        {URL: root + "c/" + c.ID() + "/", Kind: "comment", ParentURL: root, ParentText: "Субботник в парке", Text: "А когда дадут воду?", Can: true},
			ours.ID():     {URL: root + "c/" + ours.ID() + "/", Kind: "comment", ParentURL: root + "c/" + c.ID() + "/", ParentText: "А когда дадут воду?", Text: "Разбираемся", ReplyTo: c.ID(), Own: true, Can: true},
			old.ID():      {URL: root + "c/" + old.ID() + "/", Kind: "comment", ParentURL: root + "c/" + c.ID() + "/", ParentText: "А когда дадут воду?", Text: "Не решено", ReplyTo: c.ID(), Can: true},
			tagged.Code(): {URL: "https://www.instagram.com/p/" + tagged.Code() + "/", Kind: "post", Text: "Яма у школы", Reason: reasonForeignPage},
			named.Code():  {URL: "https://www.instagram.com/p/" + named.Code() + "/", Kind: "post", Text: "@zarechny_adm, а тут?", Can: true},
		} {
			i := b.items[id]
			if diff := cmp.Diff(want, facts{i.URL, i.Kind, i.ParentURL, i.ParentText, i.Text, i.ReplyTo, i.PublishReason, i.Own, i.CanPublish}); diff != "" {
				t.Errorf("%s (-want +got):\n%s", id, diff)
			}
			l, err := links.Parse(i.URL)
			if err != nil || l.ExternalID != id || l.URL != i.URL {
				t.Errorf("%s stands at %s, which another monitor would call %q", id, i.URL, l.ExternalID)
			}
			can, reason := b.network.(Publisher).CanPublish(i.Post)
			if !i.Own && (can != want.Can || reason != want.Reason) {
				t.Errorf("%s: %v %q, want %v %q", id, can, reason, want.Can, want.Reason)
			}
		}
		calls := len(b.g.Calls())
		b.poll()
		if n := len(b.g.Calls()) - calls; n > 3 {
			t.Errorf("nothing new costs %d calls", n)
		}
	})
}

func TestInstagramIsNotReadWhereItIsNotOurs(t *testing.T) {
	inInstagram(t, sandbox.GraphOptions{}, nil, func(b *graphBench) {
		b.g.Account("another")
		resolve := func(address string) (storage.Source, error) {
			l, err := links.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			return b.network.(Resolver).Resolve(b.Context(), l)
		}
		if s, err := resolve("instagram.com/Zarechny_adm"); err != nil || s.Address != b.account.ID() || s.Name != "zarechny_adm" {
			t.Errorf("ours: %+v, %v", s, err)
		}
		if s, err := resolve("instagram.com/explore/tags/Заречный"); err != nil || s.Address != "заречный" || s.Kind != links.Hashtag || s.Name != "#заречный" {
			t.Errorf("a hashtag: %+v, %v", s, err)
		}
		if _, err := resolve("instagram.com/another"); troubleCode(err) != troubleNotOurs {
			t.Errorf("another's: %v", err)
		}
		b.source.Address = "another"
		if _, err := b.fetch(); troubleCode(err) != troubleNotOurs {
			t.Errorf("reading another's: %v", err)
		}
		var got []string
		b.g.Expire(b.account.Token())
		for _, c := range b.network.(Prober).Probe(b.Context()) {
			got = append(got, fmt.Sprint(c.Key, " ", c.Number, " ", c.What, " ", troubleOf(c.Err)))
		}
		if diff := cmp.Diff([]string{"OTKLIK_INSTAGRAM_ACCOUNTS 1 read token", "OTKLIK_INSTAGRAM_ACCOUNTS 1 publish token"}, got); diff != "" {
			t.Errorf("probe (-want +got):\n%s", diff)
		}
	})
}

func TestInstagramHashtagsKeepTheirBudget(t *testing.T) {
	inInstagram(t, sandbox.GraphOptions{PageSize: 4}, []string{"заречный"}, func(b *graphBench) {
		queries := b.network.(Searcher).Queries([]Wanted{{Region: 3}, {Region: 5}})
		if diff := cmp.Diff([]Query{{Region: 3, Text: "заречный"}}, queries); diff != "" {
			t.Errorf("queries (-want +got):\n%s", diff)
		}
		b.source.Kind, b.source.Address = storage.SearchSource, "заречный"
		if _, err := b.fetch(); troubleCode(err) != troubleGone {
			t.Errorf("a hashtag that nobody used: %v", err)
		}
		var want []string
		post := func(late time.Duration) {
			want = append(want, b.g.Stranger("zhitel", fmt.Sprint("Яма ", len(want), " #заречный и #дороги"), late).Code())
		}
		for range 9 {
			post(0)
			time.Sleep(time.Minute)
		}
		b.poll()
		b.wantOnce(want...)
		for i := range 5 {
			post(time.Duration(i) * 10 * time.Minute)
		}
		time.Sleep(time.Minute)
		b.poll()
		time.Sleep(90 * time.Minute)
		b.network = b.open()
		b.poll()
		b.wantOnce(want...)
		i := b.items[want[0]]
		if ok, reason := b.network.(Publisher).CanPublish(i.Post); ok || reason != reasonHashtag || i.PublishReason != reasonHashtag || i.SourceName != "#заречный" || i.AuthorID != "" {
			t.Errorf("found by hashtag: %v %q, %+v", ok, reason, i.Post)
		}
		if n := len(b.g.CallsOf("ig_hashtag_search")); n != 2 {
			t.Errorf("the id of a hashtag was asked for %d times", n)
		}

		// The others have spent what is left: what was asked for goes on, a new one waits.
		b.account.Spend(29)
		post(0)
		time.Sleep(time.Minute)
		b.poll()
		b.wantOnce(want...)
		first := b.source
		b.g.Stranger("zhitel", "Яма #дороги ", 0)
		b.source = storage.Source{Network: links.Instagram, Kind: links.Hashtag, Address: "дороги"}
		searches := len(b.g.CallsOf("ig_hashtag_search"))
		_, err := b.fetch()
		var limited Limited
		if !errors.As(err, &limited) || limited.Scope != "" || len(b.g.CallsOf("ig_hashtag_search")) != searches {
			t.Errorf("a 31st hashtag: %v", err)
		}
		// A week later the window has moved on.
		time.Sleep(8 * 24 * time.Hour)
		b.g.Stranger("zhitel", "Яма #дороги ", 0)
		b.poll()
		b.source = first
		b.poll()
		for _, c := range b.g.Calls() {
			if c.Code == 18 {
				t.Errorf("the network had to refuse %s %v", c.Method, c.Params)
			}
		}
	})
	inInstagram(t, sandbox.GraphOptions{}, []string{"заречный"}, func(b *graphBench) {
		b.account.ForbidHashtags()
		b.g.Stranger("zhitel", "Яма #заречный ", 0)
		b.source.Kind, b.source.Address = storage.SearchSource, "заречный"
		if _, err := b.fetch(); troubleCode(err) != troubleForbidden {
			t.Errorf("without the reviewed feature: %v", err)
		}
		b.source.Address = "два слова"
		if _, err := b.fetch(); troubleCode(err) != troubleSetting {
			t.Errorf("two words: %v", err)
		}
	})
}

func TestInstagramHookLeavesItsNewsToBeFetched(t *testing.T) {
	inInstagram(t, sandbox.GraphOptions{}, nil, func(b *graphBench) {
		m := b.account.Medium("Субботник")
		c := m.Comment("zhitel", "Нет воды")
		r := c.Reply("zhitel_2", "И у нас")
		elsewhere := b.account.MentionComment("zhitel", "@zarechny_adm, помогите")
		caption := b.account.Mention("zhitel", "@zarechny_adm, яма")
		b.network.(*instagram).Probe(b.Context()) // it knows its name
		m.Comment("", "Принято")
		want := map[string]string{c.ID(): "Нет воды", r.ID(): "И у нас", elsewhere.ID(): "@zarechny_adm, помогите", caption.ID(): "@zarechny_adm, яма"}
		got := map[string]string{}
		calls := b.g.Deliver("instagram", "https://otklik.example/hooks/instagram", sandbox.Delivery{Batch: 2, Reverse: true, Repeat: true})
		for _, told := range b.receive(calls...) {
			if told.Own {
				continue
			}
			if told.State != storage.Pending || told.Origin != b.account.ID() || told.Text != "" {
				t.Errorf("told %+v", told)
			}
			item, err := b.network.(PostFetcher).FetchPost(b.Context(), told.ExternalID)
			if err != nil {
				t.Fatal(err)
			}
			if ok, reason := b.network.(Publisher).CanPublish(item.Post); !ok {
				t.Errorf("%s cannot be answered: %s", told.ExternalID, reason)
			}
			got[told.ExternalID] = item.Text
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
		body := []byte(`{"object":"instagram","entry":[{"id":"` + b.account.ID() + `","changes":[{"field":"comments","value":{"text":"x"}}]}]}`)
		if _, _, err := b.network.(Receiver).Receive(b.g.Signed("https://otklik.example", body), body); err == nil {
			t.Error("a comment without an id was taken")
		}
	})
}

func TestInstagramPublishesWhereItMay(t *testing.T) {
	inInstagram(t, sandbox.GraphOptions{}, nil, func(b *graphBench) {
		n := b.network.(*instagram)
		m := b.account.Medium("Субботник")
		c := m.Comment("zhitel", "Нет воды")
		r := c.Reply("zhitel_2", "И у нас")
		named := b.account.Tag("zhitel_4", "@zarechny_adm, а тут?")
		elsewhere := b.account.MentionComment("zhitel", "@zarechny_adm, помогите")
		since := time.Now()
		for id, standing := range map[string]*sandbox.Medium{c.ID(): m, r.ID(): m, named.Code(): named, elsewhere.ID(): elsewhere.Medium()} {
			before := len(standing.Comments())
			item, err := n.FetchPost(b.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			text := "Разбираемся, " + id
			answer, url, err := n.Publish(b.Context(), item.Post, Answer{Text: text})
			if err != nil || len(standing.Comments()) != before+1 || url != igURL(standing.Code(), answer) {
				t.Fatalf("under %s: %q %q %v, %d stand", id, answer, url, err, len(standing.Comments())-before)
			}
			foundID, foundURL, found, err := n.FindPublished(b.Context(), item.Post, text, since)
			if standing == m && (!found || err != nil || foundID != answer || foundURL != url) {
				t.Errorf("under %s found %q %q %v %v", id, foundID, foundURL, found, err)
			}
			if standing != m && (err == nil || found) {
				t.Errorf("under %s, which is not ours, nobody can look: %v %v", id, found, err)
			}
			if _, _, found, _ := n.FindPublished(b.Context(), item.Post, "Другое", since); found {
				t.Error("another text was taken for the answer")
			}
		}
		post := b.stored(c.ID())
		for text, want := range map[string]string{strings.Repeat("я", 301): links.TooLong, "a.ru и b.ru": links.TooManyLinks, "#а #б #в #г #д": links.TooManyTags, "ВОДЫ НЕТ": links.Shouting} {
			_, _, err := n.Publish(b.Context(), post, Answer{Text: text})
			var cannot CannotPublish
			if !errors.As(err, &cannot) || cannot.Reason != want {
				t.Errorf("%.20s: error %v, want reason %q", text, err, want)
			}
		}
		b.g.AddFault(sandbox.Fault{Method: "node", HTML502: true})
		if _, _, err := n.Publish(b.Context(), post, Answer{Text: "Ответ"}); !errors.As(err, new(Retry)) {
			t.Errorf("what fails before anything was written: %v, want Retry", err)
		}
		intake := storage.Post{Network: links.Instagram, Kind: links.Comment, ExternalID: "17900000000000001", URL: "https://www.instagram.com/p/Cabcd/c/17900000000000001/"}
		if ok, reason := n.CanPublish(intake); ok || reason != reasonForeignPage {
			t.Errorf("what another monitor found: %v %q", ok, reason)
		}
		c.Delete()
		if _, _, err := n.Publish(b.Context(), post, Answer{Text: "Ответ"}); !errors.As(err, new(Gone)) {
			t.Errorf("under a deleted comment: %v, want Gone", err)
		}
	})
}

func TestInstagramPublishesOnceWhenAnswersAreLost(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"lost after": {Lose: true}, "dropped before": {Drop: true}, "gateway": {HTML502: true}, "half an answer": {Garbage: true}, "transient": {Code: 2}, "slow": {Delay: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			inInstagram(t, sandbox.GraphOptions{}, nil, func(b *graphBench) {
				m := b.account.Medium("Субботник")
				c := m.Comment("zhitel", "Нет воды")
				post, since := b.stored(c.ID()), time.Now()
				fault.Method = "POST replies"
				b.g.AddFault(fault)
				b.publishOnce(post, since, func() int { return len(m.Comments()) })
			})
		})
	}
}

func TestInstagramFollowsAndChecks(t *testing.T) {
	inInstagram(t, sandbox.GraphOptions{}, nil, func(b *graphBench) {
		n := b.network.(*instagram)
		m := b.account.Medium("Субботник")
		c := m.Comment("zhitel", "Нет воды")
		other := m.Comment("zhitel_3", "Другое")
		c.Reply("zhitel_2", "Раньше")
		tagged := b.account.Tag("zhitel_4", "Яма у школы")
		post := b.stored(c.ID())
		time.Sleep(time.Minute)
		since := time.Now()
		answer, _, err := n.Publish(b.Context(), post, Answer{Text: "Дадут"})
		if err != nil {
			t.Fatal(err)
		}
		reply := c.Reply("zhitel", "Не дали")
		other.Reply("zhitel", "Не туда")
		items, err := n.Replies(b.Context(), post, answer, since)
		if err != nil || len(items) != 1 || items[0].ExternalID != reply.ID() || items[0].ReplyTo != c.ID() || items[0].Text != "Не дали" {
			t.Errorf("replies %+v, %v", items, err)
		}
		other.Delete()
		found, err := n.Recheck(b.Context(), []string{c.ID(), other.ID(), reply.ID(), tagged.Code(), "Cabcd", "17900000000000001"})
		got := map[string]string{}
		for _, i := range found {
			got[i.ExternalID] = i.Text + string(i.Fate)
		}
		if diff := cmp.Diff(map[string]string{c.ID(): "Нет воды", other.ID(): "removed", reply.ID(): "Не дали"}, got); err != nil || diff != "" {
			t.Errorf("%v, checked again (-want +got):\n%s", err, diff)
		}
		item, err := n.FetchPost(b.Context(), tagged.Code())
		if err != nil || item.Text != "Яма у школы" || item.CanPublish {
			t.Errorf("a medium by its code: %+v, %v", item, err)
		}
		for _, id := range []string{"Cabcde", "17900000000000001"} {
			if _, err := n.FetchPost(b.Context(), id); !errors.As(err, new(Forbidden)) || errors.As(err, new(Gone)) {
				t.Errorf("%s, of nobody here: %v, want it to be closed to us", id, err)
			}
		}
		if _, err := n.FetchPost(b.Context(), other.ID()); !errors.As(err, new(Gone)) {
			t.Errorf("a comment that was deleted: %v, want Gone", err)
		}
		b.g.AddFault(sandbox.Fault{HTML502: true, Count: -1})
		if found, err := n.Recheck(b.Context(), []string{c.ID()}); err == nil || len(found) != 0 {
			t.Errorf("with the network away: %+v, %v", found, err)
		}
	})
}

// TestInstagramCommentsHaveAddressesOfTheirOwn stores two comments under one
// medium, and what another monitor tells of them.
func TestInstagramCommentsHaveAddressesOfTheirOwn(t *testing.T) {
	inInstagram(t, sandbox.GraphOptions{}, nil, func(b *graphBench) {
		m := b.account.Medium("Субботник")
		first, second := m.Comment("zhitel", "Яма"), m.Comment("zhitel_2", "Яма")
		b.poll()
		seen := map[string]bool{}
		for _, id := range []string{first.ID(), second.ID()} {
			i := b.items[id]
			l := readLine(1, []byte(`{"url":"`+strings.Replace(i.URL, "www.", "", 1)+`?igshid=5","text":"Яма"}`), nil)
			if l.Item.ExternalID != id || l.Item.URL != i.URL || seen[i.URL] {
				t.Errorf("%s at %s, told by another monitor as %q at %s", id, i.URL, l.Item.ExternalID, l.Item.URL)
			}
			seen[i.URL] = true
		}
	})
}

var _ http.Handler = (*sandbox.Graph)(nil)
