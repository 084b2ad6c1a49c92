package rules

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"otklik/monitor/rules/dictionary"
)

// givenNames are common given names, folded; their forms are found by rules.
const givenNames = `александр алексей анатолий андрей антон артем борис вадим валентин валерий василий виктор виталий владимир владислав вячеслав геннадий ` +
	`георгий григорий денис дмитрий евгений иван игорь илья кирилл константин леонид максим михаил никита николай олег павел петр роман руслан сергей ` +
	`станислав степан тимур федор юрий ярослав алина алла анастасия анна валентина вера галина дарья евгения екатерина елена елизавета ирина ксения лариса ` +
	`людмила маргарита марина мария надежда наталья нина оксана ольга полина светлана софья тамара татьяна юлия`

// namesake words make of a person's name that of a street or an institution.
var namesakes = map[string]bool{
	"улица": true, "улице": true, "улицы": true, "ул": true, "проспект": true, "проспекте": true, "пр": true, "площадь": true, "площади": true,
	"переулок": true, "парк": true, "сквер": true, "бульвар": true, "школа": true, "имени": true, "им": true, "театр": true, "музей": true,
	"больница": true, "набережная": true, "шоссе": true, "памятник": true, "аэропорт": true, "гимназия": true, "лицей": true,
}

var (
	patronymic = regexp.MustCompile(`(?:ович|евич)(?:а|у|ем|ом|е)?$|(?:овн|евн|ичн)(?:а|ы|е|у|ой|ою)$`)
	surname    = regexp.MustCompile(`(?:ов|ев|ин|ын)(?:а|у|ым|е|ой|ы)?$|[сц]к(?:ий|ого|ому|им|ом|ая|ой|ую)$|енко$|(?:ук|юк|ян)(?:а|у|ом|е)?$|дзе$|швили$|ых$|н(?:ый|ого|ому|ым|ом|ая|ой|ую)$`)
	account    = regexp.MustCompile(`(?:^|[\s(|])@[A-Za-z0-9_.]{3,}|\bvk\.(?:com|ru)/id\d`)
)

// givenForms are the forms of the given names.
var givenForms = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for name := range strings.FieldsSeq(givenNames) {
		for _, form := range dictionary.Forms(name) {
			out[form] = true
		}
	}
	return out
})

// person tells whether a text names somebody: a given name beside a surname,
// a patronymic, initials, or an account.
func person(text string) bool {
	if account.MatchString(text) {
		return true
	}
	names, list := givenForms(), wordsOf(text)
	for i, t := range list {
		if slices.ContainsFunc(list[max(0, i-3):i], func(t textWord) bool { return namesakes[t.word] }) {
			continue
		}
		if utf8.RuneCountInString(t.word) >= 7 && patronymic.MatchString(t.word) && i > 0 && names[list[i-1].word] {
			return true
		}
		if i == 0 || t.pos != list[i-1].pos+1 {
			continue
		}
		before := list[i-1].word
		if names[before] && isSurname(t.word) || isSurname(before) && names[t.word] || initials(text, list[:i+1]) {
			return true
		}
	}
	return false
}

func isSurname(word string) bool {
	return utf8.RuneCountInString(word) >= 4 && surname.MatchString(word) && !givenForms()[word]
}

// initials tells whether the last three words are two letters with full stops
// and a name, in either order.
func initials(text string, list []textWord) bool {
	if len(list) < 3 {
		return false
	}
	a, b, c := list[len(list)-3], list[len(list)-2], list[len(list)-1]
	letter := func(t textWord) bool {
		return utf8.RuneCountInString(t.word) == 1 && strings.HasPrefix(text[t.end:], ".")
	}
	return letter(a) && letter(b) && isSurname(c.word) || isSurname(a.word) && letter(b) && letter(c)
}
