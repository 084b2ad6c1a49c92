package monitor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"otklik/monitor/links"
	"otklik/monitor/sandbox"
	"otklik/storage"
)

// vkFlow is a Streaming API that is held in a test.
type vkFlow struct {
	*vkBench
	heard []string
	items []Item
	done  chan error
	end   context.CancelFunc
}

// inVKStreaming runs a test with a connector that holds streams.
func inVKStreaming(t *testing.T, run func(*vkBench)) {
	t.Helper()
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		client, closed := sandbox.PipeClient(b.v)
		defer closed()
		n, err := openVK(setupOf(vkSettings{Token: []string{sandbox.DefaultServiceToken}, URL: "https://api.vk.com", Streaming: true,
			Communities: fmt.Sprintf("%d:%s", -b.wall.OwnerID(), b.wall.Token())}, client))
		if err != nil {
			b.Fatal(err)
		}
		b.network = n.(*vk)
		run(b)
		synctest.Wait()
	})
}

func vkSearches(names ...string) (out []storage.Source) {
	for _, name := range names {
		out = append(out, storage.Source{Network: "vk", Kind: vkKindSearch, Address: name})
	}
	return append(out, storage.Source{Network: "vk", Kind: vkKindTopic, Address: "1_2"})
}

// flow holds the stream of some searches.
func (b *vkBench) flow(names ...string) *vkFlow {
	b.Helper()
	if diff := cmp.Diff([]string{vkStreamName}, b.network.Streams(vkSearches(names...))); diff != "" {
		b.Fatalf("streams (-want +got):\n%s", diff)
	}
	ctx, end := context.WithCancel(b.Context())
	f := &vkFlow{vkBench: b, done: make(chan error, 1), end: end}
	go func() {
		f.done <- b.network.Stream(ctx, vkStreamName, "", func(items []Item, _ string) error {
			for _, i := range items {
				f.heard = append(f.heard, fmt.Sprintf("%s %s %s|%s|%s|%v", i.ExternalID, i.Fate, i.Text, i.ParentText, i.ReplyTo, i.Own))
			}
			f.items = append(f.items, items...)
			return nil
		})
	}()
	time.Sleep(5 * time.Second)
	synctest.Wait()
	return f
}

// ended waits for the end of the stream and returns what it said.
func (f *vkFlow) ended() error {
	f.Helper()
	select {
	case err := <-f.done:
		if err != nil && (strings.Contains(err.Error(), "stream-key") || strings.Contains(err.Error(), "key=")) {
			f.Errorf("the error shows the key: %v", err)
		}
		return err
	case <-time.After(time.Hour):
		f.Fatal("the stream does not end")
		return nil
	}
}

func TestVKStreamingTellsWhatTheOtherReadingsWould(t *testing.T) {
	inVKStreaming(t, func(b *vkBench) {
		f := b.flow("Заречный")
		p := b.wall.Post("Житель 1", "В Заречном [id5|Пётр] видел яму", sandbox.PostOptions{Photos: 2})
		b.wall.Post("Житель 1", "В Дальнем яма", sandbox.PostOptions{})
		c := p.Comment("Житель 2", "Весь Заречный в ямах")
		d := c.Reply("", "Заречный: разбираемся")
		e := d.Reply("Житель 2", "Заречный ждёт")
		time.Sleep(2 * time.Second) // what is told is looked up a moment later
		p.Edit("В Заречном две ямы")
		c.Edit("Заречный весь в ямах")
		time.Sleep(2 * time.Second)
		share := b.v.Person("Житель 3").Post("Житель 3", "Заречный, смотрите", sandbox.PostOptions{Repost: p})
		topic := b.wall.Topic("Житель 1", "Вопросы", "Когда в Заречном починят?")
		m := fmt.Sprintf("t%d_%d_%d", -b.wall.OwnerID(), topic.ID(), topic.ID()+1)
		time.Sleep(2 * time.Second)
		topic.DeleteComment(m)
		c.Delete()
		c.Restore()
		p.Delete()
		time.Sleep(2 * time.Second)
		p.Restore()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		const text, now = "В Заречном Пётр видел яму", "В Заречном две ямы"
		want := []string{
			p.ExternalID() + "  " + text + "|||false",
			c.ExternalID() + "  Весь Заречный в ямах|" + text + "||false",
			d.ExternalID() + "  Заречный: разбираемся||" + c.ExternalID() + "|true",
			e.ExternalID() + "  Заречный ждёт||" + c.ExternalID() + "|false",
			p.ExternalID() + " edited " + now + "|||false",
			c.ExternalID() + " edited Заречный весь в ямах|" + now + "||false",
			share.ExternalID() + "  Заречный, смотрите\n\n" + now + "|||false",
			m + "  Когда в Заречном починят?|||false",
			m + " removed |||false",
			c.ExternalID() + " removed |||false",
			c.ExternalID() + " restored Заречный весь в ямах|||false", // its post has gone
			p.ExternalID() + " removed |||false",
			p.ExternalID() + " restored " + now + "|||false",
		}
		if diff := cmp.Diff(want, f.heard); diff != "" {
			t.Errorf("heard (-want +got):\n%s", diff)
		}
		if len(f.items) == len(want) {
			if got := f.items[6].RepostOf; got != p.ExternalID() {
				t.Errorf("the share is one of %q", got)
			}
			b.poll()
			told, read := f.items[4], b.items[p.ExternalID()]
			told.Fate = read.Fate
			if diff := cmp.Diff(read, told); diff != "" {
				t.Errorf("read and told (-read +told):\n%s", diff)
			}
		}
		f.end()
		if err := f.ended(); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		synctest.Wait()
		if n := b.v.Streaming(); n != 0 {
			t.Errorf("%d connections stay open", n)
		}
	})
}

