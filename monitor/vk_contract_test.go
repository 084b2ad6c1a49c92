package monitor

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/monitor/sandbox"
)

// TestVKTroubleOnTheWayMovesNothing: whichever call of a reading meets trouble,
// it is reported, the cursor stays, and later everything comes once.
func TestVKTroubleOnTheWayMovesNothing(t *testing.T) {
	troubles := map[string]struct {
		fault sandbox.Fault
		want  string
	}{
		"token expired": {sandbox.Fault{Code: vkExpired}, troubleToken},
		"token refused": {sandbox.Fault{Code: vkAuth}, troubleToken},
		"quota":         {sandbox.Fault{Code: vkQuota}, troubleLimited},
		"captcha":       {sandbox.Fault{Code: vkNeedsCaptcha}, troubleLimited},
		"flood":         {sandbox.Fault{Code: vkFlood}, troubleLimited},
		"HTML":          {sandbox.Fault{HTML502: true}, troubleNetwork},
		"half JSON":     {sandbox.Fault{Garbage: true}, troubleNetwork},
		"unknown error": {sandbox.Fault{Code: 4242}, troubleNetwork},
		"dropped":       {sandbox.Fault{Drop: true}, troubleNetwork},
	}
	for name, one := range troubles {
		for _, method := range []string{"wall.get", "wall.getById", "wall.getComments"} {
			t.Run(name+" "+method, func(t *testing.T) {
				inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
					p := b.wall.Post("Житель 1", "Нет воды", sandbox.PostOptions{})
					c := p.Comment("Житель 2", "И у нас")
					one.fault.Method, one.fault.Count = method, -1
					calm := b.v.AddFault(one.fault)
					var err error
					before, more := "", true
					for err == nil && more { // what was read before the trouble is kept
						before = b.source.Cursor
						more, err = b.page()
					}
					if err == nil || troubleCode(err) != one.want {
						t.Fatalf("trouble %v, want %s", err, one.want)
					}
					if b.source.Cursor != before {
						t.Error("the cursor moved")
					}
					calm()
					time.Sleep(2 * time.Hour)
					b.network = b.open(sandbox.DefaultServiceToken)
					b.poll()
					b.wantOnce(p.ExternalID(), c.ExternalID())
				})
			})
		}
	}
}

// TestVKSweepsWhileTheWallIsRefused: a spent quota of wall.get keeps nobody from
// what the other methods tell; only a wall that was not read for long is trouble.
func TestVKSweepsWhileTheWallIsRefused(t *testing.T) {
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		b.wall.Post("Житель 1", "Первый", sandbox.PostOptions{})
		b.poll()
		b.v.AddFault(sandbox.Fault{Method: "wall.get", Code: vkQuota, Count: -1})
		p := b.wall.Post("Житель 1", "Второй", sandbox.PostOptions{})
		time.Sleep(2 * time.Hour)
		c := p.Comment("Житель 2", "И у нас")
		b.poll()
		if b.got[p.ExternalID()] != 1 || b.got[c.ExternalID()] != 1 {
			t.Errorf("got %v", b.got)
		}
		time.Sleep(5 * time.Hour)
		if _, err := b.page(); troubleCode(err) != troubleLimited || err == nil {
			t.Errorf("a wall that was not read for seven hours: %v, want limited", err)
		}
	})
}

func TestVKKnowsWhatItsKeysHaveLeft(t *testing.T) {
	inVK(t, sandbox.VKOptions{ServiceTokens: []string{"one", "two"}}, func(b *vkBench) {
		b.network = b.open("one", "two")
		b.source.Kind, b.source.Address = vkKindSearch, "яма"
		left := func() (lines []string) {
			for _, x := range b.network.Budgets() {
				lines = append(lines, fmt.Sprint(x.Key, " ", x.Number, " ", x.Method, " ", x.Left, " of ", x.Limit))
			}
			return lines
		}
		for range 6 {
			b.poll()
		}
		want := []string{
			"OTKLIK_VK_TOKEN 1 newsfeed.search 997 of 1000", "OTKLIK_VK_TOKEN 1 wall.get 5000 of 5000",
			"OTKLIK_VK_TOKEN 2 newsfeed.search 997 of 1000", "OTKLIK_VK_TOKEN 2 wall.get 5000 of 5000",
		}
		if diff := cmp.Diff(want, left()); diff != "" {
			t.Errorf("left (-want +got):\n%s", diff)
		}
		time.Sleep(25 * time.Hour)
		if got := left(); got[0] != "OTKLIK_VK_TOKEN 1 newsfeed.search 1000 of 1000" {
			t.Errorf("a day later %s", got[0])
		}
		b.v.Revoke("two")
		b.poll()
		b.poll()
		if got := left(); got[2] != "OTKLIK_VK_TOKEN 2 newsfeed.search 0 of 1000" {
			t.Errorf("of a dead key is left %s", got[2])
		}
	})
}

