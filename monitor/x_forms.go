package monitor

import (
	"slices"
	"strings"
	"unicode"

	"otklik/monitor/rules/dictionary"
)

// X finds words only as they are written, so a place is searched for by the
// forms of its name, case by case: the words of a name agree.

// xCases are the forms of a word or a name by case.
type xCases = dictionary.Declension

// How many ways to decline searches ask for.
const (
	xMostKinds = 2 // of a word
	xMostWays  = 4 // of a name of several words
)

// xOrder are the cases by how often posts have them: «Пермь», «из Перми»,
// «в Перми», «в Пермь», «по Перми», «под Пермью».
var xOrder = [6]int{0, 1, 5, 3, 2, 4}

// same is a word that has one form.
func same(word string) xCases { return xCases{word, word, word, word, word, word} }

// xDeclined are the forms of one word, one list of cases for each way in which
// it declines.
func xDeclined(word string) []xCases {
	kinds := dictionary.Declensions(word)
	if len(kinds) == 0 {
		return []xCases{same(word)}
	}
	for i := range kinds {
		for c, form := range kinds[i] {
			kinds[i][c] = xSpelt(form, word)
		}
		if kinds[i][3] == kinds[i][1] {
			kinds[i][3] = kinds[i][0] // places do not live: not «в Верхние Мулл»
		}
	}
	return kinds[:min(len(kinds), xMostKinds)]
}

// xSpelt writes ё where the name has it, as far as the form is spelt alike.
func xSpelt(form, name string) string {
	out, letters := []rune(form), []rune(name)
	for i := range min(len(out), len(letters)) {
		switch {
		case out[i] == 'е' && letters[i] == 'ё':
			out[i] = 'ё'
		case out[i] != letters[i]:
			return string(out)
		}
	}
	return string(out)
}

// xAdjective says that a word agrees with the noun beside it.
func xAdjective(word string) bool {
	return slices.ContainsFunc(dictionary.Declensions(word), xCases.Adjective)
}

// xHyphened are the forms of a word with hyphens: «Ростов-на-Дону» changes at
// its beginning, «Усть-Илимск» and «Юго-Камский» at their ends,
// «Каменск-Уральский» at both.
func xHyphened(word string) []xCases {
	parts := strings.Split(word, "-")
	changes := make([]bool, len(parts))
	if slices.ContainsFunc(parts, func(p string) bool { return p == "на" || p == "в" || p == "под" || p == "у" }) {
		changes[0] = true
	} else {
		changes[0] = xAdjective(parts[len(parts)-1]) && !xAdjective(parts[0]) && !strings.HasSuffix(parts[0], "о")
		changes[len(parts)-1] = true
	}
	return xZipped(parts, changes, "-", xDeclined)
}

// xZipped joins the forms of words case by case. Of a word with two kinds both
// are taken, the others go with each.
func xZipped(words []string, changes []bool, sep string, declined func(string) []xCases) []xCases {
	out := []xCases{{}}
	for i, word := range words {
		kinds := []xCases{same(word)}
		if changes[i] {
			kinds = declined(word)
		}
		var next []xCases
		for _, left := range out {
			for _, kind := range kinds {
				for c := range kind {
					if i > 0 {
						kind[c] = left[c] + sep + kind[c]
					}
				}
				next = append(next, kind)
			}
		}
		out = next[:min(len(next), xMostWays)]
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
	for i, word := range words {
		changes[i] = i == 0 || !xHeads[words[0]] || xAdjective(word)
	}
	var out []string
	kinds := xZipped(words, changes, " ", xHyphened)
	for _, c := range xOrder {
		for _, kind := range kinds {
			for _, spelt := range []string{kind[c], strings.ReplaceAll(kind[c], "ё", "е")} {
				if !slices.Contains(out, spelt) {
					out = append(out, spelt)
				}
			}
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
