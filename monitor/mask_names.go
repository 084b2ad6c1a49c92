package monitor

import (
	"regexp"
	"strings"
	"unicode"
)

const (
	// capitalisedForm is a word as names are written.
	capitalisedForm = `[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?`
	// initialsForm are two capital letters with full stops.
	initialsForm = `[А-ЯЁ]\.` + maskGap + `?[А-ЯЁ]\.`
	// patronymicEnd is how patronymics end, in all cases.
	patronymicEnd = `(?:(?:ович|евич|ьич|мич|кич|тич)(?:ами|а|у|ем|ом|е)?|(?:овн|евн|ичн)(?:ами|а|ы|е|у|ой|ою))`
	// surnameForm is a word that ends as surnames do, in all cases.
	surnameForm = `[А-ЯЁ][а-яё]*(?:(?:ов|ев|ёв|ин|ын)(?:а|у|ым|е|ой|ы|ых)?|[сц]к(?:ий|ого|ому|им|ом|ая|ой|ую)|енко|[ую]к(?:а|у|ом|е)?|ян(?:а|у|ом|е)?|дзе|швили|их|ых)(?:-` + `[А-ЯЁ][а-яё]+)?`
)

// firstNames are the stems of common given names.
const firstNames = `(?:александр|алекс[её]|анатоли|андре|антон|аркади|артур|артем|артём|борис|вадим|валенти|валери|васили|виктор|витали|владимир|владислав|вячеслав|` +
	`геннади|георги|григори|данил|денис|дмитри|евгени|егор|иван|игор|иль|кирилл|константин|леонид|максим|марат|михаил|никит|никола|олег|павел|павл|п[её]тр|роман|руслан|` +
	`серге|станислав|степан|тимофе|фёдор|федор|юри|яков|ярослав|алин|алл|анастаси|анн|валентин|вер|галин|дарь|евдоки|екатерин|елен|елизавет|жанн|зинаид|инн|ирин|` +
	`карин|кристин|ксени|ларис|лиди|любов|людмил|маргарит|марин|мари|надежд|наталь|натали|нин|оксан|ольг|полин|раис|светлан|софь|тамар|татьян|юли|яна|` +
	`ринат|рустам|айрат|ильдар|ахмед|магомед|руфат|гульнар|алсу|аслан|тимур|эльмир|зульфи)`

// nameEnd closes a given name in all its cases.
const nameEnd = `(?:ей|ий|ем|ём|ею|ии|ию|ией|ья|ье|ью|ьи|ьей|ь|й|а|я|у|ю|ы|и|е|ой|ом|ёй)?`

var (
	// initialled: «Иванова М. С.», «М.С. Иванова»; what ends as a surname does
	// is tried first, for either neighbour of the initials may be no name.
	surnameInitials = regexp.MustCompile(surnameForm + maskGap + initialsForm)
	initialsSurname = regexp.MustCompile(initialsForm + maskGap + `?` + surnameForm)
	wordInitials    = regexp.MustCompile(capitalisedForm + maskGap + initialsForm)
	initialsWord    = regexp.MustCompile(initialsForm + maskGap + `?` + capitalisedForm)

	// patronymicName: «Ивану Петровичу», with the surname before or after it.
	patronymicName = regexp.MustCompile(`(?:` + surnameForm + maskGap + `+)?` + capitalisedForm + maskGap + `+[А-ЯЁ][а-яё]+` + patronymicEnd + `(?:` + maskGap + `+` + surnameForm + `)?`)
	// twoNames is the same without surnames.
	twoNames = regexp.MustCompile(capitalisedForm + maskGap + `+[А-ЯЁ][а-яё]+` + patronymicEnd)

	// lowPatronymic is the same in a careless hand; a known given name must
	// stand before it.
	lowPatronymic = regexp.MustCompile(`(?i)(?:` + firstNames + nameEnd + `)` + maskGap + `+[а-яё]+` + patronymicEnd)

	// firstAndLast: a known given name beside a surname, in either order.
	firstAndLast = regexp.MustCompile(`(?:` + titledNames(firstNames) + nameEnd + maskGap + `+` + surnameForm + `|` + surnameForm + maskGap + `+` + titledNames(firstNames) + nameEnd + `)`)
)

// titledNames gives the alternatives of a list with a capital first letter.
func titledNames(list string) string {
	names := strings.Split(strings.TrimSuffix(strings.TrimPrefix(list, "(?:"), ")"), "|")
	for i, name := range names {
		runes := []rune(name)
		runes[0] = unicode.ToUpper(runes[0])
		names[i] = string(runes)
	}
	return "(?:" + strings.Join(names, "|") + ")"
}

// maskStreet ends a text after which a name is a street's or an institution's.
var maskStreet = regexp.MustCompile(`(?i)(?:^|[^\p{L}])(?:ул|улиц[а-яё]{1,3}|пр|пр-т[а-яё]?|пр-кт[а-яё]?|просп|проспект[а-яё]{0,2}|пер|переул[а-яё]{2,4}|пл|площад[а-яё]{1,3}|бульвар[а-яё]{0,2}|б-р[а-яё]?|наб|набережн[а-яё]{2}|` +
	`шоссе|парк[а-яё]{0,2}|сквер[а-яё]{0,2}|им|имени|памятник[а-яё]{0,2}|музе[а-яё]{1,2}|театр[а-яё]{0,2}|геро[а-яё]{1,3}|академик[а-яё]{0,2}|маршал[а-яё]{0,2}|генерал[а-яё]{0,2}|космонавт[а-яё]{0,2}|проезд[а-яё]{0,2})[\s\p{Zs}."«]{0,3}$`)

// maskWindow is how far back a street's word is looked for, in bytes.
const maskWindow = 80

func afterStreet(before, _, _ string) bool {
	if len(before) > maskWindow {
		before = before[len(before)-maskWindow:]
	}
	return maskStreet.MatchString(before)
}