func TestVKAnswersOnForeignWallsWhereItIsSwitchedOn(t *testing.T) {
	inVK(t, sandbox.VKOptions{ForeignWalls: true}, func(b *vkBench) {
		foreign := b.v.Community("Чужая", "foreign")
		open := foreign.Post("Житель 1", "Яма", sandbox.PostOptions{})
		closed := foreign.Post("Житель 1", "Яма", sandbox.PostOptions{CommentsClosed: true})
		b.source.Kind, b.source.Address = vkKindSearch, "яма"
		b.poll()
		if p := b.items[open.ExternalID()]; p.CanPublish || p.PublishReason != reasonForeignWall {
			t.Errorf("switched off: %v %q", p.CanPublish, p.PublishReason)
		}
		b.network.foreign, b.source.Cursor = true, ""
		b.poll()
		post := b.items[open.ExternalID()].Post
		if ok, reason := b.network.CanPublish(post); !ok || !post.CanPublish {
			t.Fatalf("switched on: %v %q", ok, reason)
		}
		if p := b.items[closed.ExternalID()]; p.CanPublish {
			t.Error("under a closed post nobody answers")
		}
		id, _, err := b.network.Publish(b.Context(), post, Answer{Text: "Заделаем", Key: "1"})
		if err != nil {
			t.Fatal(err)
		}
		if got, _, found, err := b.network.FindPublished(b.Context(), post, "Заделаем", time.Now()); !found || err != nil || got != id {
			t.Errorf("found %q %v %v, want %q", got, found, err, id)
		}
		for _, code := range []int{vkDenied, vkNotForGroups, vkNoReply, vkTokenKind} {
			b.v.AddFault(sandbox.Fault{Method: "wall.createComment", Code: code})
			_, _, err := b.network.Publish(b.Context(), post, Answer{Text: "Заделаем", Key: fmt.Sprint(code)})
			if cannot, ok := errors.AsType[CannotPublish](err); !ok || cannot.Reason != reasonForeignWall {
				t.Errorf("refused with %d: %v, want a person to publish", code, err)
			}
		}
		// Of two communities nobody can say which is to speak.
		second := b.v.Community("Вторая", "second")
		b.network.writers[second.OwnerID()] = newVKToken(second.Token(), vkKeyCommunities, 2, vkWritesPerSecond)
		if ok, reason := b.network.CanPublish(post); ok || reason != reasonForeignWall {
			t.Errorf("with two communities: %v %q", ok, reason)
		}
	})
}

func TestVKStopsPublishingAtAFlood(t *testing.T) {
	for name, one := range map[string]struct {
		code int
		rest time.Duration
	}{"flood": {vkFlood, vkFloodRest}, "captcha": {vkNeedsCaptcha, vkCaptcha}} {
		t.Run(name, func(t *testing.T) {
			inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
				p := b.wall.Post("Житель 1", "Нет воды", sandbox.PostOptions{})
				post := b.stored(p.ExternalID())
				b.v.AddFault(sandbox.Fault{Method: "wall.createComment", Code: one.code})
				for range 2 { // the second is not even asked
					_, _, err := b.network.Publish(b.Context(), post, Answer{Text: "Дадут", Key: "1"})
					limited, ok := errors.AsType[Limited](err)
					if !ok || !certain(err) || time.Until(limited.Until) > one.rest || errors.As(err, new(CannotPublish)) {
						t.Fatalf("error %v, want Limited for %v", err, one.rest)
					}
				}
				if n := len(b.v.CallsOf("wall.createComment")); n != 1 {
					t.Errorf("%d attempts, want 1", n)
				}
				time.Sleep(one.rest)
				if _, _, err := b.network.Publish(b.Context(), post, Answer{Text: "Дадут", Key: "1"}); err != nil {
					t.Errorf("after the rest: %v", err)
				}
			})
		})
	}
}

func TestVKReadsCursorsOfOlderVersions(t *testing.T) {
	now := time.Unix(1_795_000_000, 0)
	c, err := readVKCursor(`{"v":1,"start":5,"newest":6,"posts":[{"i":3,"d":4,"n":2,"c":{"low":5,"seen":[[9,8],[7,6]]}}],"seen":{"-1_2":7}}`, now)
	if err != nil {
		t.Fatal(err)
	}
	log := &c.Posts[0].Log
	if fresh, fate := log.take(9, 8, 77); fresh || fate != "" {
		t.Errorf("a comment that was seen is new %v, fate %q", fresh, fate)
	}
	if fresh, fate := log.take(9, 8, 78); fresh || fate != "edited" {
		t.Errorf("its change: new %v, fate %q", fresh, fate)
	}
	if fresh, _ := log.take(10, 9, 1); !fresh {
		t.Error("a new comment is not new")
	}
	if c.Seen["-1_2"] != (vkSeen{7, 0}) || c.Version != vkCursorVersion {
		t.Errorf("cursor %+v", c)
	}
}

// TestVKCursorStaysSmall: a wall of 30 posts and 300 comments a day costs about
// 25 kB, the largest that is followed 250 kB.
func TestVKCursorStaysSmall(t *testing.T) {
	size := func(posts, comments int) int {
		c := vkCursor{Version: vkCursorVersion}
		for i := range posts {
			c.Posts = append(c.Posts, &vkPostMark{ID: int64(1e6 + i), Date: 1_795_000_000, Hash: 1 << 30, Count: 10, Now: 10, Read: 1_795_000_000})
		}
		for i := range comments {
			log := &c.Posts[i%len(c.Posts)].Log
			log.Low = 1e6
			log.take(int64(1e6+1+i), 1_795_000_000, 1<<30)
		}
		raw, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		return len(raw)
	}
	if n := size(7*30, 300); n > 35_000 {
		t.Errorf("a busy wall costs %d bytes", n)
	}
	if n := size(vkMostPosts, vkMostSeen); n > 350_000 {
		t.Errorf("the largest costs %d bytes", n)
	}
	log := vkLog{}
	for i := range 3 * vkMostSeen {
		log.take(int64(i+1), 1_795_000_000, 1)
	}
	if log.fold(0); len(log.Seen) != vkMostSeen || log.Low != 2*vkMostSeen {
		t.Errorf("%d comments are remembered, all up to %d", len(log.Seen), log.Low)
	}
}
