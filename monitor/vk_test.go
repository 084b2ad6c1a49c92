package monitor

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/monitor/links"
	"otklik/monitor/sandbox"
	"otklik/storage"
)

// vkBench is a connector before a network of this machine.
type vkBench struct {
	*testing.T
	v       *sandbox.VK
	wall    *sandbox.Wall
	network *vk
	source  storage.Source
	got     map[string]int            // how often an item was saved as new
	items   map[string]Item           // as it came last, by external id
	fates   map[string][]storage.Fate // what was said of it since
}

// inVK runs a test in a bubble with one community, which is ours, and a
// connector that reads it.
func inVK(t *testing.T, opt sandbox.VKOptions, run func(*vkBench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		v := sandbox.NewVK(opt)
		w := v.Community("Подслушано", "podslushano")
		b := &vkBench{T: t, v: v, wall: w, got: map[string]int{}, items: map[string]Item{}, fates: map[string][]storage.Fate{}}
		b.source = storage.Source{Network: "vk", Kind: vkKindCommunity, Address: fmt.Sprint(w.OwnerID()), Name: "Подслушано"}
		b.network = b.open(sandbox.DefaultServiceToken)
		run(b)
	})
}

func (b *vkBench) open(tokens ...string) *vk {
	b.Helper()
	n, err := openVK(setupOf(vkSettings{Token: tokens, URL: "https://api.vk.com", Communities: fmt.Sprintf("%d:%s", -b.wall.OwnerID(), b.wall.Token()), Longpoll: true}, b.v.Client()))
	if err != nil {
		b.Fatal(err)
	}
	return n.(*vk)
}

// page reads once and saves what came, as monitor does.
func (b *vkBench) page() (more bool, err error) {
	p, err := b.network.Fetch(b.Context(), b.source)
	if err != nil {
		return false, err
	}
	for _, item := range p.Items {
		if item.Fate == "" {
			b.got[item.ExternalID]++
		} else {
			b.fates[item.ExternalID] = append(b.fates[item.ExternalID], item.Fate)
		}
		b.items[item.ExternalID] = item
	}
	b.source.Cursor = p.Cursor
	return p.More, nil
}

// poll reads to the end.
func (b *vkBench) poll() {
	b.Helper()
	readToEnd(b.T, b.page)
}

// wantOnce compares what was saved with what should have been, once each.
func (b *vkBench) wantOnce(ids ...string) {
	b.Helper()
	wantEachOnce(b.T, b.got, ids)
}

func TestVKReadsPostsCommentsAndThreadsOnce(t *testing.T) {
	inVK(t, sandbox.VKOptions{PerSecond: 5}, func(b *vkBench) {
		old := b.wall.Post("Старожил", "Прошлый год", sandbox.PostOptions{At: time.Now().Add(-300 * 24 * time.Hour), Pinned: true})
		p := b.wall.Post("Житель 1", "Нет воды на Мира, 12", sandbox.PostOptions{Photos: 2, Videos: 1})
		c := p.Comment("Житель 2", "И у нас [id5|Пётр] тоже")
		ours := c.Reply("", "Разбираемся")
		under := old.Comment("Житель 3", "А под закреплённым яма")
		var want []string
		for i := range 13 {
			want = append(want, c.Reply("Житель 4", fmt.Sprintf("ответ %d", i)).ExternalID())
		}
		gone := p.Comment("Житель 5", "удалят")
		gone.Delete()
		b.poll()
		b.poll()
		want = append(want, p.ExternalID(), c.ExternalID(), ours.ExternalID(), under.ExternalID())
		b.wantOnce(want...)

		again := ours.Reply("Житель 2", "Не решено")
		same := b.wall.Post("Житель 6", "Той же секунды", sandbox.PostOptions{})
		b.poll()
		b.wantOnce(append(want, again.ExternalID(), same.ExternalID())...)

		type facts struct {
			URL, Kind, ParentURL, ParentText, Text, Source string
			Photos, Videos                                 int
			Own, Can                                       bool
		}
		of := func(id string) facts {
			i := b.items[id]
			return facts{i.URL, i.Kind, i.ParentURL, i.ParentText, i.Text, i.SourceName, i.Photos, i.Videos, i.Own, i.CanPublish}
		}
		root := "https://vk.com/wall" + p.ExternalID()
		reply := func(c *sandbox.Comment) string {
			return root + "?reply=" + c.ExternalID()[strings.LastIndex(c.ExternalID(), "_")+1:]
		}
		for _, one := range []struct {
			id   string
			want facts
		}{
			{p.ExternalID(), facts{root, "post", "", "", "Нет воды на Мира, 12", "Подслушано", 2, 1, false, true}},
			{c.ExternalID(), facts{reply(c), "comment", root, "Нет воды на Мира, 12", "И у нас Пётр тоже", "Подслушано", 0, 0, false, true}},
			{ours.ExternalID(), facts{reply(ours), "comment", reply(c), "И у нас Пётр тоже", "Разбираемся", "Подслушано", 0, 0, true, true}},
			{again.ExternalID(), facts{reply(again), "comment", reply(ours), "Разбираемся", "Не решено", "Подслушано", 0, 0, false, true}},
		} {
			if diff := cmp.Diff(one.want, of(one.id)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", one.id, diff)
			}
		}
	})
}

