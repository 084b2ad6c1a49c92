package monitor

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/monitor/links"
	"otklik/monitor/sandbox"
	"otklik/storage"
)

// okBench is a connector before a network of this machine.
type okBench struct {
	*testing.T
	o       *sandbox.OK
	group   *sandbox.OKGroup
	network *ok
	source  storage.Source
	got     map[string]int  // how often an item was saved
	removed map[string]int  // how often it was told to be gone
	items   map[string]Item // by external id
}

// inOK runs a test in a bubble with one group, which is ours, and a connector
// that reads it and may publish.
func inOK(t *testing.T, opt sandbox.OKOptions, run func(*okBench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := sandbox.NewOK(opt)
		g := o.Group("Подслушано", "podslushano")
		b := &okBench{T: t, o: o, group: g, got: map[string]int{}, removed: map[string]int{}, items: map[string]Item{}}
		b.source = storage.Source{Network: "ok", Kind: okKindCommunity, Address: g.ID(), Name: "Подслушано"}
		b.network = b.open(sandbox.DefaultOKToken)
		run(b)
	})
}

func (b *okBench) settings(tokens ...string) okSettings {
	return okSettings{
		Token: tokens, ApplicationKey: sandbox.DefaultOKApplicationKey, ApplicationSecret: sandbox.DefaultOKApplicationSecret,
		URL: "https://api.ok.ru", Groups: b.group.ID() + ":" + b.group.Token(), Publish: "on",
	}
}

func (b *okBench) open(tokens ...string) *ok { return b.with(b.settings(tokens...)) }

func (b *okBench) with(s okSettings) *ok {
	b.Helper()
	n, err := openOK(setupOf(s, b.o.Client()))
	if err != nil {
		b.Fatal(err)
	}
	return n.(*ok)
}

// page reads once and saves what came, as monitor does.
func (b *okBench) page() (more bool, err error) {
	p, err := b.network.Fetch(b.Context(), b.source)
	if err != nil {
		return false, err
	}
	for _, item := range p.Items {
		if item.Fate == storage.PostRemoved {
			b.removed[item.ExternalID]++
			continue
		}
		b.got[item.ExternalID]++
		b.items[item.ExternalID] = item
	}
	b.source.Cursor = p.Cursor
	return p.More, nil
}

// poll reads to the end.
func (b *okBench) poll() {
	b.Helper()
	readToEnd(b.T, b.page)
}

// wantOnce compares what was saved with what should have been, once each.
func (b *okBench) wantOnce(ids ...string) {
	b.Helper()
	wantEachOnce(b.T, b.got, ids)
}

// calls counts the calls of a method.
func (b *okBench) calls(method string) int { return len(b.o.CallsOf(method)) }

func TestOKReadsTopicsAndCommentsOnce(t *testing.T) {
	inOK(t, sandbox.OKOptions{PerSecond: 3}, func(b *okBench) {
		old := b.group.Topic("Старожил", "Прошлый год", sandbox.OKTopicOptions{At: time.Now().Add(-300 * 24 * time.Hour)})
		p := b.group.Topic("Житель 1", "Нет воды на Мира, 12", sandbox.OKTopicOptions{Photos: 2, Videos: 1, More: []string{"Третий день"}})
		repost := b.group.Topic("Житель 1", "", sandbox.OKTopicOptions{Repost: p})
		c := p.Comment("Житель 2", "И у нас тоже")
		ours := c.Reply("", "Разбираемся")
		gone := p.Comment("Житель 5", "удалят")
		gone.Delete()
		b.poll()
		b.poll()
		want := []string{p.ExternalID(), repost.ExternalID(), c.ExternalID(), ours.ExternalID()}
		b.wantOnce(want...)
		_ = old

		again := ours.Reply("Житель 2", "Не решено")
		same := b.group.Topic("Житель 6", "В ту же секунду", sandbox.OKTopicOptions{})
		b.poll()
		want = append(want, again.ExternalID(), same.ExternalID())
		b.wantOnce(want...)

		type facts struct {
			URL, Kind, ParentURL, ParentText, Text, ReplyTo, RepostOf string
			Photos, Videos                                            int
			Own, Can                                                  bool
		}
		of := func(id string) facts {
			i := b.items[id]
			return facts{i.URL, i.Kind, i.ParentURL, i.ParentText, i.Text, i.ReplyTo, i.RepostOf, i.Photos, i.Videos, i.Own, i.CanPublish}
		}
		root := "https://ok.ru/group/" + b.group.ID() + "/topic/" + strings.Split(p.ExternalID(), "/")[1]
		at := func(c *sandbox.OKComment) string { return root + "#comment=" + strings.Split(c.ExternalID(), "/")[2] }
		shared := "https://ok.ru/group/" + b.group.ID() + "/topic/" + strings.Split(repost.ExternalID(), "/")[1]
		text := "Нет воды на Мира, 12\n\nТретий день"
		for id, want := range map[string]facts{
			p.ExternalID():      {root, "post", "", "", text, "", "", 2, 1, false, true},
			repost.ExternalID(): {shared, "post", "", "", "", "", p.ExternalID(), 0, 0, false, true},
			c.ExternalID():      {at(c), "comment", root, okLine(text), "И у нас тоже", "", "", 0, 0, false, true},
			ours.ExternalID():   {at(ours), "comment", at(c), "И у нас тоже", "Разбираемся", c.ExternalID(), "", 0, 0, true, true},
			again.ExternalID():  {at(again), "comment", at(ours), "Разбираемся", "Не решено", ours.ExternalID(), "", 0, 0, false, true},
		} {
			if diff := cmp.Diff(want, of(id)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", id, diff)
			}
			if l, err := links.Parse(b.items[id].URL); err != nil || l.ExternalID != id || l.URL != b.items[id].URL {
				t.Errorf("the address of %s reads as %+v, %v", id, l, err)
			}
		}
		for _, call := range b.o.Calls() {
			if call.TokenInURL || call.Code != 0 {
				t.Fatalf("call %+v", call)
			}
		}
	})
}

