package suggest

import (
	"slices"
	"strings"
	"testing"

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