func TestVKStreamingTellsWhatCannotBeLookedUp(t *testing.T) {
	inVKStreaming(t, func(b *vkBench) {
		b.v.AddFault(sandbox.Fault{Method: "wall.getById", Code: vkDenied, Count: -1})
		f := b.flow("Заречный")
		p := b.wall.Post("Житель 1", "Заречный &amp; Ко<br>[id5|Пётр]", sandbox.PostOptions{})
		c := p.Comment("Житель 2", "И Заречный")
		share := b.v.Person("Житель 3").Post("Житель 3", "Заречный, смотрите", sandbox.PostOptions{Repost: p})
		time.Sleep(2 * time.Second)
		synctest.Wait()
		want := []string{
			p.ExternalID() + "  Заречный & Ко\nПётр|||false", c.ExternalID() + "  И Заречный|||false", share.ExternalID() + "  Заречный, смотрите|||false"}
		if diff := cmp.Diff(want, f.heard); diff != "" {
			t.Errorf("heard (-want +got):\n%s", diff)
		}
		if len(f.items) == 3 && (f.items[2].RepostOf != p.ExternalID() || f.items[0].AuthorID == "" || !f.items[0].PublishedAt.Equal(p.At())) {
			t.Errorf("told %+v", f.items)
		}
		f.end()
		_ = f.ended()
	})
}

func TestVKStreamingKeepsItsRulesInStep(t *testing.T) {
	inVKStreaming(t, func(b *vkBench) {
		tags := func() (values []string) {
			for _, r := range b.v.StreamRules() {
				values = append(values, r.Value)
			}
			return values
		}
		b.v.AddStreamRule(sandbox.StreamRule{Value: "чужое", Tag: "other"})
		b.v.AddStreamRule(sandbox.StreamRule{Value: "прежнее", Tag: vkRuleTag + "old"})
		f := b.flow("Нагорный", "Заречный", "-яма", `"кавычка`, strings.Repeat("слово ", 101), strings.Repeat("ы", 2049), "Заречный")
		if diff := cmp.Diff([]string{"чужое", "Заречный", "Нагорный"}, tags()); diff != "" {
			t.Errorf("rules (-want +got):\n%s", diff)
		}
		before := b.v.StreamRules()
		b.network.Streams(vkSearches("Нагорный", "Дальний"))
		time.Sleep(time.Second)
		if diff := cmp.Diff([]string{"чужое", "Нагорный", "Дальний"}, tags()); diff != "" {
			t.Errorf("rules (-want +got):\n%s", diff)
		}
		if before[2] != b.v.StreamRules()[1] {
			t.Error("a rule that stays was made anew")
		}
		f.end()
		_ = f.ended()
		// A rule that the network takes for a bad one leaves the others alone.
		for _, code := range []int{vkRuleBad, vkRuleThere} {
			b.v.AddFault(sandbox.Fault{Method: sandbox.StreamRules, HTML502: true}) // the reading of the rules breaks
			if err := b.flow("Нагорный", "Ближний").ended(); err == nil {
				t.Error("a broken reading of the rules is no trouble")
			}
			b.v.AddFault(sandbox.Fault{Method: sandbox.StreamRules, Code: code, Match: func(c sandbox.Call) bool { return c.Params["http"] == http.MethodPost }})
			g := b.flow("Нагорный", fmt.Sprint("Верхний ", code), "Ясный")
			g.end()
			if err := g.ended(); !errors.Is(err, context.Canceled) || !slices.Contains(tags(), "Ясный") {
				t.Errorf("after a bad rule: %v, rules %v", err, tags())
			}
		}
		// Of too many, as many as there is room for.
		var many []string
		for i := range 400 {
			many = append(many, fmt.Sprintf("Посёлок %03d", i))
		}
		g := b.flow(many...)
		g.end()
		_ = g.ended()
		if got := tags(); len(got) != vkMostRules || got[0] != "чужое" {
			t.Errorf("%d rules, the first %s", len(got), got[0])
		}
		if got := b.network.Streams(vkSearches("-яма")); got != nil {
			t.Errorf("without a rule: %v", got)
		}
	})
}