// TestOKAsksForCommentsOnlyWhereTheirNumberChanged counts calls.
func TestOKAsksForCommentsOnlyWhereTheirNumberChanged(t *testing.T) {
	inOK(t, sandbox.OKOptions{}, func(b *okBench) {
		var topics []*sandbox.OKTopic
		for i := range 120 {
			topics = append(topics, b.group.Topic("Житель", fmt.Sprint("Тема ", i), sandbox.OKTopicOptions{}))
			topics[i].Comment("Житель", "раз")
			time.Sleep(time.Minute)
		}
		b.poll()
		if n := b.calls("discussions.getComments"); n != 120 || len(b.got) != 240 {
			t.Fatalf("%d calls, %d items", n, len(b.got))
		}
		b.poll()
		lists, byIDs, comments := b.calls("mediatopic.getTopics"), b.calls("mediatopic.getByIds"), b.calls("discussions.getComments")
		b.poll()
		if l, i, c := b.calls("mediatopic.getTopics")-lists, b.calls("mediatopic.getByIds")-byIDs, b.calls("discussions.getComments")-comments; l != 1 || i != 1 || c != 0 {
			t.Errorf("a quiet reading makes %d, %d and %d calls, want 1, 1 and 0", l, i, c)
		}
		// The oldest is far below the page that a reading shows.
		b.want(topics[0].Comment("Житель", "два"), topics[119].Comment("Житель", "два"))
		comments = b.calls("discussions.getComments")
		b.poll()
		if c := b.calls("discussions.getComments") - comments; c != 2 || len(b.got) != 242 {
			t.Errorf("%d calls for two topics, %d items", c, len(b.got))
		}
	})
}

func (b *okBench) want(comments ...*sandbox.OKComment) {
	b.Helper()
	for _, c := range comments {
		if b.got[c.ExternalID()] != 0 {
			b.Errorf("%s came too early", c.ExternalID())
		}
	}
}

func TestOKReadsCommentsOfTopicsThatTellNoNumber(t *testing.T) {
	inOK(t, sandbox.OKOptions{NoSummaries: true, NoMilliseconds: true, NumbersAsText: true}, func(b *okBench) {
		p := b.group.Topic("Житель", "Нет воды", sandbox.OKTopicOptions{})
		c := p.Comment("Житель", "раз")
		b.poll()
		time.Sleep(time.Hour)
		d := p.Comment("Житель", "два")
		time.Sleep(10 * time.Minute)
		b.poll()
		b.wantOnce(p.ExternalID(), c.ExternalID(), d.ExternalID())
		if at := b.items[d.ExternalID()].PublishedAt; !at.Equal(time.Now().Add(-10*time.Minute).Truncate(time.Second)) && time.Since(at) > 11*time.Minute {
			t.Errorf("a date of Moscow became %v", at)
		}
		time.Sleep(24 * time.Hour)
		b.poll()
		before := b.calls("discussions.getComments")
		for range 60 {
			time.Sleep(2 * time.Minute)
			b.poll()
		}
		if n := b.calls("discussions.getComments") - before; n > 2 {
			t.Errorf("a topic that was quiet for a day was read %d times in two hours", n)
		}
	})
}

