package monitor

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// givenNames are the stems of common given names; nameEnds close them in all
// cases.
const givenNames = `александр алексе алексё анатоли андре антон аркади артур артем артём борис вадим валенти валери васили виктор витали владимир владислав вячеслав ` +
	`геннади георги григори данил денис дмитри евгени егор иван игор иль кирилл константин леонид максим марат михаил никит никола олег павел павл петр пётр роман руслан ` +
	`серге станислав степан тимофе фёдор федор юри яков ярослав алин алл анастаси анн валентин вер галин дар евдоки екатерин елен елизавет жанн зинаид инн ирин ` +
	`карин кристин ксени ларис лиди любов людмил маргарит марин мари надежд натал натали нин оксан ольг полин раис светлан соф тамар татьян юли ян ` +
	`ринат рустам айрат ильдар ахмед магомед руфат гульнар алсу аслан тимур эльмир зульфи`

var (
	given    = setOf(givenNames)
	nameEnds = strings.Fields("ей ий ем ём ею ии ию ией ья ье ью ьи ьей ь й а я у ю ы и е ой ом ёй")

	patronymicEnds = strings.Fields("ович овича овичу овичем овиче евич евича евичу евичем евиче " +
		"ьич ьича ьичу ьичом ьиче мич мича мичу мичом миче кич кича кичу кичем тич тича тичу тичем " +
		"овна овны овне овну овной овною евна евны евне евну евной евною ична ичны ичне ичну ичной")
	surnameEnds = strings.Fields("ов ова ову овым ове овой овы овых ев ева еву евым еве евой евы евых ёв ёва ёву ёвым ёве ёвой " +
		"ин ина ину иным ине иной ины иных ын ына ыну ыным ыной ский ского скому ским ском ская ской скую цкий цкого цкому цким цкая цкой цкую " +
		"енко ук ука уку уком юк юка юку юком ян яна яну яном дзе швили их ых")
)

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

// nameWord is a word of a text with what it may be in a name.
type nameWord struct {
	start, end int
	title      bool // a capital, then small letters
	initial    bool // one capital with a full stop
	joined     bool // only white space stands before it since the word before
	text       string
}

// What a word may be in a name is asked only where its neighbours allow one.

func (w nameWord) given() bool { return isGiven(strings.ToLower(w.text)) }

func (w nameWord) patronymic() bool {
	// Every patronymic has one of these; to look for them is cheap.
	if len(w.text) < 10 || !strings.Contains(w.text, "ич") && !strings.Contains(w.text, "вн") && !strings.Contains(w.text, "чн") && !hasUpperTail(w.text) {
		return false
	}
	return endsWith(strings.ToLower(w.text), patronymicEnds)
}

// hasUpperTail says that a word is written in capitals.
func hasUpperTail(word string) bool {
	last, _ := utf8.DecodeLastRuneInString(word)
	return unicode.IsUpper(last)
}

func (w nameWord) surname() bool {
	low := strings.ToLower(w.text)
	return len(low) >= 6 && endsWith(low, surnameEnds)
}

// maskNames replaces the names that their form gives away, unless a street or
// an institution bears them.
func maskNames(text string) string {
	words := nameWords(text)
	var b strings.Builder
	at := 0
	for i := 0; i < len(words); {
		n := nameAt(words[i:])
		if n == 0 {
			i++
			continue
		}
		start, last := words[i].start, words[i+n-1]
		i += n
		if afterStreet(text[:start]) {
			continue
		}
		b.WriteString(text[at:start])
		b.WriteString(maskedName)
		if at = last.end; last.initial {
			at++
		}
	}
	b.WriteString(text[at:])
	return b.String()
}

