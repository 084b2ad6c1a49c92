package monitor

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"otklik/storage"
)

// pit is a complaint long enough to be compared by its pieces.
const pit = "В Заречном на ул. Садовой, д. 12 третий месяц яма во всю дорогу, скорая объезжает её по тротуару, просим засыпать."

// intakeLine is a line for the intake; its id makes it a post of its own.
func intakeLine(id, source, text string) string {
	return fmt.Sprintf(`{"url":"https://news.example/%s","text":%q,"source":{"url":"https://fake.example/%s"}}`, id, text, source)
}

// toldIncidents gives lines to the intake and returns the incidents of each.
func toldIncidents(t *testing.T, m *Monitor, lines ...string) [][]int64 {
	t.Helper()
	code, a := post(t, m, strings.Join(lines, "\n"))
	if code != 200 || len(a.Results) != len(lines) {
		t.Fatalf("status %d, results %+v", code, a)
	}
	var list [][]int64
	for _, r := range a.Results {
		list = append(list, r.Incidents)
	}
	return list
}

// Which texts join the incident of the first one, which are only offered, and
// which are nothing to it.
func TestWhatSaysTheSameJoins(t *testing.T) {
	const joins, offered, apart = "joins", "is offered", "stands apart"
	for _, c := range []struct{ name, first, second, source, want string }{
		{"a copy from another source", pit, pit, "b", joins},
		{"a copy with a greeting, in capitals", pit, "Перепост! " + strings.ToUpper(pit), "b", joins},
		{"another house", pit, strings.Replace(pit, "12", "14", 1), "b", offered},
		{"another street", pit, strings.Replace(pit, "Садовой", "Лесной", 1), "b", offered},
		{"the same trouble in other words", pit, "Заречный: машины прыгают по ямам возле Садовой 12, когда наконец положат асфальт, сколько можно терпеть?", "b", apart},
		{"what is masked tells apart", pit + " Тел. 8 912 345-67-89", pit + " Тел. 8 912 345-67-89", "b", joins},
		{"a short text where it was said", "Яма в Заречном!", "яма в заречном", "a", joins},
		{"a short text elsewhere", "Яма в Заречном!", "яма в заречном", "b", apart},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := open(t)
			addRegion(t, store, "Край", "Заречный")
			m := watching(t, store, Config{IntakeToken: intakeToken}, newFake("fake"))
			first := toldIncidents(t, m, intakeLine("1", "a", c.first))[0][0]
			second := toldIncidents(t, m, intakeLine("2", c.source, c.second))[0][0]
			proposal, _ := store.Proposal(t.Context(), second)
			got := apart
			switch {
			case first == second:
				got = joins
			case proposal.Other.ID == first:
				got = offered
			}
			if got != c.want {
				t.Errorf("it %s, want: it %s", got, c.want)
			}
		})
	}
}

// Copies in one batch, and those that two sources bring at one moment, are one
// incident.
func TestCopiesOfOneMomentAreOneIncident(t *testing.T) {
	store := open(t)
	region := addRegion(t, store, "Край", "Заречный")
	m := watching(t, store, Config{IntakeToken: intakeToken}, newFake("fake"))
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			toldIncidents(t, m, intakeLine(fmt.Sprint(n, "a"), "a", pit), intakeLine(fmt.Sprint(n, "b"), "b", pit))
		})
	}
	all.Wait()
	list := incidents(t, store, region)
	if len(list) != 1 || list[0].Posts != 16 {
		t.Errorf("%d incidents, the first of %d posts; want one of 16", len(list), list[0].Posts)
	}
}

