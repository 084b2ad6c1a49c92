package rules

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"otklik/monitor/rules/dictionary"
)

// The oracle is the language as its documentation tells it, slow and by
// itself: it shares with the engine the parser and the dictionary, and neither
// folding nor words nor places.

// oracleWord is a word of a text in all its readings.
type oracleWord struct {
	readings   []string
	from, to   int // words
	start, end int // bytes
}

// oracleText is a text cut into words; tags are its hashtags.
type oracleText struct {
	words, tags []oracleWord
}

func oracleIgnorable(r rune) bool {
	return r == 0xAD || r == 0xFEFF || r >= 0x200B && r <= 0x200F || r >= 0x2060 && r <= 0x2064 || r >= 0x300 && unicode.Is(unicode.Mn, r)
}

func oracleLetter(r rune) bool { return unicode.In(r, unicode.L, unicode.Nd) }

// oracleSeen is a word as it is seen.
func oracleSeen(raw string) string {
	composed := map[string]string{"и\u0306": "й", "И\u0306": "Й", "е\u0308": "ё", "Е\u0308": "Ё"}
	out := ""
	for _, r := range raw {
		_, size := utf8.DecodeLastRuneInString(out)
		last := out[len(out)-size:]
		if c, ok := composed[last+string(r)]; ok {
			out = out[:len(out)-size] + c
		} else if !oracleIgnorable(r) {
			out += string(r)
		}
	}
	return out
}

var (
	oracleLatin  = strings.NewReplacer("a", "а", "c", "с", "e", "е", "k", "к", "m", "м", "o", "о", "p", "р", "t", "т", "x", "х", "y", "у", "A", "А", "B", "В", "C", "С", "E", "Е", "H", "Н", "K", "К", "M", "М", "O", "О", "P", "Р", "T", "Т", "X", "Х", "Y", "У")
	oracleDigits = strings.NewReplacer("0", "о", "1", "и", "3", "з", "4", "ч", "6", "б")
	oracleRare   = strings.NewReplacer("ё", "е", "ѐ", "е", "ѝ", "и")
)

// oracleFold gives the readings of a word.
func oracleFold(raw string) []string {
	seen := oracleSeen(raw)
	if runes := []rune(seen); len(runes) > MaxWord {
		seen = string(runes[:MaxWord+1])
	}
	finish := func(s string) string { return oracleRare.Replace(strings.Map(unicode.ToLower, s)) }
	has := func(s string, is ...*unicode.RangeTable) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, is...) })
	}
	letters := len([]rune(strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return -1
		}
		return r
	}, seen)))
	digitsPass := has(seen, unicode.Nd) && !has(oracleDigits.Replace(seen), unicode.Nd)
	if has(seen, unicode.Cyrillic) {
		if undisguised := oracleLatin.Replace(seen); !has(undisguised, unicode.Latin) {
			seen = undisguised
		}
		sideBySide := false
		runes := []rune(seen)
		for i := range runes[1:] {
			sideBySide = sideBySide || unicode.IsDigit(runes[i]) && unicode.IsDigit(runes[i+1])
		}
		switch undisguised := oracleDigits.Replace(seen); {
		case digitsPass && letters >= 3 && !sideBySide:
			return []string{finish(undisguised)}
		case digitsPass && letters >= 2:
			return []string{finish(seen), finish(undisguised)}
		}
		return []string{finish(seen)}
	}
	capitals := letters >= 2 && len([]rune(seen)) >= 3 && strings.ToUpper(seen) == seen && !has(seen, unicode.Ll, unicode.Lt, unicode.Lo, unicode.Lm)
	undisguised := oracleDigits.Replace(oracleLatin.Replace(seen))
	if capitals && !has(undisguised, unicode.Nd) && !strings.ContainsFunc(undisguised, func(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Cyrillic, r) }) {
		return []string{finish(seen), finish(undisguised)}
	}
	return []string{finish(seen)}
}

