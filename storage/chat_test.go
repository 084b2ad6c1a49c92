package storage

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMeetChatAndPerson(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := &world{Store: s, t: t, ctx: t.Context()}
		meet := func(kind ChatKind, title string, seen int64) Chat {
			t.Helper()
			return mustBe[Chat](t)(s.MeetChat(w.ctx, 5, kind, title, seen))
		}
		c := meet(Private, "Анна", 3)
		if c.Purpose != PrivateChat || c.State != Active {
			t.Errorf("met as %+v", c)
		}
		w.check(s.PauseChat(w.ctx, c.ID, Gone, "blocked", time.Time{}))
		if again := meet(Private, "Анна П.", 2); again.ID != c.ID || again.Title != "Анна П." || again.State != Active || again.Trouble != "" {
			t.Errorf("met again as %+v", again)
		}
		if n := w.number(`SELECT last_message FROM chats WHERE id = $1`, c.ID); n != 3 {
			t.Errorf("the highest message became %d", n)
		}
		p := mustBe[Person](t)(s.MeetPerson(w.ctx, 5, "Анна", "de", 0))
		if p.Reachable || p.Language != "ru" || p.Chat != 0 {
			t.Errorf("a member of a group: %+v", p)
		}
		p = mustBe[Person](t)(s.MeetPerson(w.ctx, 5, "Анна", "ru", c.ID))
		if !p.Reachable || p.Chat != c.ID {
			t.Errorf("who started the bot: %+v", p)
		}
		w.check(s.SetPersonLanguage(w.ctx, p.ID, "en"))
		p = mustBe[Person](t)(s.MeetPerson(w.ctx, 5, "Анна Петрова", "ru", 0))
		if !p.Reachable || p.Chat != c.ID || p.Name != "Анна Петрова" || p.Language != "en" {
			t.Errorf("renamed in a group: %+v", p)
		}
		if got := mustBe[Person](t)(s.PersonOfChat(w.ctx, c.ID)); got != p {
			t.Errorf("the chat's person: %+v", got)
		}
	})
}

func TestBindGroup(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		owner := Actor{Kind: Owner}
		id := w.incident()
		closed := w.incident()
		w.do(w.Dismiss(w.ctx, w.admin, closed, "other", ""))
		w.deliver()
		waiting := w.incident()
		c := mustBe[Chat](t)(w.MeetChat(w.ctx, -77, Supergroup, "Новая", 1))
		if err := w.BindGroup(w.ctx, owner, w.region, c.ID, false); !errors.Is(err, ErrConflict) {
			t.Errorf("a second group without a word: %v", err)
		}
		w.check(w.BindGroup(w.ctx, owner, w.region, w.group, false)) // again the same
		w.check(w.BindGroup(w.ctx, owner, w.region, c.ID, true))
		want := []string{fmt.Sprintf("card №%d moved", id), fmt.Sprintf("card №%d moved", waiting)}
		if diff := cmp.Diff(want, w.outgoing(c.ID)); diff != "" {
			t.Error(diff)
		}
		if got := w.outgoing(w.group); len(got) != 0 {
			t.Errorf("the old group is still sent %v", got)
		}
		w.wantLive(id, map[int64]string{c.ID: "card"})
		if g := mustBe[Region](t)(w.Region(w.ctx, w.region)); g.Chat != c.ID {
			t.Errorf("the region is %+v", g)
		}
		other := w.newRegion("Нагорный край")
		if err := w.BindGroup(w.ctx, owner, other, c.ID, true); !errors.Is(err, ErrConflict) {
			t.Errorf("a group of another region: %v", err)
		}
		private := w.newPerson("Кто-то").Chat
		if err := w.BindGroup(w.ctx, owner, other, private, true); !errors.Is(err, ErrConflict) {
			t.Errorf("a private chat: %v", err)
		}
		w.check(w.BindGroup(w.ctx, owner, other, w.group, true))
		if err := second(w.CreateRegion(w.ctx, owner, "Заречье", "Europe/Moscow", "ru", nil)); !errors.Is(err, ErrConflict) {
			t.Errorf("a second region of the name: %v", err)
		}
		if err := second(w.CreateRegion(w.ctx, owner, "Лунный край", "Moon/Crater", "ru", nil)); err == nil {
			t.Error("a time zone of the moon")
		}
		w.wantSound()
	})
}