// Each region has its own: a text of one joins nothing in another, and a text of
// both is compared in both.
func TestRegionsCompareTheirOwn(t *testing.T) {
	store := open(t)
	here, there := addRegion(t, store, "Край", "Заречный"), addRegion(t, store, "Область", "Нагорный")
	m := watching(t, store, Config{IntakeToken: intakeToken}, newFake("fake"))
	both := strings.Replace(pit, "В Заречном", "В Заречном и Нагорном", 1)
	toldIncidents(t, m, intakeLine("1", "a", pit))
	if second := toldIncidents(t, m, intakeLine("2", "a", both))[0]; len(second) != 2 {
		t.Fatalf("incidents %v", second)
	}
	third := toldIncidents(t, m, intakeLine("3", "a", strings.Replace(pit, "В Заречном", "В Нагорном", 1)))[0]
	if h, th := incidents(t, store, here), incidents(t, store, there); len(h) != 1 || h[0].Posts != 2 || len(th) != 1 || th[0].Posts != 2 || th[0].ID != third[0] {
		t.Errorf("here %+v, there %+v", h, th)
	}
}

// A monitor that starts anew knows what the last one knew, as it stands now: the
// text that was edited is the new one.
func TestTextsAreKnownAfterARestart(t *testing.T) {
	const other = "Заречный: яма у школы затоплена, дети идут по проезжей части, уберите воду и поставьте ограждение."
	for _, restart := range []bool{false, true} {
		store := open(t)
		region := addRegion(t, store, "Край", "Заречный")
		fake := newFake("fake")
		m := watching(t, store, Config{IntakeToken: intakeToken}, fake)
		set, key := mustRules(t, m)
		save := func(fate storage.Fate, text string) {
			t.Helper()
			item := Item{Post: storage.Post{Network: "fake", ExternalID: "1", Text: text}, Fate: fate}
			f := m.match(set, m.prepare(item, key), item.Text, nil)
			f.tell(item)
			if _, _, err := m.file(t.Context(), set, nil, []prepared{f}); err != nil {
				t.Fatal(err)
			}
		}
		save("", pit)
		save(storage.PostEdited, other)
		if restart {
			m = watching(t, store, Config{IntakeToken: intakeToken}, fake)
		}
		got := toldIncidents(t, m, intakeLine("2", "a", other), intakeLine("3", "a", pit))
		list := incidents(t, store, region)
		if len(list) != 2 || got[0][0] == got[1][0] {
			t.Errorf("restarted %v: %d incidents, %v; want the copy of the new text to join and that of the old one not", restart, len(list), got)
		}
	}
}

// What was said more than 30 days ago is said anew.
func TestOldTextsAreForgotten(t *testing.T) {
	for age, want := range map[time.Duration]int{twinAge - time.Hour: 1, twinAge + time.Hour: 2} {
		for _, restart := range []bool{false, true} {
			store := open(t)
			region := addRegion(t, store, "Край", "Заречный")
			m := watching(t, store, Config{IntakeToken: intakeToken}, newFake("fake"))
			toldIncidents(t, m, intakeLine("1", "a", pit))
			store.Advance(age)
			if restart {
				m = watching(t, store, Config{IntakeToken: intakeToken}, newFake("fake"))
			}
			toldIncidents(t, m, intakeLine("2", "a", pit))
			if n := len(incidents(t, store, region)); n != want {
				t.Errorf("after %v, restarted %v: %d incidents, want %d", age, restart, n, want)
			}
		}
	}
}

// A comment that quotes its post complains for itself.
func TestCommentIsNoCopyOfItsPost(t *testing.T) {
	store := open(t)
	region := addRegion(t, store, "Край", "Заречный")
	m := watching(t, store, Config{IntakeToken: intakeToken}, newFake("fake"))
	comment := fmt.Sprintf(`{"kind":"comment","url":"https://vk.com/wall-1_2?reply=3","parent_url":"https://vk.com/wall-1_2","text":%q}`, pit)
	toldIncidents(t, m, fmt.Sprintf(`{"url":"https://vk.com/wall-1_2","text":%q}`, pit), comment)
	if n := len(incidents(t, store, region)); n != 2 {
		t.Errorf("%d incidents, want 2", n)
	}
}

// mustRules are the rules and the key that posts are prepared with.
func mustRules(t *testing.T, m *Monitor) (*ruleset, []byte) {
	t.Helper()
	set, err := m.currentRules(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	key, err := m.store.AuthorKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return set, key
}
