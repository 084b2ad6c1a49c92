package monitor

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// X finds words only as they are written, so a place is searched for by the
// forms of its name. They are made by the endings of Russian place names, case
// by case; what an ending does not tell («Ярославль» and «Пермь») has the forms
// of both kinds. A name that takes no endings means itself.

// xCases are the forms of a word or a name: nominative, genitive, dative,
// accusative, instrumental, prepositional.
type xCases [6]string

// same is a word that has one form.
func same(word string) xCases { return xCases{word, word, word, word, word, word} }

// xPattern are the endings of words that end in one of some ways.
type xPattern struct {
	ends    string    // by a space
	cut     int       // letters that endings replace
	endings [6]string // in the order of the cases
}

// xPatterns of adjectives, then of nouns; the first that fits is taken.
var (
	xAdjectives = []xPattern{
		{"жий ший чий щий", 2, [6]string{"ий", "его", "ему", "ий", "им", "ем"}},
		{"гий кий хий", 2, [6]string{"ий", "ого", "ому", "ий", "им", "ом"}},
		{"ний", 2, [6]string{"ий", "его", "ему", "ий", "им", "ем"}},
		{"ый", 2, [6]string{"ый", "ого", "ому", "ый", "ым", "ом"}},
		{"гой кой хой жой шой", 2, [6]string{"ой", "ого", "ому", "ой", "им", "ом"}},
		{"ой", 2, [6]string{"ой", "ого", "ому", "ой", "ым", "ом"}},
		{"жая шая чая щая", 2, [6]string{"ая", "ей", "ей", "ую", "ей", "ей"}},
		{"ая", 2, [6]string{"ая", "ой", "ой", "ую", "ой", "ой"}},
		{"няя", 2, [6]string{"яя", "ей", "ей", "юю", "ей", "ей"}},
		{"гое кое хое", 2, [6]string{"ое", "ого", "ому", "ое", "им", "ом"}},
		{"шое жое", 2, [6]string{"ое", "ого", "ому", "ое", "им", "ом"}},
		{"ое", 2, [6]string{"ое", "ого", "ому", "ое", "ым", "ом"}},
		{"нее жее шее чее щее", 2, [6]string{"ее", "его", "ему", "ее", "им", "ем"}},
		{"ые", 2, [6]string{"ые", "ых", "ым", "ые", "ыми", "ых"}},
		{"гие кие хие ние жие шие чие щие", 2, [6]string{"ие", "их", "им", "ие", "ими", "их"}},
	}
	xNouns = []xPattern{
		{"лец", 2, [6]string{"ец", "ьца", "ьцу", "ец", "ьцом", "ьце"}},
		{"ец", 2, [6]string{"ец", "ца", "цу", "ец", "цом", "це"}},
		{"сток", 0, [6]string{"", "а", "у", "", "ом", "е"}},
		{"ок", 2, [6]string{"ок", "ка", "ку", "ок", "ком", "ке"}},
		{"ёк", 2, [6]string{"ёк", "ька", "ьку", "ёк", "ьком", "ьке"}},
		{"ж ш ч щ", 0, [6]string{"", "а", "у", "", "ем", "е"}},
		{"ц", 0, [6]string{"", "а", "у", "", "ем", "е"}},
		{"ий", 1, [6]string{"й", "я", "ю", "й", "ем", "и"}},
		{"й", 1, [6]string{"й", "я", "ю", "й", "ем", "е"}},
		{"б в г д з к л м н п р с т ф х", 0, [6]string{"", "а", "у", "", "ом", "е"}},
		{"ия", 1, [6]string{"я", "и", "и", "ю", "ей", "и"}},
		{"я", 1, [6]string{"я", "и", "е", "ю", "ей", "е"}},
		{"га ка ха", 1, [6]string{"а", "и", "е", "у", "ой", "е"}},
		{"жа ша ча ща", 1, [6]string{"а", "и", "е", "у", "ей", "е"}},
		{"ца", 1, [6]string{"а", "ы", "е", "у", "ей", "е"}},
		{"а", 1, [6]string{"а", "ы", "е", "у", "ой", "е"}},
		{"ие", 1, [6]string{"е", "я", "ю", "е", "ем", "и"}},
		{"ье ьё", 1, [6]string{"е", "я", "ю", "е", "ем", "е"}},
		{"ще це", 1, [6]string{"е", "а", "у", "е", "ем", "е"}},
		{"ле ре", 1, [6]string{"е", "я", "ю", "е", "ем", "е"}},
		{"о", 1, [6]string{"о", "а", "у", "о", "ом", "е"}},
		{"ики ники", 1, [6]string{"и", "ов", "ам", "и", "ами", "ах"}},
		{"жи ши чи щи", 1, [6]string{"и", "ей", "ам", "и", "ами", "ах"}},
		{"ки", 2, [6]string{"ки", "ок", "кам", "ки", "ками", "ках"}},
		{"цы", 2, [6]string{"цы", "цев", "цам", "цы", "цами", "цах"}},
		{"ы", 1, [6]string{"ы", "", "ам", "ы", "ами", "ах"}},
	}
	// xSoft are the two kinds of words that end in ь.
	xSoft = [2][6]string{{"ь", "и", "и", "ь", "ью", "и"}, {"ь", "я", "ю", "ь", "ем", "е"}}
	// xOther are the genitives that some plural names have: «Мытищ», «Челнов».
	xOther = map[string][6]string{
		"щи": {"", "щ"}, "чи": {"", "ч"}, "ши": {"", "ш"}, "ны": {"", "нов"},
	}
)

