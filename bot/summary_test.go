package bot

import (
	"errors"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"otklik/bot/sandbox"
	"otklik/bot/texts"
	"otklik/storage"
)

// aSummary is a busy weekend of a region.
func aSummary(t *testing.T) summaryOf {
	t.Helper()
	z := zone(t, "Asia/Yekaterinburg")
	now := moment(t, z, "2026-11-23 09:00")
	p, err := readPeriod("", now)
	if err != nil {
		t.Fatal(err)
	}
	body := func(name string, answered, incidents int, median time.Duration) storage.BodyTimes {
		return storage.BodyTimes{Name: name, Incidents: incidents, Answers: storage.AnswerTimes{Count: answered, Median: median}}
	}
	return summaryOf{
		region: storage.Region{ID: 1, Name: "Заречный край & <область>", TimeZone: "Asia/Yekaterinburg"}, period: p, now: now,
		counts: storage.Summary{
			Registered: 214, Before: 194,
			States:  map[storage.State]int{storage.New: 12, storage.Dismissed: 40, storage.Assigned: 30, storage.Answered: 32, storage.Closed: 90, storage.Merged: 10},
			Reasons: map[string]int{"no_facts": 20, "insult": 15, "other": 5}, Overdue: 17,
			Topics: []storage.TopicCount{
				{Name: "Дороги: ямы, ремонт", Registered: 70, Before: 58}, {Name: "Снег, гололёд", Registered: 60, Before: 75}, {Name: "ЖКХ", Registered: 40, Before: 40},
				{Name: strings.Repeat("Очень длинная тема ", 10), Registered: 30}, {Name: "Мусор", Registered: 13, Before: 20}, {Name: "Другое", Registered: 1, Before: 1}, {Name: "Вода", Before: 3},
			},
			Answers: storage.AnswerTimes{Count: 120, Mean: 27*time.Hour + 17*time.Minute + 40*time.Second, Median: 125 * time.Minute}, AnswersBefore: storage.AnswerTimes{Count: 3, Median: 40 * time.Minute},
			Bodies: []storage.BodyTimes{
				body("Минтранс", 30, 34, 80*time.Minute), body(strings.Repeat("Администрация городского округа ", 9), 20, 20, 3*time.Hour), body("Водоканал", 11, 12, 26*time.Hour),
				body("Теплосеть", 5, 10, 49*time.Hour+time.Minute), body("Минздрав", 1, 50, 4*time.Minute), body("МЧС", 0, 10, 0),
			},
			LatePromises: 3,
		},
	}
}

func TestSummaryWords(t *testing.T) {
	words, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	quiet := aSummary(t)
	quiet.period, quiet.counts = period{midnight(quiet.now, 0), quiet.now}, storage.Summary{}
	for name, o := range map[string]summaryOf{"busy": aSummary(t), "quiet": quiet} {
		for _, lang := range texts.Languages {
			s := &speaker{words: words, lang: lang}
			text := html.UnescapeString(s.html("summary_text", o.words())) + "\n"
			if s.err != nil {
				t.Fatal(s.err)
			}
			if strings.Contains(s.html("summary_text", o.words()), "<b>") || strings.Count(text, "\n") > 36 || utf8.RuneCountInString(text) > 1500 {
				t.Errorf("%s in %s is no plain text of one screen:\n%s", name, lang, text)
			}
			golden := filepath.Join("testdata", "summary_"+name+"_"+lang+".txt")
			if *update {
				if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(golden, []byte(text), 0o644)); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), text); diff != "" {
				t.Errorf("%s; go test ./bot -update shows how:\n%s", golden, diff)
			}
		}
	}
}