func TestVKReadsCommentsOnlyWhereTheirNumberChanged(t *testing.T) {
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		var posts []*sandbox.Post
		for i := range 20 {
			p := b.wall.Post("Житель", fmt.Sprint("запись ", i), sandbox.PostOptions{})
			p.Comment("Житель", "первый")
			posts = append(posts, p)
		}
		b.poll()
		before := len(b.v.CallsOf("wall.getComments"))
		time.Sleep(2 * time.Minute)
		b.poll()
		if n := len(b.v.CallsOf("wall.getComments")) - before; n != 0 {
			t.Errorf("%d calls for comments though nothing changed", n)
		}
		posts[3].Comment("Житель", "второй")
		b.poll()
		if n := len(b.v.CallsOf("wall.getComments")) - before; n != 1 {
			t.Errorf("%d calls for comments after one changed, want 1", n)
		}
		// One goes, one comes: the number tells nothing, an hour later it is seen.
		posts[4].Comments()[0].Delete()
		late := posts[4].Comment("Житель", "вместо него")
		time.Sleep(61 * time.Minute)
		b.poll()
		if b.got[late.ExternalID()] != 1 {
			t.Error("a comment was missed because another one was deleted")
		}
	})
}

func TestVKPagesThroughALongWallThatMoves(t *testing.T) {
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		var want []string
		var posts []*sandbox.Post
		for i := range 320 {
			p := b.wall.Post("Житель", fmt.Sprint(i), sandbox.PostOptions{At: time.Now().Add(time.Duration(i-320) * time.Minute)})
			posts, want = append(posts, p), append(want, p.ExternalID())
		}
		if more, err := b.page(); !more || err != nil {
			t.Fatalf("first page: more %v, %v", more, err)
		}
		// Between two pages eight of the newest go: what follows moves up.
		for _, p := range posts[312:] {
			p.Delete()
		}
		b.poll()
		b.wantOnce(want...)
	})
}

func TestVKSearch(t *testing.T) {
	inVK(t, sandbox.VKOptions{Indexing: 10 * time.Minute}, func(b *vkBench) {
		person := b.v.Person("Житель 7")
		b.source.Kind, b.source.Address = vkKindSearch, "яма заречный -компьютерная"
		var want []string
		for i := range 450 {
			want = append(want, person.Post("Житель 7", fmt.Sprint("Яма в Заречном ", i), sandbox.PostOptions{At: time.Now().Add(-time.Duration(i+1) * time.Minute)}).ExternalID())
		}
		b.wall.Post("", "Компьютерная яма в Заречном", sandbox.PostOptions{})
		time.Sleep(11 * time.Minute)
		b.poll()
		b.wantOnce(want...)
		if ok, reason := b.items[want[0]].CanPublish, b.items[want[0]].PublishReason; ok || reason != reasonUserWall {
			t.Errorf("a person's wall: can publish %v, reason %q", ok, reason)
		}
		// A post shows ten minutes after its time, when newer ones were seen.
		slow := person.Post("Житель 7", "Яма в Заречном, а увидят поздно", sandbox.PostOptions{})
		time.Sleep(time.Minute)
		repost := b.wall.Post("Житель 8", "Посмотрите: яма в Заречном", sandbox.PostOptions{Repost: slow})
		time.Sleep(11 * time.Minute)
		b.poll()
		b.poll()
		b.wantOnce(append(want, slow.ExternalID(), repost.ExternalID())...)
		if got, want := b.items[repost.ExternalID()].Text, "Посмотрите: яма в Заречном\n\nЯма в Заречном, а увидят поздно"; got != want {
			t.Errorf("a repost reads %q, want %q", got, want)
		}
	})
}

