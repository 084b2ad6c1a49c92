package rules

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/russian"
)

// keys are what a word of a rule looks for: whole forms, stems, a beginning.
type keys struct {
	forms  []string
	stems  []string
	prefix string
}

// irregular are short words of complaints whose forms no ending explains.
var irregular = map[string][]string{
	"лед":     {"льда", "льду", "льдом", "льде", "льды", "льдов", "льдами"},
	"пес":     {"пса", "псу", "псом", "псе", "псы", "псов", "псам", "псами", "псах"},
	"день":    {"дня", "дню", "днем", "дне", "дни", "дней", "дням", "днями", "днях"},
	"пень":    {"пня", "пню", "пнем", "пне", "пни", "пней", "пням", "пнями", "пнях"},
	"год":     {"лет"},
	"человек": {"люди", "людей", "людям", "людьми", "людях"},
	"ребенок": {"дети", "детей", "детям", "детьми", "детях"},
	"окно":    {"окон"},
	"дно":     {"дна", "дну", "дном", "дне"},
	"идти":    {"иду", "идет", "идут", "идем", "шел", "шла", "шло", "шли"},
	"течь":    {"течет", "текут", "текла", "тек", "текло", "текли"},
	"жечь":    {"жжет", "жгут", "жгли", "жег", "жгла"},
	"ждать":   {"жду", "ждет", "ждем", "ждут", "ждали", "ждал", "ждала"},
	"есть":    {"есть"},
	"нет":     {"нету"},
}

// shortEndings are those of nouns and adjectives. A stem of three letters or
// fewer says too little by itself: «вод» would find «водить».
var shortEndings = []string{
	"", "а", "я", "ы", "и", "у", "ю", "о", "е", "ь", "й", "ой", "ей", "ою", "ею", "ом", "ем", "ам", "ям",
	"ами", "ями", "ах", "ях", "ов", "ев", "ью", "ый", "ий", "ая", "яя", "ое", "ее", "ые", "ие", "ого", "его",
	"ому", "ему", "ым", "им", "ую", "юю", "ых", "их", "ыми", "ими",
}

// verbEndings mark the words whose stem is kept, however short.
var verbEndings = []string{"ть", "ти", "чь", "ет", "ит", "ют", "ут", "ат", "ят", "ся", "сь"}

// shortStem is the longest stem that is not trusted alone, in letters.
const shortStem = 3

// keysOf expands a word of a rule. A word of up to three letters that is no
// known noun means itself.
func keysOf(w Word) keys {
	text := foldWord(w.Text)
	switch {
	case w.Form == Beginning:
		return keys{prefix: text}
	case w.Form == ThisForm || !inflected(text):
		return keys{forms: []string{text}}
	}
	k := keys{forms: append([]string{text}, irregular[text]...)}
	if !noun(text) {
		return k
	}
	s := stem(text)
	k.forms = append(k.forms, endings(withoutVowel(text))...)
	switch {
	case utf8.RuneCountInString(s) > shortStem || endsIn(text, verbEndings):
		k.stems = append(k.stems, s)
	case slices.Contains(shortEndings, strings.TrimPrefix(text, s)):
		k.forms = append(k.forms, endings(s)...)
	}
	k.stems = append(k.stems, fleeting(text)...)
	return k
}

// withoutVowel drops the last letter if endings replace it.
func withoutVowel(text string) string {
	last, size := utf8.DecodeLastRuneInString(text)
	if strings.ContainsRune("аеиоуыьюяй", last) {
		return text[:len(text)-size]
	}
	return text
}

// endings gives the base with every ending.
func endings(base string) []string {
	if utf8.RuneCountInString(base) < 2 {
		return nil
	}
	var out []string
	for _, ending := range shortEndings {
		if form := base + ending; !particles[form] {
			out = append(out, form)
		}
	}
	return out
}

// noun tells a word that has forms («яма», «газ») from a particle («не»).
func noun(text string) bool {
	return utf8.RuneCountInString(text) >= 3 && !particles[text]
}

// particles never take endings.
var particles = map[string]bool{
	"не": true, "нет": true, "где": true, "для": true, "без": true, "под": true, "над": true, "при": true,
	"про": true, "как": true, "что": true, "так": true, "там": true, "тут": true, "уже": true, "еще": true,
	"или": true, "это": true, "они": true, "она": true, "мне": true, "вам": true, "нам": true, "все": true,
	"всё": true, "мог": true, "есть": true, "был": true, "раз": true, "сам": true, "кто": true, "три": true,
	"два": true, "две": true, "ни": true, "из": true, "после": true, "очень": true, "когда": true, "днем": true,
}

// fleeting gives the stems that a vowel which comes and goes makes: «свалка»,
// «свалок»; «поселок», «поселка».
func fleeting(text string) []string {
	for _, ending := range []string{"ька", "йка", "ка", "ко"} {
		if base, ok := strings.CutSuffix(text, ending); ok && utf8.RuneCountInString(base) >= 3 {
			return []string{stem(base + "ок"), stem(base + "ек")}
		}
	}
	for _, pair := range [][2]string{{"шек", "шка"}, {"чек", "чка"}, {"ек", "ька"}, {"ок", "ка"}, {"ец", "ца"}} {
		if base, ok := strings.CutSuffix(text, pair[0]); ok && utf8.RuneCountInString(base) >= 3 {
			return []string{stem(base + pair[1])}
		}
	}
	return nil
}

func endsIn(text string, endings []string) bool {
	for _, ending := range endings {
		if strings.HasSuffix(text, ending) {
			return true
		}
	}
	return false
}

// inflected tells whether the word is Russian all through.
func inflected(text string) bool {
	for _, r := range text {
		if !cyrillic(r) {
			return false
		}
	}
	return utf8.RuneCountInString(text) <= MaxWord
}

// stem cuts the ending of a folded word.
func stem(word string) string {
	env := snowballstem.NewEnv(word)
	russian.Stem(env)
	return env.Current()
}