// oracleCut cuts a text; known tells the words that rules look for.
func oracleCut(text string, known func(string) bool) (t oracleText) {
	next := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !oracleLetter(r) {
			if len(t.words) > 0 && oracleEnds(text[i:], r, size, t.words[len(t.words)-1].readings[0]) {
				next = t.words[len(t.words)-1].to + 2
			}
			i += size
			continue
		}
		end := i + strings.IndexFunc(text[i:]+" ", func(r rune) bool { return !oracleLetter(r) && !oracleIgnorable(r) })
		t.words = append(t.words, oracleWord{readings: oracleFold(text[i:end]), from: next, to: next, start: i, end: end})
		next++
		i = end
	}
	t.findTags(text)
	t.words = append(t.words, oracleSpaced(text, t.words)...)
	for _, tag := range t.tags {
		if tag.from == tag.to {
			t.words = append(t.words, oracleSplit(text, tag, known)...)
		}
	}
	return t
}

func oracleEnds(rest string, r rune, size int, word string) bool {
	switch r {
	case '!', '?', '…':
		return true
	case '\n':
		return strings.HasPrefix(strings.TrimLeft(rest[1:min(len(rest), 17)], " \t\r"), "\n")
	case '.':
		next, _ := utf8.DecodeRuneInString(rest[size:])
		short := strings.Fields("пер пос обл просп мкр бул наб тел руб тыс млн стр корп дер адм гор ост эт под респ мин сек чел")
		return !unicode.IsDigit(next) && utf8.RuneCountInString(word) > 2 && !slices.Contains(short, word)
	}
	return false
}

func (t *oracleText) findTags(text string) {
	for _, w := range t.words {
		if w.start == 0 || text[w.start-1] != '#' {
			continue
		}
		end := w.start + strings.IndexFunc(text[w.start:]+" ", func(r rune) bool { return !oracleLetter(r) && !oracleIgnorable(r) && r != '_' })
		if utf8.RuneCountInString(oracleSeen(text[w.start:end])) > MaxWord {
			continue
		}
		var parts []string
		for part := range strings.SplitSeq(text[w.start:end], "_") {
			parts = append(parts, oracleFold(part)[0])
		}
		tag := oracleWord{readings: []string{strings.Join(parts, "_")}, from: w.from, to: w.from, start: w.start - 1, end: end}
		for _, u := range t.words {
			if u.start >= w.start && u.end <= end {
				tag.to = u.to
			}
		}
		t.tags = append(t.tags, tag)
	}
}

// oracleSpaced gives the words that letters spaced out make.
func oracleSpaced(text string, words []oracleWord) (out []oracleWord) {
	letter := func(w oracleWord) rune {
		if r := []rune(oracleSeen(text[w.start:w.end])); len(r) == 1 && (unicode.IsLetter(r[0]) || strings.ContainsRune("01346", r[0])) {
			return r[0]
		}
		return 0
	}
	join := func(run []oracleWord) {
		raw := ""
		for _, w := range run {
			raw += text[w.start:w.end]
		}
		out = append(out, oracleWord{readings: oracleFold(raw), from: run[0].from, to: run[len(run)-1].to, start: run[0].start, end: run[len(run)-1].end})
	}
	for i := 0; i < len(words); {
		j := i
		for j < len(words) && letter(words[j]) != 0 && (j == i || words[j].from == words[j-1].to+1) {
			j++
		}
		run := words[i:j]
		i = max(j, i+1)
		for len(run) > 0 && unicode.IsDigit(letter(run[0])) {
			run = run[1:]
		}
		for len(run) > 0 && unicode.IsDigit(letter(run[len(run)-1])) {
			run = run[:len(run)-1]
		}
		if len(run) < 3 || len(run) > MaxWord {
			continue
		}
		join(run)
		if len(run) > 3 && strings.Contains("абвжикосуя", run[0].readings[0]) {
			join(run[1:])
		}
	}
	return out
}