// nameAt counts the words of the name that begins the list; 0 for none.
func nameAt(words []nameWord) int {
	next := func(i int) nameWord {
		for j := 1; j <= i && j < len(words); j++ {
			if !words[j].joined {
				return nameWord{}
			}
		}
		if i < len(words) {
			return words[i]
		}
		return nameWord{}
	}
	a, b, c, d := words[0], next(1), next(2), next(3)
	withSurname := func(n int, after nameWord) int {
		if after.title && after.surname() && !after.given() {
			return n + 1
		}
		return n
	}
	switch {
	case a.title && a.surname() && b.title && c.title && c.patronymic():
		return 3
	case a.title && b.title && b.patronymic():
		return withSurname(2, c)
	case b.patronymic() && a.given():
		return 2
	case a.title && a.surname() && b.initial && c.initial:
		return 3
	case a.initial && b.initial && c.title && (c.surname() || !d.initial):
		return 3
	case a.title && b.initial && c.initial && (!d.title || !d.surname()):
		return 3
	case a.title && b.title && (a.given() && b.surname() || a.surname() && b.given()):
		return 2
	}
	return 0
}

func nameWords(text string) []nameWord {
	var out []nameWord
	last := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !unicode.IsLetter(r) {
			i += size
			continue
		}
		w := readNameWord(text, i)
		w.joined = len(out) > 0 && between(text[last:w.start], out[len(out)-1].initial)
		out = append(out, w)
		i, last = w.end, w.end
	}
	return out
}

// readNameWord reads the word that begins at i, with its hyphens.
func readNameWord(text string, i int) nameWord {
	w := nameWord{start: i, end: len(text)}
	for j, r := range text[i:] {
		if !letterOrDigit(r) && r != '-' {
			w.end = i + j
			break
		}
	}
	for w.end > w.start && text[w.end-1] == '-' {
		w.end--
	}
	word := text[w.start:w.end]
	first, size := utf8.DecodeRuneInString(word)
	if !unicode.Is(unicode.Cyrillic, first) || len(word) > 80 {
		return w
	}
	w.initial = len(word) == size && unicode.IsUpper(first) && strings.HasPrefix(text[w.end:], ".")
	w.title = unicode.IsUpper(first) && len(word) > size && word[size:] != strings.ToUpper(word[size:])
	w.text = word
	return w
}

// between tells whether only blanks of one line, after an initial a full stop
// first, stand between two words of one name.
func between(text string, initial bool) bool {
	if initial {
		text = strings.TrimPrefix(text, ".")
	} else if text == "" {
		return false
	}
	return strings.TrimSpace(text) == "" && !strings.Contains(text, "\n")
}

func endsWith(word string, ends []string) bool {
	return slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(word, end) })
}

func isGiven(word string) bool {
	return given[word] || slices.ContainsFunc(nameEnds, func(end string) bool {
		base, ok := strings.CutSuffix(word, end)
		return ok && given[base]
	})
}

// maskStreet ends a text after which a name is a street's or an institution's.
var maskStreet = regexp.MustCompile(`(?i)(?:^|[^\p{L}])(?:ул|улиц[а-яё]{1,3}|пр|пр-т[а-яё]?|пр-кт[а-яё]?|просп|проспект[а-яё]{0,2}|пер|переул[а-яё]{2,4}|пл|площад[а-яё]{1,3}|бульвар[а-яё]{0,2}|б-р[а-яё]?|наб|набережн[а-яё]{2}|` +
	`шоссе|парк[а-яё]{0,2}|сквер[а-яё]{0,2}|им|имени|памятник[а-яё]{0,2}|музе[а-яё]{1,2}|театр[а-яё]{0,2}|геро[а-яё]{1,3}|академик[а-яё]{0,2}|маршал[а-яё]{0,2}|генерал[а-яё]{0,2}|космонавт[а-яё]{0,2}|проезд[а-яё]{0,2})[\s\p{Zs}."«]{0,3}$`)

// maskWindow is how far back a street's word is looked for, in bytes.
const maskWindow = 80

// afterStreet tells whether what follows is the name of a street.
func afterStreet(before string) bool {
	if len(before) > maskWindow {
		before = before[len(before)-maskWindow:]
	}
	return maskStreet.MatchString(before)
}