func TestVKSearchGoesBeyondAThousand(t *testing.T) {
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		b.source.Kind, b.source.Address = vkKindSearch, "яма"
		var want []string
		for i := range 2300 {
			want = append(want, b.wall.Post("Житель", "Яма", sandbox.PostOptions{At: time.Now().Add(-time.Duration(i) * 30 * time.Second)}).ExternalID())
		}
		b.poll()
		b.wantOnce(want...)
	})
}

func TestVKTopicAndSinglePost(t *testing.T) {
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		topic := b.wall.Topic("Житель", "Вопросы главе", "Когда починят дорогу?")
		second := topic.Comment("Житель", "И мост")
		b.source.Kind, b.source.Address = vkKindTopic, fmt.Sprintf("%d_%d", -b.wall.OwnerID(), topic.ID())
		b.poll()
		b.poll()
		if n := len(b.got); n != 2 || b.got[second] != 1 {
			t.Fatalf("messages %v", b.got)
		}
		item := b.items[second]
		if item.URL != fmt.Sprintf("https://vk.com/topic-%d_%d?post=%d", -b.wall.OwnerID(), topic.ID(), topic.ID()+2) || item.PublishReason != reasonNotSupported {
			t.Errorf("a message is %q, reason %q", item.URL, item.PublishReason)
		}
		fetched, err := b.network.FetchPost(b.Context(), second)
		if err != nil || fetched.Text != "И мост" {
			t.Errorf("fetched %q, %v", fetched.Text, err)
		}
	})
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		p := b.wall.Post("Житель", "Задайте вопрос", sandbox.PostOptions{})
		b.source.Kind, b.source.Address = vkKindPost, p.ExternalID()
		c := p.Comment("Житель", "Где автобус?")
		b.poll()
		d := c.Reply("Житель", "И трамвай")
		b.poll()
		b.wantOnce(p.ExternalID(), c.ExternalID(), d.ExternalID())
	})
}

