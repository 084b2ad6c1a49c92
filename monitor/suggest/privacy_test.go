package suggest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"otklik/storage"
)

// TestNeverTheAuthor: who wrote it and where changes nothing; what was written
// does.
func TestNeverTheAuthor(t *testing.T) {
	models := map[string]string{}
	for name, change := range map[string]func(*storage.Post){
		"as it is": func(*storage.Post) {},
		"author":   func(p *storage.Post) { p.AuthorHash = []byte{byte(p.Text[3]), 2} },
		"source": func(p *storage.Post) {
			p.SourceName, p.SourceURL, p.Network = "Страница жителя", "https://vk.com/resident", "ok"
		},
		"parent": func(p *storage.Post) { p.ParentText = "Иванов Иван пишет" },
		"text":   func(p *storage.Post) { p.Text += " подъезд" },
	} {
		o := newOffice(t)
		a := New(o.Store)
		for i := range 9 {
			o.assign(o.file(a, complaint(o.rng, i%3, 0), change), i%3)
		}
		o.learn(a)
		models[name] = o.model(a)
	}
	for name, model := range models {
		if same := model == models["as it is"]; same != (name != "text") {
			t.Errorf("another %s: the same model: %v", name, same)
		}
	}
}

// TestModelHasNoWords: a model stays when the texts that taught it go, and
// has none of their words.
func TestModelHasNoWords(t *testing.T) {
	o := newOffice(t)
	a := New(o.Store)
	o.teach(a, 9, itself)
	data := []byte(o.model(a))
	m, err := decode(data)
	o.check(err)
	c := &codec{}
	c.model(m)
	for _, word := range slices.Concat(kinds[0], filler) {
		if slices.ContainsFunc([]string{string(c.out), string(data)}, func(s string) bool { return strings.Contains(s, word) }) {
			t.Errorf("the model has the word %s", word)
		}
	}
}

// TestWordsGoWithTheTexts: the lessons of an incident are remembered until its
// texts are erased, in the stored model too; those of a labelled file are not.
func TestWordsGoWithTheTexts(t *testing.T) {
	o := newOffice(t)
	a := New(o.Store)
	remembered := func() (incidents []int64) {
		t.Helper()
		stored, err := o.SuggestionModel(t.Context(), o.region)
		o.check(err)
		m, err := decode(stored.Data)
		o.check(err)
		if now := a.regions[o.region]; len(now.recent) != len(m.recent) {
			t.Errorf("%d lessons are remembered, %d are stored", len(now.recent), len(m.recent))
		}
		for _, l := range m.recent {
			if !slices.Contains(incidents, l.incident) {
				incidents = append(incidents, l.incident)
			}
		}
		return incidents
	}
	dismissed, open := o.complain(a, 0), o.complain(a, 1)
	_, err := o.Dismiss(t.Context(), admin, dismissed, "no_problem", "")
	o.check(err)
	o.assign(open, 1)
	pass := func(d time.Duration) {
		o.Advance(d)
		o.check(o.Upkeep(t.Context(), storage.Keeping{Texts: 24 * time.Hour}))
		o.learn(a)
	}
	o.learn(a)
	pass(soon)
	if got := remembered(); !slices.Equal(got, []int64{dismissed, open}) {
		t.Errorf("before the texts go %v are remembered", got)
	}
	taught := a.regions[o.region].heads[reasonHead].lessons()
	pass(25 * time.Hour)
	if got := remembered(); !slices.Equal(got, []int64{open}) {
		t.Errorf("after the text of %d went %v are remembered", dismissed, got)
	}
	if n := a.regions[o.region].heads[reasonHead].lessons(); n != taught || n != 2 {
		t.Errorf("%d lessons were learned, %d are left", taught, n)
	}
	w, err := a.Warm(t.Context(), o.region, []Row{{Case: Case{Text: complaint(o.rng, 2, 0)}, Body: "Минтранс"}})
	o.check(err)
	if got := remembered(); w.Learned != 1 || !slices.Equal(got, []int64{open}) {
		t.Errorf("after %d rows of a file %v are remembered", w.Learned, got)
	}
}
