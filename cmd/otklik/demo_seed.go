package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	telegram "otklik/bot/sandbox"
	"otklik/monitor/links"
	"otklik/monitor/rules"
	"otklik/storage"
)

// seed is a region as it stands in the store.
type seed struct {
	region, group int64
	admin         storage.Person
	officials     map[string]storage.Official // by body
	topics        map[string]storage.Topic    // by code
	places        map[string]int64            // by name
}

// by is the administrator as an actor.
func (s *seed) by() storage.Actor {
	return storage.Actor{Kind: storage.Administrator, Person: s.admin.ID}
}

// sow makes the region with everybody and everything in it.
func sow(ctx context.Context, store *storage.Store, w *world) (*seed, error) {
	s := &seed{officials: map[string]storage.Official{}, topics: map[string]storage.Topic{}, places: map[string]int64{}}
	var err error
	if s.admin, err = meet(ctx, store, w.admin, true); err != nil {
		return nil, err
	}
	group, err := store.MeetChat(ctx, w.group.ID(), storage.Supergroup, w.group.Info().Title, 0)
	if err != nil {
		return nil, err
	}
	s.group = group.ID
	owner := storage.Actor{Kind: storage.Owner, Person: s.admin.ID}
	if s.region, err = store.CreateRegion(ctx, owner, demoRegion, localZone(), "ru", demoTopics()); err != nil {
		return nil, err
	}
	if err := store.BindGroup(ctx, owner, s.region, s.group, false); err != nil {
		return nil, err
	}
	if _, _, err := store.ChangePlaces(ctx, s.by(), s.region, demoPlaces, nil); err != nil {
		return nil, err
	}
	if err := s.invite(ctx, store, w); err != nil {
		return nil, err
	}
	return s, s.lists(ctx, store)
}

// demoTopics are the built-in topics as a region starts with them.
func demoTopics() (list []storage.NewTopic) {
	for _, t := range rules.Topics() {
		list = append(list, storage.NewTopic{
			Code: t.Code, Name: t.Names["ru"], Importance: storage.Importance(t.Importance), Rules: t.Rules, Danger: t.DangerRules,
		})
	}
	return list
}

// meet notes a person of the sandbox; private says that he has opened the bot.
func meet(ctx context.Context, store *storage.Store, p *telegram.Person, private bool) (storage.Person, error) {
	chat := int64(0)
	if private {
		c, err := store.MeetChat(ctx, p.ID(), storage.Private, p.Name(), 0)
		if err != nil {
			return storage.Person{}, err
		}
		chat = c.ID
	}
	return store.MeetPerson(ctx, p.ID(), p.Name(), "ru", chat)
}

// invite gives everybody his role, by the invites that an administrator makes.
func (s *seed) invite(ctx context.Context, store *storage.Store, w *world) error {
	for n, x := range []struct {
		person *telegram.Person
		kind   storage.RoleKind
		body   string
	}{
		{w.roads, storage.OfficialRole, demoTransport},
		{w.housing, storage.OfficialRole, demoHousing},
		{w.staff, storage.StaffRole, ""},
	} {
		p, err := meet(ctx, store, x.person, true)
		if err != nil {
			return err
		}
		token := fmt.Sprintf("demo-invite-%d", n)
		if err := store.CreateInvite(ctx, s.by(), s.region, s.group, x.kind, x.body, token); err != nil {
			return err
		}
		if _, err := store.Join(ctx, token, p.ID); err != nil {
			return err
		}
	}
	officials, err := store.Officials(ctx, s.region)
	if err != nil {
		return err
	}
	for _, o := range officials {
		s.officials[o.BodyName] = o
	}
	return nil
}

// lists reads back topics and places, and says whose each topic is.
func (s *seed) lists(ctx context.Context, store *storage.Store) error {
	topics, err := store.Topics(ctx, s.region)
	if err != nil {
		return err
	}
	for _, t := range topics {
		s.topics[t.Code] = t
		body, ok := demoBodies[t.Code]
		if !ok {
			continue
		}
		if err := store.SetRoute(ctx, s.by(), s.region, t.ID, 0, s.officials[body].ID); err != nil {
			return err
		}
	}
	places, err := store.Places(ctx, s.region)
	if err != nil {
		return err
	}
	for _, p := range places {
		s.places[p.Name] = p.ID
	}
	return nil
}

// watch registers what the region has in each network as its sources, so that
// the monitor reads them.
func (s *seed) watch(ctx context.Context, store *storage.Store, w *world) error {
	for _, address := range []string{"https://vk.com/" + demoCommunity, "https://ok.ru/group/" + w.okGroup.ID(), "https://x.com/" + demoAccount} {
		l, err := links.Parse(address)
		if err != nil {
			return err
		}
		n := storage.Source{Region: s.region, Network: l.Network, Kind: l.Kind, URL: l.URL, Address: l.Owner, Name: demoRegion}
		if _, err := store.AddSource(ctx, s.by(), n, 0); err != nil {
			return err
		}
	}
	return nil
}

// localZone is the time zone of this machine, so that deadlines and the page
// tell the same time; Moscow's where the machine does not say.
func localZone() string {
	name := os.Getenv("TZ")
	if name == "" {
		if target, err := filepath.EvalSymlinks("/etc/localtime"); err == nil {
			_, name, _ = strings.Cut(target, "zoneinfo/")
		}
	}
	if _, err := time.LoadLocation(name); name == "" || err != nil {
		return "Europe/Moscow"
	}
	return name
}