func (p xPattern) of(word string) (xCases, bool) {
	for end := range strings.FieldsSeq(p.ends) {
		if !strings.HasSuffix(word, end) || utf8.RuneCountInString(word) <= utf8.RuneCountInString(end) {
			continue
		}
		runes := []rune(word)
		stem := string(runes[:len(runes)-p.cut])
		var out xCases
		for i, ending := range p.endings {
			out[i] = stem + ending
		}
		return out, true
	}
	return xCases{}, false
}

func xFirst(patterns []xPattern, word string) (xCases, bool) {
	for _, p := range patterns {
		if cases, ok := p.of(word); ok {
			return cases, true
		}
	}
	return xCases{}, false
}

// xDeclined are the forms of one word, one list of cases for each kind that it
// may be of.
func xDeclined(word string) []xCases {
	if utf8.RuneCountInString(word) < 3 || strings.ContainsFunc(word, func(r rune) bool { return !unicode.Is(unicode.Cyrillic, r) }) {
		return []xCases{same(word)}
	}
	if cases, ok := xFirst(xAdjectives, word); ok {
		return []xCases{cases}
	}
	if base, ok := strings.CutSuffix(word, "ь"); ok {
		var out []xCases
		for _, endings := range xSoft {
			var cases xCases
			for i, ending := range endings {
				cases[i] = base + ending
			}
			out = append(out, cases)
		}
		return out
	}
	if cases, ok := xFirst(xNouns, word); ok {
		out := []xCases{cases}
		for end, other := range xOther {
			if base, ok := strings.CutSuffix(word, end); ok {
				second := cases
				second[1] = base + other[1]
				out = append(out, second)
			}
		}
		return out
	}
	return []xCases{same(word)}
}

// xAdjective says that a word agrees with the noun beside it.
func xAdjective(word string) bool {
	_, ok := xFirst(xAdjectives, word)
	return ok
}

// xHyphened are the forms of a word with hyphens: «Ростов-на-Дону» changes at
// its beginning, «Усть-Илимск» at its end, «Каменск-Уральский» at both.
func xHyphened(word string) []xCases {
	parts := strings.Split(word, "-")
	if len(parts) == 1 {
		return xDeclined(word)
	}
	changes := make([]bool, len(parts))
	switch last := len(parts) - 1; {
	case slices.ContainsFunc(parts, func(p string) bool { return p == "на" || p == "в" || p == "под" || p == "у" }):
		changes[0] = true
	default:
		changes[last] = true
		_, noun := xFirst(xNouns, parts[0])
		changes[0] = xAdjective(parts[last]) && noun && !xAdjective(parts[0])
	}
	return xZipped(parts, changes, "-")
}

// xZipped joins the forms of words case by case. Of a word with two kinds both
// are taken, the others go with each.
func xZipped(words []string, changes []bool, sep string) []xCases {
	out := []xCases{{}}
	for i, word := range words {
		kinds := []xCases{same(word)}
		if changes[i] {
			if sep == "-" {
				kinds = xDeclined(word)
			} else {
				kinds = xHyphened(word)
			}
		}
		var next []xCases
		for _, left := range out {
			for _, kind := range kinds {
				var joined xCases
				for c := range joined {
					joined[c] = left[c] + kind[c]
					if i > 0 {
						joined[c] = left[c] + sep + kind[c]
					}
				}
				next = append(next, joined)
			}
		}
		out = next
	}
	return out
}

// xHeads are words that name what a place is; what follows them does not change
// unless it agrees with them.
var xHeads = map[string]bool{
	"улица": true, "село": true, "деревня": true, "город": true, "посёлок": true, "поселок": true, "станица": true, "хутор": true, "аул": true,
	"район": true, "микрорайон": true, "площадь": true, "проспект": true, "переулок": true, "бульвар": true, "станция": true, "озеро": true,
	"река": true, "квартал": true, "парк": true, "остров": true, "совхоз": true, "колхоз": true, "набережная": true, "шоссе": true,
}

// xForms are the forms of a place's name, the name itself first, without those
// that come twice. ё is also written е.
func xForms(name string) []string {
	words := xNameWords(name)
	if len(words) == 0 {
		return nil
	}
	changes := make([]bool, len(words))
	for i := range words {
		changes[i] = true
	}
	if len(words) > 1 && xHeads[words[0]] {
		for i := 1; i < len(words); i++ {
			changes[i] = xAdjective(words[i])
		}
	}
	var forms []string
	for _, cases := range xZipped(words, changes, " ") {
		forms = append(forms, cases[:]...)
	}
	if len(words) == 1 && !strings.Contains(words[0], "-") {
		forms = append(forms, xFleeting(words[0])...)
	}
	var out []string
	for _, form := range forms {
		for _, spelt := range []string{form, strings.ReplaceAll(form, "ё", "е")} {
			if !slices.Contains(out, spelt) {
				out = append(out, spelt)
			}
		}
	}
	return out
}

// xFleeting are the forms of «Городок» if its vowel does not go.
func xFleeting(word string) (out []string) {
	if strings.HasSuffix(word, "ок") && !strings.HasSuffix(word, "сток") {
		for _, ending := range []string{"а", "у", "ом", "е"} {
			out = append(out, word+ending)
		}
	}
	return out
}

// xNameWords are the words of a name, in lower case, with the hyphens inside.
func xNameWords(name string) (out []string) {
	for w := range strings.FieldsFuncSeq(strings.ToLower(name), func(r rune) bool { return r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		var parts []string
		for part := range strings.SplitSeq(w, "-") {
			if part != "" {
				parts = append(parts, part)
			}
		}
		if len(parts) > 0 {
			out = append(out, strings.Join(parts, "-"))
		}
	}
	return out
}
