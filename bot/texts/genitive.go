package texts

import (
	"regexp"
	"strings"
	"unicode"
)

// heads are the first words of bodies whose names go on in the genitive
// already, so that only they change.
var heads = map[string]string{
	"администрация": "администрации", "министерство": "министерства", "управление": "управления", "департамент": "департамента",
	"комитет": "комитета", "служба": "службы", "дирекция": "дирекции", "инспекция": "инспекции", "правительство": "правительства",
	"мэрия": "мэрии", "агентство": "агентства", "отдел": "отдела", "центр": "центра", "фонд": "фонда",
}

var (
	abbreviation = regexp.MustCompile(`^\p{Lu}{2,6}$`)
	shortName    = regexp.MustCompile(`^\p{Lu}[а-яё]+[бвгджзклмнпрстфхцчшщ]$`)
)

// Of says from whom: «от Минтранса», "from the Ministry". Where the Russian
// form is not sure the name stands alone.
func Of(lang, body string) string {
	body = Cut(body, 40)
	if body == "" || lang == "en" {
		return strings.TrimSpace(strings.TrimSuffix("from "+body, "from "))
	}
	first, rest, more := strings.Cut(body, " ")
	switch genitive, known := heads[strings.ToLower(first)]; {
	case known:
		if unicode.IsUpper([]rune(first)[0]) {
			genitive = strings.ToUpper(string([]rune(genitive)[:1])) + string([]rune(genitive)[1:])
		}
		return strings.TrimSpace("от " + genitive + " " + rest)
	case abbreviation.MatchString(first):
		return "от " + body // «от МЧС», «от УК «Уют»»
	case !more && shortName.MatchString(body):
		return "от " + body + "а"
	}
	return body
}