func TestVKStreamingEndsAndBeginsAnew(t *testing.T) {
	for name, one := range map[string]struct {
		do   func(*sandbox.VK)
		calm bool // that is no trouble
	}{
		"cut":    {do: (*sandbox.VK).BreakStreams},
		"silent": {do: (*sandbox.VK).SilenceStreams},
		"service message": {func(v *sandbox.VK) {
			v.SendStreams(`{"code":300,"service_message":{"message":"","service_code":3000}}`)
		}, true},
		"garbage": {do: func(v *sandbox.VK) { v.SendStreams(`{"code":100,"event":{"stream-key-0":`) }},
		"HTML":    {do: func(v *sandbox.VK) { v.SendStreams("<html>") }},
		"refusal": {do: func(v *sandbox.VK) {
			v.SendStreams(`{"code":400,"error":{"message":"stream-key-0","error_code":1005}}`)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			inVKStreaming(t, func(b *vkBench) {
				f := b.flow("Заречный")
				b.wall.Post("Житель 1", "Заречный без воды", sandbox.PostOptions{})
				if name != "cut" {
					synctest.Wait()
				}
				one.do(b.v)
				b.v.NewStreamKey()
				began := time.Now()
				if err := f.ended(); (err == nil) != one.calm || errors.As(err, new(Missed)) || time.Since(began) > time.Minute {
					t.Errorf("ended by %v after %s", err, time.Since(began))
				}
				if name != "cut" && len(f.heard) != 1 {
					t.Errorf("heard %v", f.heard)
				}
				b.v.BreakStreams()
				g := b.flow("Заречный")
				b.wall.Post("Житель 1", "Заречный с водой", sandbox.PostOptions{})
				time.Sleep(time.Second)
				synctest.Wait()
				if len(g.heard) != 1 {
					t.Errorf("after that heard %v", g.heard)
				}
				g.end()
				_ = g.ended()
			})
		})
	}
}

func TestVKStreamingTroubleShowsNoKey(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"dropped": {Drop: true}, "gateway": {HTML502: true}, "garbage": {Garbage: true}, "dead key": {Code: 1004}, "there is one": {Code: 1006},
	} {
		for _, method := range []string{"streaming.getServerUrl", sandbox.StreamRules, sandbox.StreamOpen} {
			t.Run(name+" "+method, func(t *testing.T) {
				inVKStreaming(t, func(b *vkBench) {
					fault.Method = method
					fault.Count = -1
					b.v.AddFault(fault)
					if err := b.flow("Заречный").ended(); err == nil {
						t.Error("no trouble")
					}
				})
			})
		}
	}
}

func TestVKStreamingIsOffUnlessItIsSwitchedOn(t *testing.T) {
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		if got := b.network.Streams(vkSearches("Заречный")); got != nil {
			t.Errorf("streams %v", got)
		}
		if err := b.network.Stream(b.Context(), vkStreamName, "", nil); !errors.As(err, new(BadConfig)) {
			t.Errorf("held all the same: %v", err)
		}
	})
}