func TestOKTellsWhatIsGone(t *testing.T) {
	inOK(t, sandbox.OKOptions{}, func(b *okBench) {
		p := b.group.Topic("Житель", "Нет воды", sandbox.OKTopicOptions{})
		c, stays := p.Comment("Житель", "раз"), p.Comment("Житель", "два")
		for range 60 {
			b.group.Topic("Житель", "Ещё", sandbox.OKTopicOptions{})
			time.Sleep(time.Second)
		}
		b.poll()
		c.Delete()
		b.poll()
		b.poll()
		if diff := cmp.Diff(map[string]int{c.ExternalID(): 1}, b.removed); diff != "" {
			t.Errorf("gone (-want +got):\n%s", diff)
		}
		p.Delete()
		b.poll()
		b.poll()
		if diff := cmp.Diff(map[string]int{c.ExternalID(): 1, p.ExternalID(): 1}, b.removed); diff != "" {
			t.Errorf("gone (-want +got):\n%s", diff)
		}
		_ = stays
	})
}

// TestOKReadsManyCommentsThoughAnchorsExpire reads more than one Fetch takes.
func TestOKReadsManyCommentsThoughAnchorsExpire(t *testing.T) {
	inOK(t, sandbox.OKOptions{AnchorLife: time.Minute}, func(b *okBench) {
		p := b.group.Topic("Житель", "Нет воды", sandbox.OKTopicOptions{})
		want := []string{p.ExternalID()}
		for i := range 2500 {
			time.Sleep(2 * time.Second)
			want = append(want, p.Comment("Житель", fmt.Sprint(i)).ExternalID())
		}
		for more := true; more; {
			var err error
			if more, err = b.page(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Minute)
		}
		b.wantOnce(want...)
		expired := 0
		for _, c := range b.o.Calls() {
			if c.Code == okParameter {
				expired++
			}
		}
		if expired == 0 {
			t.Error("no anchor expired")
		}
		time.Sleep(time.Hour)
		b.poll()
		b.wantOnce(want...)
		if n := len(b.source.Cursor); n > 40<<10 {
			t.Errorf("the cursor has %d bytes", n)
		}
	})
}

func TestOKCursorStaysSmall(t *testing.T) {
	inOK(t, sandbox.OKOptions{}, func(b *okBench) {
		for i := range 1500 {
			b.group.Topic("Житель", fmt.Sprint("Тема ", i), sandbox.OKTopicOptions{}).Comment("Житель", "раз")
			time.Sleep(5 * time.Minute)
			if i%100 == 99 {
				b.poll()
			}
		}
		b.poll()
		if n := len(b.source.Cursor); n > 80<<10 {
			t.Errorf("the cursor of a busy group has %d bytes", n)
		}
		if len(b.got) != 3000 {
			t.Errorf("%d items, want 3000", len(b.got))
		}
		time.Sleep(16 * 24 * time.Hour)
		b.poll()
		if n := len(b.source.Cursor); n > 200 {
			t.Errorf("after two quiet weeks the cursor has %d bytes: %s", n, b.source.Cursor)
		}
	})
}

func TestOKReadsAClosedGroupByItsOwnAdministrator(t *testing.T) {
	inOK(t, sandbox.OKOptions{}, func(b *okBench) {
		p := b.group.Topic("Житель", "Яма", sandbox.OKTopicOptions{})
		b.group.Close()
		b.poll()
		b.wantOnce(p.ExternalID())
		foreign := b.o.Group("Чужая", "foreign")
		foreign.Close()
		b.source.Address, b.source.Cursor = foreign.ID(), ""
		if _, err := b.page(); !errors.As(err, new(Forbidden)) {
			t.Errorf("a closed group of others: %v", err)
		}
	})
}

func TestOKSearchesHashtagsWhenTold(t *testing.T) {
	inOK(t, sandbox.OKOptions{}, func(b *okBench) {
		wanted := []Wanted{{Region: 1, Places: []storage.Place{{Name: "Старый Оскол"}, {Name: "Заречный"}}}, {Region: 2, Places: []storage.Place{{Name: "Заречный"}}}}
		if q := b.network.Queries(wanted); q != nil {
			t.Errorf("searches without being told: %v", q)
		}
		s := b.settings(sandbox.DefaultOKToken)
		s.Hashtags = "on"
		b.network = b.with(s)
		if diff := cmp.Diff([]Query{{1, "старыйоскол"}, {1, "заречный"}}, b.network.Queries(wanted)); diff != "" {
			t.Errorf("queries (-want +got):\n%s", diff)
		}
		other := b.o.Group("Другая", "")
		b.source.Kind, b.source.Address = okKindSearch, "заречный"
		var want []string
		for i := range 250 {
			time.Sleep(10 * time.Second)
			want = append(want, other.Topic("Житель", fmt.Sprintf("Яма %d #Заречный", i), sandbox.OKTopicOptions{}).ExternalID())
		}
		b.group.Topic("Житель", "Без тега", sandbox.OKTopicOptions{})
		b.poll()
		b.poll()
		b.wantOnce(want...)
		if item := b.items[want[0]]; item.PublishReason != reasonForeignGroup || item.SourceURL != "https://ok.ru/group/"+other.ID() {
			t.Errorf("found %+v", item.Post)
		}
	})
}
