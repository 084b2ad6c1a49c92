// Package texts holds every word that is said to a person, in Russian and in
// English: one template a message in ru.html and en.html, with the same names
// in both. A template makes Telegram HTML; what comes from outside is escaped
// by html/template.
package texts

import (
	"embed"
	"fmt"
	"html"
	"html/template"
	"slices"
	"strings"
)

//go:embed ru.html en.html
var files embed.FS

// Languages are those that every message is written in; the first is spoken to
// whoever asks for another.
var Languages = []string{"ru", "en"}

// Words are the parsed templates of all languages. Make them with Load; they
// are safe for use by many goroutines.
type Words struct {
	languages map[string]*template.Template
}

// Load reads the words that are built in.
func Load() (*Words, error) {
	w := &Words{languages: map[string]*template.Template{}}
	for _, lang := range Languages {
		t, err := template.New(lang).Funcs(functions(lang)).ParseFS(files, lang+".html")
		if err != nil {
			return nil, fmt.Errorf("read the words of %s: %w", lang, err)
		}
		w.languages[lang] = t
	}
	return w, nil
}

// Say makes the message of that name in a language, as Telegram HTML without
// space around it.
func (w *Words) Say(lang, name string, data any) (string, error) {
	var b strings.Builder
	if err := w.language(lang).ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("say %s in %s: %w", name, lang, err)
	}
	return strings.TrimSpace(b.String()), nil
}

// Plain makes a message for a place that knows no markup: a button, a toast,
// the placeholder of an input field. Space of any kind becomes one blank.
func (w *Words) Plain(lang, name string, data any) (string, error) {
	text, err := w.Say(lang, name, data)
	return strings.Join(strings.Fields(html.UnescapeString(text)), " "), err
}

// Has tells whether there is a message of that name.
func (w *Words) Has(name string) bool {
	return w.language("").Lookup(name) != nil
}

// Names are the names of all messages of a language, sorted.
func (w *Words) Names(lang string) []string {
	var names []string
	for _, t := range w.language(lang).Templates() {
		// Names with a dollar are what html/template derives for itself.
		if t.Name() != lang && t.Name() != lang+".html" && !strings.Contains(t.Name(), "$") {
			names = append(names, t.Name())
		}
	}
	slices.Sort(names)
	return names
}

func (w *Words) language(lang string) *template.Template {
	if t, ok := w.languages[lang]; ok {
		return t
	}
	return w.languages[Languages[0]]
}