// TestVKStreamingMakesIncidents: through the monitor, at once, over a broken
// connection and a dead key, each post once though the search finds it too.
func TestVKStreamingMakesIncidents(t *testing.T) {
	inVKStreaming(t, func(b *vkBench) {
		store := open(b.T)
		region := addRegion(b.T, store, "Край", "Заречный")
		var out bytes.Buffer
		m, err := New(store, Config{networks: []network{{name: "vk", prefix: "VK", needs: "TOKEN", every: 2 * time.Minute, parallel: 4,
			open: func(setup) (Network, error) { return b.network, nil }}}}, zerolog.New(zerolog.SyncWriter(&out)).Level(zerolog.TraceLevel))
		if err != nil {
			t.Fatal(err)
		}
		stop := run(b.T, m)
		time.Sleep(10 * time.Minute)
		for i := range 4 {
			p := b.wall.Post("Житель 1", fmt.Sprintf("Заречный, на Мира, %d яма", 10*i+1), sandbox.PostOptions{})
			time.Sleep(2 * time.Second)
			if got := len(incidents(b.T, store, region)); got != i+1 {
				t.Errorf("two seconds after post %s there are %d incidents, want %d", p.ExternalID(), got, i+1)
			}
			if i%2 == 0 {
				b.v.BreakStreams()
			}
			b.v.NewStreamKey()
			time.Sleep(10 * time.Minute)
		}
		time.Sleep(2 * time.Hour)
		stop()
		if got := len(incidents(b.T, store, region)); got != 4 {
			t.Errorf("%d incidents in the end", got)
		}
		if strings.Contains(out.String(), "stream-key") {
			t.Errorf("the log shows the key:\n%s", out.String())
		}
	})
}

// TestVKStreamingOverSockets: the connector's own client opens the stream, and an
// address without encryption leads to one without.
func TestVKStreamingOverSockets(t *testing.T) {
	v := sandbox.NewVK(sandbox.VKOptions{})
	server := httptest.NewServer(v)
	defer server.Close()
	d, err := newDialing(Config{}, "")
	if err != nil {
		t.Fatal(err)
	}
	opened, err := openVK(setupOf(vkSettings{Token: []string{sandbox.DefaultServiceToken}, URL: server.URL, Streaming: true}, d.client(configured)))
	if err != nil {
		t.Fatal(err)
	}
	n, wall := opened.(*vk), v.Community("Подслушано", "podslushano")
	n.Streams(vkSearches("Заречный"))
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	heard, ended := errors.New("heard"), make(chan error, 1)
	go func() { ended <- n.Stream(ctx, vkStreamName, "", func([]Item, string) error { return heard }) }()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		select {
		case <-again.C: // nobody hears it before the stream is open
			wall.Post("Житель 1", "Заречный без воды", sandbox.PostOptions{})
		case err := <-ended:
			if !errors.Is(err, heard) {
				t.Errorf("ended by %v", err)
			}
			return
		}
	}
}

func FuzzVKFlash(f *testing.F) {
	f.Add(`{"code":100,"event":{"event_type":"post","event_id":{"post_owner_id":-1,"post_id":2},"text":"x","action":"new"}}`)
	f.Add(`{"code":100,"event":{"event_type":"share","event_id":{"post_owner_id":-1,"post_id":2},"event_url":"https://vk.com/wall5_7","action":"update"}}`)
	f.Add(`{"code":100,"event":{"event_type":"comment","event_id":{"post_owner_id":"-1","post_id":2,"comment_id":9},"event_url":"https://vk.com/wall-1_2?reply=9&thread=3","action":"restore"}}`)
	f.Add(`{"code":100,"event":{"event_type":"topic_post","event_id":{"topic_owner_id":-1,"topic_id":2,"topic_post_id":3},"action":"delete"}}`)
	f.Add(`{"code":300}`)
	n := &vk{}
	f.Fuzz(func(t *testing.T, frame string) {
		e, err := readVKFlash([]byte(frame))
		if err != nil {
			return
		}
		if item, ok := n.flashItem(e, vkFound{}); ok {
			if l, err := links.Parse(item.URL); err != nil || l.ExternalID != item.ExternalID {
				t.Errorf("%q became %+v", frame, item)
			}
		}
	})
}