func TestMigrateChat(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.assigned()
		w.deliver()
		waiting := w.incident()
		old := mustBe[Chat](t)(w.Chat(w.ctx, w.group)).Address
		// An update from the new address may come before the news of the migration.
		early := mustBe[Chat](t)(w.MeetChat(w.ctx, -900, Supergroup, "Администраторы", 4))
		sending := mustBe[Outgoing](t)(w.TakeOutgoing(w.ctx, w.group))
		for range 2 {
			w.check(w.MigrateChat(w.ctx, old, -900))
		}
		c := mustBe[Chat](t)(w.Chat(w.ctx, w.group))
		if c.Address != -900 || c.Kind != Supergroup || c.Purpose != AdminChat || c.ID == early.ID {
			t.Errorf("migrated as %+v", c)
		}
		want := []string{fmt.Sprintf("card №%d migrated", id), fmt.Sprintf("card №%d migrated", waiting)}
		if diff := cmp.Diff(want, w.outgoing(w.group)); diff != "" {
			t.Error(diff)
		}
		if lanes, err := w.Lanes(w.ctx); err != nil || len(lanes) != 1 || lanes[0].Address != -900 || lanes[0].Dirty != 0 {
			t.Errorf("lanes %+v (%v)", lanes, err)
		}
		// What was on the wire arrives after all: its buttons go.
		w.check(w.Sent(w.ctx, sending, 1, 500))
		if m := mustBe[Message](t)(w.Message(w.ctx, w.group, 1, 500)); m.State != Retired || m.Wanted <= m.Shown {
			t.Errorf("sent meanwhile: %+v", m)
		}
		w.wantLive(id, map[int64]string{w.group: "card", w.first.chat: "item"})
		w.check(w.MigrateChat(w.ctx, -12345, -12346)) // never met
	})
}