func TestVKErrorsAreOfTheirKindAndMoveNothing(t *testing.T) {
	is := func(kind any) func(error) bool {
		return func(err error) bool {
			switch kind.(type) {
			case Limited:
				return errors.As(err, new(Limited))
			case AuthLost:
				return errors.As(err, new(AuthLost))
			case Forbidden:
				return errors.As(err, new(Forbidden))
			case Gone:
				return errors.As(err, new(Gone))
			case BadConfig:
				return errors.As(err, new(BadConfig))
			case Retry:
				return errors.As(err, new(Retry))
			}
			return troubleCode(err) == troubleNetwork && !errors.As(err, new(Retry)) && !errors.As(err, new(CannotPublish))
		}
	}
	for name, one := range map[string]struct {
		fault sandbox.Fault
		kind  any
	}{
		"token":        {sandbox.Fault{Code: 5}, AuthLost{}},
		"expired":      {sandbox.Fault{Code: 1117}, AuthLost{}},
		"too fast":     {sandbox.Fault{Code: 6, Count: 3}, Retry{}},
		"flood":        {sandbox.Fault{Code: 9}, Limited{}},
		"internal":     {sandbox.Fault{Code: 10}, Retry{}},
		"captcha":      {sandbox.Fault{Code: 14}, Limited{}},
		"denied":       {sandbox.Fault{Code: 15}, Forbidden{}},
		"deleted user": {sandbox.Fault{Code: 18}, Gone{}},
		"token kind":   {sandbox.Fault{Code: 27}, BadConfig{}},
		"day":          {sandbox.Fault{Code: 29}, Limited{}},
		"private":      {sandbox.Fault{Code: 30}, Forbidden{}},
		"parameter":    {sandbox.Fault{Code: 100}, BadConfig{}},
		"closed group": {sandbox.Fault{Code: 203}, Forbidden{}},
		"extra check":  {sandbox.Fault{Code: 3301}, Limited{}},
		"never heard":  {sandbox.Fault{Code: 777}, nil},
		"gateway":      {sandbox.Fault{HTML502: true}, nil},
		"half JSON":    {sandbox.Fault{Garbage: true}, nil},
		"dropped":      {sandbox.Fault{Drop: true}, nil},
		"lost":         {sandbox.Fault{Lose: true}, nil},
		"slow":         {sandbox.Fault{Delay: time.Hour}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
				first := b.wall.Post("Житель", "Яма", sandbox.PostOptions{})
				b.poll()
				second := b.wall.Post("Житель", "Ещё яма", sandbox.PostOptions{})
				b.v.AddFault(one.fault)
				_, err := b.page()
				if err == nil || !is(one.kind)(err) {
					t.Fatalf("error %v is not %T", err, one.kind)
				}
				for _, secret := range []string{sandbox.DefaultServiceToken, b.wall.Token()} {
					if strings.Contains(err.Error(), secret) {
						t.Errorf("the error shows the token: %v", err)
					}
				}
				b.network = b.open(sandbox.DefaultServiceToken)
				b.poll()
				b.wantOnce(first.ExternalID(), second.ExternalID())
			})
		})
	}
}

func TestVKSparesItsTokens(t *testing.T) {
	inVK(t, sandbox.VKOptions{PerSecond: 5, PerDay: map[string]int{"newsfeed.search": 1000}, ServiceTokens: []string{"one", "two"}}, func(b *vkBench) {
		b.network = b.open("one", "two")
		b.source.Kind, b.source.Address = vkKindSearch, "яма"
		limited := 0
		for began := time.Now(); time.Since(began) < 48*time.Hour; time.Sleep(40 * time.Second) {
			if _, err := b.page(); err != nil {
				if !errors.As(err, new(Limited)) {
					t.Fatal(err)
				}
				limited++
			}
		}
		calls := map[string]int{}
		for _, c := range b.v.Calls() {
			if calls[c.Token]++; c.Code != 0 || c.TokenInURL {
				t.Fatalf("call %+v", c)
			}
		}
		if calls["one"] < 1500 || calls["two"] < 1500 || limited == 0 {
			t.Errorf("calls %v, limited %d times: want the budgets of both tokens used and kept", calls, limited)
		}
	})
	inVK(t, sandbox.VKOptions{ServiceTokens: []string{"one", "two"}}, func(b *vkBench) {
		b.network = b.open("one", "two")
		p := b.wall.Post("Житель", "Яма", sandbox.PostOptions{})
		b.v.Revoke("one")
		b.poll()
		b.poll()
		b.wantOnce(p.ExternalID())
		lost := 0
		for _, c := range b.v.Calls() {
			if c.Token == "one" {
				lost++
			}
		}
		if lost != 1 {
			t.Errorf("a refused token was tried %d times, want 1", lost)
		}
	})
}

func TestVKOpensByItsSettings(t *testing.T) {
	open := func(s vkSettings) (Network, error) {
		return openVK(setupOf(s, http.DefaultClient))
	}
	if n, err := open(vkSettings{URL: "https://api.vk.com", Token: []string{" "}}); n != nil || err != nil {
		t.Errorf("without a token: %v, %v", n, err)
	}
	for _, s := range []vkSettings{
		{URL: "https://api.vk.com", Communities: "1:good,secret-token"},
		{URL: "https://api.vk.com", Communities: "name:secret-token"},
		{URL: "https://api.vk.com", Communities: "12:"},
		{URL: "https://user:secret-token@api.vk.com"},
		{URL: "api.vk.com"},
	} {
		if _, err := open(s); err == nil || strings.Contains(err.Error(), "secret-token") || !strings.Contains(err.Error(), "OTKLIK_VK_") {
			t.Errorf("%+v: error %v", s, err)
		}
	}
}