// TestSummaryBars: whatever the zone and the length, each quarter of an hour
// stands in the piece that its day or hour belongs to, and nothing is lost.
func TestSummaryBars(t *testing.T) {
	for _, name := range []string{"UTC", "Asia/Kathmandu", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe"} {
		z := zone(t, name)
		for text, pieces := range map[string]int{"2026-03-29": 0, "2026-10-25": 0, "2026-03-05..2026-03-11": 7, "2026-10-01..2026-10-31": 31, "2026-01-15..2026-04-30": 16, "2025-01-15..2026-02-01": 14} {
			p, err := readPeriod(text, moment(t, z, "2026-11-24 18:00"))
			if err != nil {
				t.Fatal(err)
			}
			starts := p.columns()
			if pieces == 0 {
				pieces = int(p.to.Sub(p.from) / time.Hour)
			}
			if len(starts) != pieces || !starts[0].Equal(p.from) {
				t.Errorf("%s, %s: %d pieces from %v, want %d", name, text, len(starts), starts[0], pieces)
			}
			var quarters []storage.Quarter
			want := make([]int, len(starts))
			at := 0
			for q := p.from; q.Before(p.to); q = q.Add(15 * time.Minute) {
				for at+1 < len(starts) && !q.Before(starts[at+1]) {
					at++
				}
				quarters = append(quarters, storage.Quarter{From: q.UTC(), State: storage.Merged, Count: 1})
				want[at]++
			}
			var got []int
			for _, b := range p.bars(quarters, func(time.Time) string { return "" }) {
				got = append(got, sum(b.Values))
				if b.Values[len(b.Values)-1] != sum(b.Values) {
					t.Errorf("%s, %s: a state stands among others: %v", name, text, b.Values)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", name, text, diff)
			}
		}
	}
}

func TestShownStatesAreAll(t *testing.T) {
	seen := map[storage.State]int{}
	for _, states := range shownStates {
		for _, s := range states {
			seen[s]++
		}
	}
	for _, s := range []storage.State{storage.New, storage.Assigned, storage.Answered, storage.Closed, storage.Dismissed, storage.Merged} {
		if seen[s] != 1 {
			t.Errorf("%s is shown %d times", s, seen[s])
		}
	}
	if len(shownStates) != len(stateColors) {
		t.Error("each group of states has its colour")
	}
}

func TestShare(t *testing.T) {
	for _, c := range []struct {
		part, whole int
		want        string
	}{{0, 0, "0"}, {0, 5, "0"}, {5, 5, "100"}, {1, 3, "33"}, {2, 3, "67"}, {1, 1000, "<1"}, {999, 1000, ">99"}} {
		if got := share(c.part, c.whole); got != c.want {
			t.Errorf("%d of %d: %s, want %s", c.part, c.whole, got, c.want)
		}
	}
}

// figures are the numbers of a summary's lines by what stands before them.
func figures(text string) map[string]int {
	out := map[string]int{}
	for _, m := range regexp.MustCompile(`(?m)^(?:• )?([^:—\n]+?)(?:: | — )(\d+)`).FindAllStringSubmatch(text, -1) {
		out[m[1]], _ = strconv.Atoi(m[2])
	}
	return out
}

// TestSummaryJourney: the group and the staff get a picture and a text that
// adds up; nobody else gets anything.
func TestSummaryJourney(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		first := o.complaint("На улице Ленина яма")
		o.complaint("И вторая яма")
		o.press(o.admin, o.card(first), "→")

		o.admin.Say(o.group, "/summary сегодня")
		o.settle()
		text := o.show(o.group, "Сводка: Заречный край")
		o.want(say(text), "[Сегодня] [Вчера]", "[7 дней] [30 дней]", "00:00 – ")
		if f := figures(text.Text); f["Поступило"] != 2 || f["Не разобрано"] != 1 || f["Назначено"] != 1 || f["Дороги"] != 2 {
			t.Errorf("the numbers are %v of\n%s", f, text.Text)
		}
		pictures := func(c *sandbox.Chat) (n int) {
			for _, m := range c.Messages() {
				if len(m.Photo) > 0 {
					n++
				}
			}
			return n
		}
		if n := pictures(o.group); n != 1 {
			t.Errorf("%d pictures", n)
		}
		o.press(o.deputy, text, "Вчера")
		o.settle()
		if f := figures(o.show(o.group, "24:00", "Поступило").Text); f["Поступило"] != 0 {
			t.Errorf("yesterday: %v", f)
		}
		if n := pictures(o.group); n != 2 {
			t.Errorf("%d pictures after a press", n)
		}
		o.admin.Say(o.group, "/summary 40.13")
		o.settle()
		o.show(o.group, "Не понял, за какой период")

		o.official.Say(o.official.Chat(), "/summary")
		o.settle()
		o.absent(o.official.Chat(), "Поступило")

		staff := o.telegram.Person("Вера Смирнова", "ru")
		staff.Start("")
		o.staff(staff, o.region)
		staff.Say(staff.Chat(), "/help")
		o.settle()
		if keys, _ := staff.Chat().Keyboard(); keys == nil || keys.Keyboard[0][0].Text != "Сводка" {
			t.Errorf("the staff's keys are %v", keys)
		}
		staff.Say(staff.Chat(), "Сводка")
		o.settle()
		o.show(staff.Chat(), "Сводка: Заречный край")
		if n := pictures(staff.Chat()); n != 1 {
			t.Errorf("%d pictures for the staff", n)
		}

		other, _ := o.newRegion("Лесной край", "ru", o.telegram.Supergroup("Лесной край", o.admin))
		o.staff(staff, other)
		staff.Say(staff.Chat(), "/summary неделя")
		o.settle()
		o.press(staff, o.show(staff.Chat(), "По какому региону?"), "Лесной")
		o.settle()
		if f := figures(o.show(staff.Chat(), "Сводка: Лесной край").Text); f["Поступило"] != 0 {
			t.Errorf("another region's numbers: %v", f)
		}
	})
}

// staff makes a person one of the governor's staff.
func (o *office) staff(p *sandbox.Person, region int64) {
	o.t.Helper()
	ctx := o.t.Context()
	chat, err := o.store.MeetChat(ctx, p.ID(), storage.Private, p.Name(), 0)
	o.must(err)
	person, err := o.store.MeetPerson(ctx, p.ID(), p.Name(), "ru", chat.ID)
	o.must(err)
	r, err := o.store.Region(ctx, region)
	o.must(err)
	token := "staff-" + r.Name
	o.must(o.store.CreateInvite(ctx, storage.Actor{Kind: storage.Administrator}, region, r.Chat, storage.StaffRole, "", token))
	_, err = o.store.Join(ctx, token, person.ID)
	o.must(err)
}
