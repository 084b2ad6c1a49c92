package storage

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// world is a region at work: a group, two officials of two bodies, a topic.
type world struct {
	*Store
	t   testing.TB
	ctx context.Context

	region, topic, group int64
	admin                Actor
	first, second        official
	posts                atomic.Int64
}

// official is an official of the tests.
type official struct {
	Actor
	role, chat, body int64
}

var people atomic.Int64

func newWorld(t testing.TB, s *Store) *world {
	t.Helper()
	return newWorldOf(t, s, "Заречье", 0)
}

// newWorldOf is another world in the same database, whose posts are numbered
// above a number.
func newWorldOf(t testing.TB, s *Store, region string, posts int64) *world {
	t.Helper()
	w := &world{Store: s, t: t, ctx: context.Background(), admin: Actor{Kind: Administrator}}
	w.posts.Store(posts)
	w.region = w.newRegion(region)
	w.topic = w.topicOf(w.region)
	w.group = w.newGroup(w.region)
	w.first = w.newOfficial(w.region, "Министерство дорог")
	w.second = w.newOfficial(w.region, "Водоканал")
	return w
}

func (w *world) newRegion(name string) int64 {
	w.t.Helper()
	return must(w.t)(w.CreateRegion(w.ctx, Actor{Kind: Owner}, name, "Europe/Moscow", "ru", []NewTopic{{Code: "roads", Name: "Дороги", Importance: Normal, Rules: []string{"яма"}}}))
}

func (w *world) topicOf(region int64) int64 {
	w.t.Helper()
	topics, err := w.Topics(w.ctx, region)
	if err != nil {
		w.t.Fatal(err)
	}
	return topics[0].ID
}

func (w *world) newGroup(region int64) int64 {
	w.t.Helper()
	c, err := w.MeetChat(w.ctx, -1000-people.Add(1), Supergroup, "Администраторы", 1)
	if err != nil {
		w.t.Fatal(err)
	}
	w.check(w.BindGroup(w.ctx, Actor{Kind: Owner}, region, c.ID, true))
	return c.ID
}