func TestVKResolvesAndProbes(t *testing.T) {
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		b.v.Person("Житель")
		closed := b.v.Community("Закрытая", "closed_one")
		closed.Close()
		p := b.wall.Post("", "Пост", sandbox.PostOptions{})
		owner := fmt.Sprint(b.wall.OwnerID())
		for raw, want := range map[string]storage.Source{
			"vk.com/podslushano":                         {Kind: vkKindCommunity, Address: owner, URL: "https://vk.com/podslushano", Name: "Подслушано"},
			"https://m.vk.com/public" + owner[1:]:        {Kind: vkKindCommunity, Address: owner, URL: "https://vk.com/club" + owner[1:], Name: "Подслушано"},
			"https://vk.com/club" + owner[1:]:            {Kind: vkKindCommunity, Address: owner, URL: "https://vk.com/club" + owner[1:], Name: "Подслушано"},
			"https://vk.com/wall" + p.ExternalID():       {Kind: vkKindPost, Address: p.ExternalID(), URL: "https://vk.com/wall" + p.ExternalID(), Name: "Подслушано"},
			"https://vk.com/topic" + owner + "_5?post=6": {Kind: vkKindTopic, Address: owner[1:] + "_5", URL: "https://vk.com/topic" + owner + "_5", Name: "Подслушано"},
		} {
			l, err := links.Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			got, err := b.network.Resolve(b.Context(), l)
			want.Network = "vk"
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%s: %v (-want +got):\n%s", raw, err, diff)
			}
		}
		for raw, want := range map[string]string{"vk.com/nobody_here": troubleGone, "vk.com/closed_one": troubleForbidden, "vk.com/id500001": troubleSetting} {
			l, err := links.Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := b.network.Resolve(b.Context(), l); err == nil || troubleCode(err) != want {
				t.Errorf("%s: error %v, want trouble %q", raw, err, want)
			}
		}
		b.v.Revoke(sandbox.DefaultServiceToken)
		var got []string
		for _, c := range b.network.Probe(b.Context()) {
			got = append(got, fmt.Sprint(c.Key, " ", c.What, " ", c.Err == nil))
		}
		if diff := cmp.Diff([]string{"OTKLIK_VK_TOKEN read false", "OTKLIK_VK_TOKEN search false", "OTKLIK_VK_COMMUNITIES publish true", "OTKLIK_VK_COMMUNITIES events true"}, got); diff != "" {
			t.Errorf("probe (-want +got):\n%s", diff)
		}
	})
}

func TestVKCatchesUpAfterAPauseAndForgetsSlowly(t *testing.T) {
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		p := b.wall.Post("Житель", "Первый", sandbox.PostOptions{})
		c := p.Comment("Житель", "раз")
		b.poll()
		want := []string{p.ExternalID(), c.ExternalID()}
		// More than two pages within one pause, too short for a deep reading.
		for i := range 250 {
			time.Sleep(10 * time.Second)
			want = append(want, b.wall.Post("Житель", fmt.Sprint(i), sandbox.PostOptions{}).ExternalID())
		}
		b.poll()
		b.wantOnce(want...)
		time.Sleep(25 * time.Hour)
		d := p.Comment("Житель", "два")
		b.poll()
		time.Sleep(25 * time.Hour)
		e := p.Comment("Житель", "три")
		b.poll()
		b.wantOnce(append(want, d.ExternalID(), e.ExternalID())...)
		time.Sleep(8 * 24 * time.Hour)
		b.poll()
		if n := len(b.source.Cursor); n > 200 {
			t.Errorf("after a quiet week the cursor has %d bytes: %s", n, b.source.Cursor)
		}
	})
}
