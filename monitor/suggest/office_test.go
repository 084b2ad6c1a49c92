package suggest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"otklik/storage"
)

// office is a region at work: a group of administrators and a body for each
// kind of complaint, with one official each.
type office struct {
	*storage.Store
	t      testing.TB
	region int64
	topic  int64
	other  int64
	bodies []int64 // by the kind of complaint
	roles  []int64 // their officials
	posts  int
	rng    *rand.Rand
}

var admin = storage.Actor{Kind: storage.Administrator}

// kinds of complaints are told by their words alone: the rules give all of
// them one topic.
var kinds = [][]string{
	strings.Fields("яма асфальт дорога выбоина колея тротуар ремонт бордюр обочина щебень"),
	strings.Fields("вода кран давление ржавчина водопровод напор колонка труба скважина насос"),
	strings.Fields("автобус маршрут остановка водитель расписание билет кондуктор рейс пассажир опоздание"),
}

var filler = strings.Fields("добрый день прошу помочь улица дом двор уже месяц никто ответ житель город район опять снова утром вечером пожалуйста")

// complaint is a text of a kind; noise is the share of its words that belong to
// another one.
func complaint(rng *rand.Rand, kind int, noise float64) string {
	var words []string
	for range 14 {
		switch of := kind; {
		case rng.IntN(2) == 0:
			words = append(words, filler[rng.IntN(len(filler))])
		default:
			if rng.Float64() < noise {
				of = rng.IntN(len(kinds))
			}
			words = append(words, kinds[of][rng.IntN(len(kinds[of]))])
		}
	}
	return strings.Join(words, " ")
}

func newOffice(t testing.TB) *office {
	t.Helper()
	store, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "otklik.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	o := &office{Store: store, t: t, rng: rand.New(rand.NewPCG(7, 7))}
	o.region = must(t)(store.CreateRegion(t.Context(), storage.Actor{Kind: storage.Owner}, "Заречье", "Europe/Moscow", "ru", []storage.NewTopic{
		{Code: "city", Name: "Город", Importance: storage.Normal, Rules: []string{"дом"}},
		{Code: "other", Name: "Другое", Importance: storage.Normal, Rules: []string{"лес"}},
	}))
	topics, err := store.Topics(t.Context(), o.region)
	o.check(err)
	o.topic, o.other = topics[0].ID, topics[1].ID
	group, err := store.MeetChat(t.Context(), -1001, storage.Supergroup, "Администраторы", 1)
	o.check(err)
	o.check(store.BindGroup(t.Context(), storage.Actor{Kind: storage.Owner}, o.region, group.ID, true))
	for _, body := range []string{"Миндор", "Водоканал", "Минтранс"} {
		o.hire(body)
	}
	return o
}

// hire lets another official of a body come.
func (o *office) hire(body string) (role int64) {
	o.t.Helper()
	ctx := o.t.Context()
	n := int64(100 + len(o.roles))
	chat, err := o.MeetChat(ctx, n, storage.Private, "Исполнитель", 1)
	o.check(err)
	person, err := o.MeetPerson(ctx, n, "Исполнитель "+body, "ru", chat.ID)
	o.check(err)
	token := fmt.Sprint("token", n)
	g, err := o.Region(ctx, o.region)
	o.check(err)
	o.check(o.CreateInvite(ctx, admin, o.region, g.Chat, storage.OfficialRole, body, token))
	r, err := o.Join(ctx, token, person.ID)
	o.check(err)
	o.bodies, o.roles = append(o.bodies, r.Body), append(o.roles, r.ID)
	return r.ID
}

func must(t testing.TB) func(int64, error) int64 {
	return func(n int64, err error) int64 {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
}

func (o *office) check(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// file registers a complaint, advised on by an advisor unless that is nil, and
// changed by the given functions.
func (o *office) file(a *Advisor, text string, change ...func(*storage.Post)) int64 {
	o.t.Helper()
	o.posts++
	found := []storage.Found{{
		Post: storage.Post{Network: "vk", Kind: "post", ExternalID: fmt.Sprint(o.posts), URL: fmt.Sprint("https://vk.com/wall-1_", o.posts),
			Text: text, State: storage.Ready, PublishedAt: o.Now()},
		Matches: []storage.Match{{Region: o.region, Topic: o.topic, Importance: storage.Normal}},
	}}
	for _, c := range change {
		c(&found[0].Post)
	}
	if a != nil {
		o.check(a.Advise(o.t.Context(), found))
	}
	saved, err := o.SavePosts(o.t.Context(), nil, found)
	o.check(err)
	return saved[0].Incidents[0]
}

// complain files a complaint of a kind.
func (o *office) complain(a *Advisor, kind int) int64 {
	o.t.Helper()
	return o.file(a, complaint(o.rng, kind, 0))
}

func (o *office) assign(incident int64, to int) storage.Event {
	o.t.Helper()
	c, err := o.Assign(o.t.Context(), admin, incident, o.roles[to])
	o.check(err)
	return c.Event
}

// learn lets an advisor read on, and the cards wait no longer.
func (o *office) learn(a *Advisor) {
	o.t.Helper()
	_, err := a.Learn(o.t.Context())
	o.check(err)
}

// teach files complaints of all kinds, the n-th of the kind n%3, and lets them
// be assigned as said.
func (o *office) teach(a *Advisor, n int, to func(kind int) int) {
	o.t.Helper()
	for i := range n {
		kind := i % len(kinds)
		o.assign(o.complain(a, kind), to(kind))
		o.learn(a)
	}
}

func itself(kind int) int { return kind }

// first is the first suggestion for an incident: whose and why.
func (o *office) first(incident int64) (official int64, why string) {
	o.t.Helper()
	i, err := o.Incident(o.t.Context(), incident)
	o.check(err)
	list, err := o.Suggestions(o.t.Context(), i, 1)
	o.check(err)
	if len(list) == 0 {
		return 0, ""
	}
	return list[0].Official.ID, list[0].Why
}

// right counts how many of n new complaints begin with the right official.
func (o *office) right(a *Advisor, n int, to func(kind int) int) (right, learned int) {
	o.t.Helper()
	for i := range n {
		kind := i % len(kinds)
		official, why := o.first(o.complain(a, kind))
		if official == o.roles[to(kind)] {
			right++
		}
		if why == "learned" {
			learned++
		}
	}
	return right, learned
}

// model is what an advisor has learned, as bytes.
func (o *office) model(a *Advisor) string {
	o.t.Helper()
	r, err := a.region(context.Background(), o.region)
	o.check(err)
	data, err := r.encode()
	o.check(err)
	return string(data)
}

const soon = 2 * time.Minute // past saving and giving advice anew