// newPerson is somebody who started the bot.
func (w *world) newPerson(name string) Person {
	w.t.Helper()
	address := 1000 + people.Add(1)
	c, err := w.MeetChat(w.ctx, address, Private, name, 1)
	if err != nil {
		w.t.Fatal(err)
	}
	p, err := w.MeetPerson(w.ctx, address, name, "ru", c.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) newOfficial(region int64, body string) official {
	w.t.Helper()
	p := w.newPerson("Исполнитель " + body)
	token := fmt.Sprintf("token-%d", p.ID)
	g, err := w.Region(w.ctx, region)
	if err != nil {
		w.t.Fatal(err)
	}
	w.check(w.CreateInvite(w.ctx, w.admin, region, g.Chat, OfficialRole, body, token))
	role, err := w.Join(w.ctx, token, p.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return official{Actor{AsOfficial, p.ID}, role.ID, p.Chat, role.Body}
}

// found is a post that concerns the world's region, until it is changed.
func (w *world) found() Found {
	n := w.posts.Add(1)
	return Found{
		Post: Post{
			Network: "vk", Kind: "post", ExternalID: fmt.Sprintf("-1_%d", n), URL: fmt.Sprintf("https://vk.com/wall-1_%d", n),
			Text: fmt.Sprintf("Яма на улице, жалоба %d", n), State: Ready, CanPublish: true, PublishedAt: at(ms(w.Now())),
		},
		Matches: []Match{{Region: w.region, Topic: w.topic, Importance: Normal}},
	}
}

func (w *world) save(posts ...Found) []Saved {
	w.t.Helper()
	return mustBe[[]Saved](w.t)(w.SavePosts(w.ctx, nil, posts))
}

// incident is a new incident with one post, changed by the given functions.
func (w *world) incident(change ...func(*Found)) int64 {
	w.t.Helper()
	f := w.found()
	for _, c := range change {
		c(&f)
	}
	saved := w.save(f)
	if len(saved[0].Incidents) != 1 {
		w.t.Fatalf("saved %+v, want one incident", saved[0])
	}
	return saved[0].Incidents[0]
}

// byHand is a post whose network does not let us publish.
func byHand(f *Found) { f.Post.CanPublish, f.Post.PublishReason = false, "no_api" }

func (w *world) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// do fails the test when a step is refused.
func (w *world) do(c Change, err error) Change {
	w.t.Helper()
	w.check(err)
	return c
}

func must(t testing.TB) func(id int64, err error) int64 { return mustBe[int64](t) }

func mustBe[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// the incident as it stands.
func (w *world) get(id int64) Incident {
	w.t.Helper()
	return mustBe[Incident](w.t)(w.Incident(w.ctx, id))
}

// number reads one number, whatever its type in the engine.
func (w *world) number(query string, args ...any) int64 {
	w.t.Helper()
	return must(w.t)(one(w.ctx, w.read, scalar[int64], query, args...))
}

// kinds are the journal's lines about an incident, as "kind by actor".
func (w *world) kinds(incident int64) []string {
	w.t.Helper()
	events, err := w.Journal(w.ctx, incident)
	if err != nil {
		w.t.Fatal(err)
	}
	var kinds []string
	for _, e := range events {
		kinds = append(kinds, fmt.Sprintf("%s by %s", e.Kind, e.Actor.Kind))
	}
	return kinds
}

func (w *world) wantKinds(incident int64, want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.kinds(incident)); diff != "" {
		w.t.Errorf("journal (-want +got):\n%s", diff)
	}
}

// outgoing are the messages that wait for a chat, as "kind №incident reason".
func (w *world) outgoing(chat int64) []string {
	w.t.Helper()
	rows, err := all(w.ctx, w.read, func(r scanner) (s string, err error) {
		var kind, payload string
		var incident int64
		if err := r.Scan(&kind, &incident, &payload); err != nil {
			return "", err
		}
		_, reason, _ := strings.Cut(payload, `"reason":"`)
		reason, _, _ = strings.Cut(reason, `"`)
		return strings.TrimSpace(fmt.Sprintf("%s №%d %s", kind, incident, reason)), nil
	}, `SELECT m.kind, coalesce(m.incident_id, 0), m.payload FROM outbox o JOIN messages m ON m.id = o.message_id WHERE o.chat_id = $1 AND o.state = 'pending' ORDER BY o.id`, chat)
	if err != nil {
		w.t.Fatal(err)
	}
	return rows
}

// deliver sends everything that waits, as the bot would, and shows every edit.
func (w *world) deliver() {
	w.t.Helper()
	lanes, err := w.Lanes(w.ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, l := range lanes {
		for w.send(l.Chat) {
		}
		for {
			m, err := w.TakeEdit(w.ctx, l.Chat)
			if errors.Is(err, ErrNotFound) {
				break
			}
			w.check(err)
			w.check(w.Shown(w.ctx, m))
		}
	}
}

// send sends the next message of a chat and reports whether there was one.
func (w *world) send(chat int64) bool {
	w.t.Helper()
	o, err := w.TakeOutgoing(w.ctx, chat)
	if errors.Is(err, ErrNotFound) {
		return false
	}
	w.check(err)
	w.check(w.Sent(w.ctx, o, 1, 100+o.ID))
	return true
}

// live are the kinds of an incident's live messages, by chat.
func (w *world) live(incident int64) map[int64]string {
	w.t.Helper()
	found := map[int64]string{}
	_, err := all(w.ctx, w.read, func(r scanner) (struct{}, error) {
		var chat int64
		var kind string
		err := r.Scan(&chat, &kind)
		found[chat] = strings.TrimSpace(found[chat] + " " + kind)
		return struct{}{}, err
	}, `SELECT chat_id, kind FROM messages WHERE incident_id = $1 AND state = 'live' AND kind NOT IN ('copy', 'notice') ORDER BY id`, incident)
	w.check(err)
	return found
}

func (w *world) wantLive(incident int64, want map[int64]string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.live(incident)); diff != "" {
		w.t.Errorf("live messages by chat (-want +got):\n%s", diff)
	}
}

// wantConflict asks for a refusal and returns it.
func (w *world) wantConflict(err error) Conflict {
	w.t.Helper()
	var c *Conflict
	if !errors.As(err, &c) || !errors.Is(err, ErrConflict) {
		w.t.Fatalf("got %v, want a *Conflict", err)
	}
	return *c
}

// clocksRunning are the clocks of an incident that run, with what is left.
func (w *world) clocksRunning(incident int64) map[Clock]time.Duration {
	w.t.Helper()
	list, err := w.Deadlines(w.ctx, incident)
	w.check(err)
	left := map[Clock]time.Duration{}
	for _, d := range list {
		if d.Stopped.IsZero() {
			left[d.Clock] = d.Due.Sub(w.Now()).Round(time.Minute)
		}
	}
	return left
}

func (w *world) wantClocks(incident int64, want map[Clock]time.Duration) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.clocksRunning(incident)); diff != "" {
		w.t.Errorf("clocks (-want +got):\n%s", diff)
	}
}

// draft writes a draft as an official and returns its version.
func (w *world) draft(o official, incident int64, text string) int64 {
	w.t.Helper()
	a, err := w.SaveDraft(w.ctx, o.Actor, incident, DraftPart{Chat: o.chat, Telegram: 10_000 + w.posts.Add(1), Text: text})
	w.check(err)
	return a.Version
}

// assigned is a new incident that the first official has.
func (w *world) assigned(change ...func(*Found)) int64 {
	w.t.Helper()
	id := w.incident(change...)
	w.do(w.Assign(w.ctx, w.admin, id, w.first.role))
	return id
}

// frozen is an assigned incident whose answer is on its way.
func (w *world) frozen(change ...func(*Found)) int64 {
	w.t.Helper()
	id := w.assigned(change...)
	w.do(w.Publish(w.ctx, w.first.Actor, id, w.draft(w.first, id, "Яму заделали 12 мая."), 0))
	return id
}

// answered is an incident whose answer was published by hand.
func (w *world) answered() int64 {
	w.t.Helper()
	id := w.frozen(byHand)
	w.do(w.PublishedByHand(w.ctx, w.first.Actor, id, ByHandProof{URL: "https://vk.com/wall-1_1?reply=2", Checked: true}))
	return id
}

// take takes the publication that is due.
func (w *world) take() Publication {
	w.t.Helper()
	return mustBe[Publication](w.t)(w.TakePublication(w.ctx))
}

// takeOf takes what is due until an incident's publication comes.
func (w *world) takeOf(incident int64) Publication {
	w.t.Helper()
	for {
		if p := w.take(); p.Incident == incident {
			return p
		}
	}
}

// wantSound asks that the journal holds together.
func (w *world) wantSound() {
	w.t.Helper()
	faults, err := w.VerifyJournal(w.ctx)
	w.check(err)
	if len(faults) > 0 {
		w.t.Errorf("journal: %+v", faults)
	}
}