func TestInvites(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		invite := func(kind RoleKind, body, token string) {
			t.Helper()
			w.check(w.CreateInvite(w.ctx, w.admin, w.region, w.group, kind, body, token))
		}
		anna, boris := w.newPerson("Анна"), w.newPerson("Борис")
		w.deliver()
		invite(OfficialRole, "Минтранс", "t1")
		invite(OfficialRole, "Минтранс", "t1")
		if n := w.number(`SELECT count(*) FROM events WHERE kind = 'invited'`); n != 3 {
			t.Errorf("%d invitations in the journal, want the world's two and one", n)
		}
		if n := w.number(`SELECT count(*) FROM invites WHERE hash = 't1'`); n != 0 {
			t.Error("a token is stored as it is")
		}
		role, err := w.Join(w.ctx, "t1", anna.ID)
		w.check(err)
		if again, err := w.Join(w.ctx, "t1", anna.ID); err != nil || again != role {
			t.Errorf("opened again: %+v (%v), was %+v", again, err, role)
		}
		if err := second(w.Join(w.ctx, "t1", boris.ID)); !errors.Is(err, ErrConflict) {
			t.Errorf("used by another: %v", err)
		}
		if err := second(w.Join(w.ctx, "unknown", boris.ID)); !errors.Is(err, ErrNotFound) {
			t.Errorf("an unknown token: %v", err)
		}
		if diff := cmp.Diff([]string{"notice №0"}, w.outgoing(w.group)); diff != "" {
			t.Error(diff)
		}
		// An official who is invited to another body moves there.
		invite(OfficialRole, "Минздрав", "t2")
		moved, err := w.Join(w.ctx, "t2", anna.ID)
		w.check(err)
		if o := mustBe[Official](t)(w.Official(w.ctx, role.ID)); moved.ID != role.ID || o.BodyName != "Минздрав" {
			t.Errorf("moved as %+v to %s", moved, o.BodyName)
		}
		invite(StaffRole, "", "t3")
		staff, err := w.Join(w.ctx, "t3", anna.ID)
		w.check(err)
		if roles, err := w.Roles(w.ctx, anna.ID); err != nil || len(roles) != 2 || staff.Kind != StaffRole || staff.Body != 0 {
			t.Errorf("roles %+v (%v)", roles, err)
		}
		if list, err := w.Staff(w.ctx, w.region); err != nil || len(list) != 1 || list[0].ID != anna.ID {
			t.Errorf("staff %+v (%v)", list, err)
		}
		invite(OfficialRole, "Минтранс", "t4")
		s.Advance(inviteLife + time.Minute)
		if err := second(w.Join(w.ctx, "t4", boris.ID)); !errors.Is(err, ErrConflict) {
			t.Errorf("expired: %v", err)
		}
		// Who was removed does not come back by his old link.
		other := w.newRegion("Нагорный край")
		if err := w.EndRole(w.ctx, w.admin, other, role.ID); !errors.Is(err, ErrNotFound) {
			t.Errorf("removed by another region: %v", err)
		}
		invite(OfficialRole, "Минтранс", "t5")
		five, err := w.Join(w.ctx, "t5", boris.ID)
		w.check(err)
		w.check(w.EndRole(w.ctx, w.admin, w.region, five.ID))
		if err := second(w.Join(w.ctx, "t5", boris.ID)); !errors.Is(err, ErrConflict) {
			t.Errorf("back by the old link: %v", err)
		}
		invite(OfficialRole, "Минтранс", "t6")
		if back, err := w.Join(w.ctx, "t6", boris.ID); err != nil || back.ID == five.ID {
			t.Errorf("back by a new link: %+v (%v)", back, err)
		}
		w.wantSound()
	})
}

func TestInviteAtOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		w.check(w.CreateInvite(w.ctx, w.admin, w.region, w.group, StaffRole, "", "t"))
		var crowdOf []Person
		for range crowd {
			crowdOf = append(crowdOf, w.newPerson("Кто-то"))
		}
		won := 0
		for _, err := range atOnce(func(n int) error { return second(w.Join(w.ctx, "t", crowdOf[n].ID)) }) {
			if err == nil {
				won++
			} else if !errors.Is(err, ErrConflict) {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d people used one invite", won)
		}
	})
}

func TestDialogs(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.assigned()
		d := Dialog{Person: w.first.Person, Chat: w.first.chat, Kind: "answer", Incident: id, Data: "x"}
		w.check(w.OpenDialog(w.ctx, Dialog{Person: d.Person, Chat: d.Chat, Kind: "question"}))
		w.check(w.OpenDialog(w.ctx, d))
		got := mustBe[Dialog](t)(w.OpenedDialog(w.ctx, d.Person, d.Chat))
		if got.Kind != "answer" || got.Incident != id || got.Data != "x" || got.Since.IsZero() {
			t.Errorf("opened %+v", got)
		}
		s.Advance(DialogLife - time.Minute)
		mustBe[Dialog](t)(w.OpenedDialog(w.ctx, d.Person, d.Chat))
		s.Advance(2 * time.Minute)
		if err := second(w.OpenedDialog(w.ctx, d.Person, d.Chat)); !errors.Is(err, ErrNotFound) {
			t.Errorf("after a quarter of an hour: %v", err)
		}
		w.check(w.OpenDialog(w.ctx, d))
		w.check(w.CloseDialog(w.ctx, d.Person, d.Chat))
		w.check(w.CloseDialog(w.ctx, d.Person, d.Chat))
		if err := second(w.OpenedDialog(w.ctx, d.Person, d.Chat)); !errors.Is(err, ErrNotFound) {
			t.Errorf("after it was closed: %v", err)
		}
	})
}
