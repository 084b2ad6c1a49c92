package monitor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/monitor/sandbox"
	"otklik/storage"
)

// vkHeard is what a stream told.
type vkHeard struct {
	lines  []string
	cursor string
}

// listen holds the stream of the bench's community until the returned function
// is called; that returns how it ended.
func (b *vkBench) listen(h *vkHeard) (stop func() error) {
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() {
		done <- b.network.Stream(ctx, b.source.Address, h.cursor, func(items []Item, cursor string) error {
			for _, i := range items {
				h.lines = append(h.lines, fmt.Sprintf("%s %s %s|%s|%s|%v|%s", i.ExternalID, i.Fate, i.Text, i.ParentText, i.ReplyTo, i.Own, i.Origin))
			}
			h.cursor = cursor
			return nil
		})
	}()
	synctest.Wait()
	return func() error { cancel(); return <-done }
}

func TestVKHearsOfEventsOnce(t *testing.T) {
	inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
		other := b.v.Community("Не наша", "other")
		sources := []storage.Source{b.source, {Kind: vkKindCommunity, Address: fmt.Sprint(other.OwnerID())}, {Kind: vkKindSearch, Address: "яма"}, b.source}
		if diff := cmp.Diff([]string{b.source.Address}, b.network.Streams(sources)); diff != "" {
			t.Fatalf("streams (-want +got):\n%s", diff)
		}
		var h vkHeard
		stop := b.listen(&h)
		time.Sleep(time.Minute) // silence
		p := b.wall.Post("Житель 1", "Нет воды", sandbox.PostOptions{})
		c := p.Comment("Житель 2", "И у нас")
		d := c.Reply("", "Разбираемся")
		c.Edit("И у нас тоже")
		c.Delete()
		c.Restore()
		topic := b.wall.Topic("Житель 1", "Вопросы", "Когда?")
		m := topic.Comment("Житель 1", "Где?")
		topic.EditComment(m, "Где мост?")
		topic.DeleteComment(m)
		topic.RestoreComment(m)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		first := fmt.Sprintf("t%d_%d_%d", -b.wall.OwnerID(), topic.ID(), topic.ID()+1)
		tail := "|" + b.source.Address
		want := []string{
			p.ExternalID() + "  Нет воды|||false" + tail,
			c.ExternalID() + "  И у нас|Нет воды||false" + tail,
			d.ExternalID() + "  Разбираемся||" + c.ExternalID() + "|true" + tail,
			c.ExternalID() + " edited И у нас тоже|Нет воды||false" + tail,
			c.ExternalID() + " removed |||false" + tail,
			c.ExternalID() + " restored И у нас тоже|Нет воды||false" + tail,
			first + "  Когда?|||false" + tail,
			m + "  Где?|||false" + tail,
			m + " edited Где мост?|||false" + tail,
			m + " removed |||false" + tail,
			m + " restored Где мост?|||false" + tail,
		}
		if diff := cmp.Diff(want, h.lines); diff != "" {
			t.Errorf("heard (-want +got):\n%s", diff)
		}
		if err := stop(); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		// Another process goes on where this one was.
		late := p.Comment("Житель 3", "Пока никого не было")
		b.network, h.lines = b.open(sandbox.DefaultServiceToken), nil
		stop = b.listen(&h)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if diff := cmp.Diff([]string{late.ExternalID() + "  Пока никого не было|Нет воды||false" + tail}, h.lines); diff != "" {
			t.Errorf("heard after a restart (-want +got):\n%s", diff)
		}
		// A new key alone loses nothing.
		b.wall.NewKey()
		late = p.Comment("Житель 3", "С новым ключом")
		time.Sleep(30 * time.Second)
		synctest.Wait()
		if len(h.lines) != 2 || !strings.HasPrefix(h.lines[1], late.ExternalID()) {
			t.Errorf("with a new key heard %v", h.lines)
		}
		_ = stop()
	})
}

func TestVKSaysWhenEventsWereLost(t *testing.T) {
	for name, newKey := range map[string]bool{"forgotten": false, "forgotten, with another key": true} {
		t.Run(name, func(t *testing.T) {
			inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
				b.wall.Post("Житель 1", "Первый", sandbox.PostOptions{})
				b.poll()
				h := vkHeard{cursor: "0"}
				time.Sleep(time.Minute)
				b.wall.Skip(10 * vkAhead)
				lost := b.wall.Post("Житель 1", "Прослушано", sandbox.PostOptions{})
				b.wall.Forget(newKey)
				b.wall.Post("Житель 1", "Услышано", sandbox.PostOptions{})
				ended := b.listen(&h)()
				missed, ok := errors.AsType[Missed](ended)
				if !ok || missed.Origin != b.source.Address {
					t.Fatalf("the stream ended with %v, want Missed", ended)
				}
				b.poll()
				if b.got[lost.ExternalID()] != 1 {
					t.Error("what the stream lost was not read at once")
				}
				stop := b.listen(&h)
				after := b.wall.Post("Житель 1", "Дальше", sandbox.PostOptions{})
				time.Sleep(2 * time.Second)
				synctest.Wait()
				_ = stop()
				if len(h.lines) != 1 || !strings.HasPrefix(h.lines[0], after.ExternalID()) {
					t.Errorf("after that heard %v", h.lines)
				}
			})
		})
	}
}

func TestVKStreamTroubleShowsNoKey(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"dropped": {Drop: true}, "gateway": {HTML502: true}, "garbage": {Garbage: true}, "refused": {Code: 15},
	} {
		for _, method := range []string{"groups.getLongPollServer", sandbox.LongPoll} {
			t.Run(name+" "+method, func(t *testing.T) {
				inVK(t, sandbox.VKOptions{}, func(b *vkBench) {
					fault.Method, fault.Count = method, -1
					if method == sandbox.LongPoll && fault.Code != 0 {
						return
					}
					b.v.AddFault(fault)
					h := vkHeard{cursor: "0"}
					stop := b.listen(&h)
					time.Sleep(time.Minute)
					err := stop()
					if err == nil || errors.Is(err, context.Canceled) {
						t.Fatalf("the stream ended with %v, want trouble", err)
					}
					if strings.Contains(err.Error(), "key=") || strings.Contains(err.Error(), b.wall.Token()) || h.cursor != "0" {
						t.Errorf("the error shows a secret, or the cursor moved to %q: %v", h.cursor, err)
					}
				})
			})
		}
	}
}

func FuzzVKEvents(f *testing.F) {
	f.Add(`{"ts":"5","updates":[{"type":"wall_reply_new","event_id":"a","object":{"id":1,"from_id":"2","post_id":3,"text":"x"}}]}`)
	f.Add(`{"failed":1,"ts":8}`)
	f.Add(`{"ts":5,"updates":[{"type":"board_post_delete","object":{"id":1,"topic_id":2}},{"type":"_","object":null}]}`)
	n := &vk{}
	f.Fuzz(func(t *testing.T, text string) {
		var e vkEvents
		if json.Unmarshal([]byte(text), &e) != nil {
			return
		}
		p := vkPoll{vk: n, owner: -1, name: "-1"}
		items, err := p.items(t.Context(), e.Updates)
		if err != nil {
			return
		}
		for _, i := range items {
			if i.ExternalID == "" || i.URL == "" {
				t.Errorf("%q became %+v", text, i)
			}
		}
	})
}