// oracleSplit gives the words of a hashtag written together.
func oracleSplit(text string, tag oracleWord, known func(string) bool) (out []oracleWord) {
	letters := []rune(tag.readings[0])
	if known(string(letters)) || len(letters) < 6 {
		return nil
	}
	const glue = " а в во до за и из к ко на над об от по под при про с со у без "
	const fill = " все всех где город города городе для как мы вы наш наша наше наши не нет они это "
	isGlue := func(part string) bool { return strings.Contains(glue, " "+part+" ") }
	best := map[int][]int{0: {}} // by length: where the parts end
	content := func(part string) bool {
		return utf8.RuneCountInString(part) >= 3 && known(part) || strings.Contains(fill, " "+part+" ")
	}
	for to := 1; to <= len(letters); to++ {
		for from := range to {
			part := string(letters[from:to])
			before, ok := best[from]
			if !ok || to-from > 24 || !content(part) && !isGlue(part) {
				continue
			}
			if old, ok := best[to]; !ok || len(before)+1 < len(old) {
				best[to] = append(slices.Clone(before), to)
			}
		}
	}
	cuts, whole, from := best[len(letters)], 0, 0
	for _, to := range cuts {
		if content(string(letters[from:to])) {
			whole++
		}
		from = to
	}
	if whole < 2 {
		return nil
	}
	from = 0
	for i, to := range cuts {
		// far after the text, and each hashtag far from the others
		at := 1_000_000 + 1000*tag.start + i
		out = append(out, oracleWord{readings: []string{string(letters[from:to])}, from: at, to: at})
		from = to
	}
	return out
}

var oracleKnown sync.Map // forms by word

func oracleForms(word string) []string {
	forms, ok := oracleKnown.Load(word)
	if !ok {
		forms, _ = oracleKnown.LoadOrStore(word, dictionary.Forms(word))
	}
	return forms.([]string)
}

// oracleMeans tells whether a word of a rule means a word of a text.
func oracleMeans(w Word, word oracleWord) bool {
	own := oracleFold(w.Text)[0]
	return slices.ContainsFunc(word.readings, func(reading string) bool {
		switch w.Form {
		case Beginning:
			return strings.HasPrefix(reading, own)
		case AnyForm:
			return reading == own || slices.Contains(oracleForms(w.Text), reading)
		}
		return reading == own
	})
}

func oraclePlaces(e Expr, t oracleText) (out []oracleWord) {
	switch e := e.(type) {
	case Word:
		for _, w := range t.words {
			if oracleMeans(e, w) {
				out = append(out, w)
			}
		}
	case Tag:
		var parts []string
		for part := range strings.SplitSeq(e.Text, "_") {
			parts = append(parts, oracleFold(part)[0])
		}
		for _, tag := range t.tags {
			if tag.readings[0] == strings.Join(parts, "_") {
				out = append(out, tag)
			}
		}
	case Phrase:
		out = oraclePlaces(e.Words[0], t)
		for _, w := range e.Words[1:] {
			var longer []oracleWord
			for _, a := range out {
				for _, b := range oraclePlaces(w, t) {
					if b.from == a.to+1 {
						longer = append(longer, oracleWord{from: a.from, to: b.to})
					}
				}
			}
			out = longer
		}
	case Or:
		for _, part := range e.Parts {
			out = append(out, oraclePlaces(part, t)...)
		}
	}
	return out
}

func oracle(e Expr, t oracleText) bool {
	switch e := e.(type) {
	case And:
		return !slices.ContainsFunc(e.Parts, func(p Expr) bool { return !oracle(p, t) })
	case Or:
		return slices.ContainsFunc(e.Parts, func(p Expr) bool { return oracle(p, t) })
	case Not:
		return !oracle(e.Part, t)
	case Near:
		return oracleNear(e, oraclePlaces(e.Terms[0], t), 0, t)
	}
	return len(oraclePlaces(e, t)) > 0
}

func oracleNear(e Near, from []oracleWord, i int, t oracleText) bool {
	if i == len(e.Within) {
		return len(from) > 0
	}
	for _, a := range from {
		for _, b := range oraclePlaces(e.Terms[i+1], t) {
			after, before := b.from-a.to, a.from-b.to
			if (after >= 1 && after <= e.Within[i] || before >= 1 && before <= e.Within[i]) &&
				oracleNear(e, []oracleWord{b}, i+1, t) {
				return true
			}
		}
	}
	return false
}
