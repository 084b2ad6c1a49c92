package monitor

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maskSep may stand between the groups of a number.
const maskSep = `[\s\p{Zs}().–-]{0,3}`

var (
	// phoneForms: +7 or 8 with ten digits, a bare mobile number, a town's number
	// in groups of 3-2-2, and a foreign one after its plus.
	phoneForms = regexp.MustCompile(`(?:\+?7|8)` + maskSep + `[3489]\d{2}` + maskSep + `\d{3}` + maskSep + `\d{2}` + maskSep + `\d{2}` +
		`|\+7` + maskSep + `\d(?:` + maskSep + `\d){9}` +
		`|\(?\b9\d{2}\)?` + maskSep + `\d{3}` + maskSep + `\d{2}` + maskSep + `\d{2}` +
		`|(?:\(\d{3,5}\)` + maskGap + `?)?\d{3}-\d{2}-\d{2}` +
		`|\(\d{3,5}\)` + maskGap + `?\d{1,3}(?:-\d{2}){2}` +
		`|\+\d{1,3}(?:[\s\p{Zs}()-]{0,2}\d){9,12}`)

	// namedPhones are short numbers that only their word gives away.
	namedPhones = regexp.MustCompile(`(?i)(?:тел(?:ефон[а-я]{0,3})?|моб(?:ильн[а-я]{1,3})?|сот(?:ов[а-я]{1,3})?|звон[а-я]{1,4}|whatsapp|ватсап|вайбер|viber)` +
		`[\s\p{Zs}.:№-]{0,4}\+?\d(?:[\s\p{Zs}()-]{0,2}\d){4,13}`)

	// paperForms: SNILS, passport, grouped cards, and long runs of digits.
	paperForms = regexp.MustCompile(`\d{3}-\d{3}-\d{3}[\s\p{Zs}-]\d{2}` +
		`|\d{2}` + maskGap + `\d{2}` + maskGap + `(?:№` + maskGap + `?)?\d{6}` +
		`|\d{4}` + maskGap + `(?:№` + maskGap + `?)?\d{6}` +
		`|\d{4}(?:[\s\p{Zs}-]\d{4}){3}(?:[\s\p{Zs}-]?\d{1,3})?` +
		`|\d(?:[ -]?\d){12,18}` +
		`|\d{11,25}`)

	// namedPapers are numbers that only their word gives away.
	namedPapers = regexp.MustCompile(`(?i)(?:паспорт[а-я]{0,3}|инн|снилс|полис[а-я]{0,2}|омс|л/сч?|лицев[а-я]{2,3}` + maskGap + `+сч[её]т[а-я]{0,2}|в/у)` +
		`[\s\p{Zs}.,:№-]{0,4}(?:(?:серии?[а-я]?|сер|номер[а-я]{0,2}|сбербанка|сбера)[\s\p{Zs}.,:№-]{0,4})?` +
		`\d[\d\s\p{Zs}-]{2,22}\d(?:[\s\p{Zs},]{0,2}(?:№|номер)[\s\p{Zs}]?\d{6})?`)

	plateForms        = regexp.MustCompile(`(?i)[АВЕКМНОРСТУХABEKMHOPCTYX]\d{3}[АВЕКМНОРСТУХABEKMHOPCTYX]{2}` + maskGap + `?(?:\d{2,3})?`)
	looseSpacedPlates = regexp.MustCompile(`[АВЕКМНОРСТУХABEKMHOPCTYX]` + maskGap + `\d{3}` + maskGap + `[АВЕКМНОРСТУХABEKMHOPCTYX]{2}(?:` + maskGap + `\d{2,3})?`)

	flatForms = regexp.MustCompile(`(?i)(?:квартир(?:ами|ах|ам|ой|а|ы|е|у)|кв-р[аеуы]|кв)[\s\p{Zs}.№:]{0,4}\d{1,4}[а-я]?(?:` + maskGap + `?(?:[-–/]|и)` + maskGap + `?\d{1,4})*`)
	// ordinalFlats: «45-й квартиры», while «45 квартир» is a number of them.
	ordinalFlats = regexp.MustCompile(`(?i)\d{1,4}-?(?:ая|ой|ую|ей|ья|ью|я|й|ю)` + maskGap + `(?:квартир(?:а|ы|е|у|ой)|кв\.?)`)
)

// notAPaper keeps long numbers that are written in words of money or read as
// two telephone numbers, and those that no card or paper can have.
func notAPaper(_, found, after string) bool {
	digits := digitsOf(found)
	if strings.HasPrefix(strings.TrimLeft(after, " \u00a0"), "руб") {
		return true
	}
	grouped := strings.ContainsAny(found, " -\u00a0")
	switch {
	case len(digits) == 11 && !grouped && strings.ContainsRune("78", rune(digits[0])):
		return true // a telephone number, for the mask after this one
	case len(digits) >= 13 && grouped && !cardShape.MatchString(found):
		return !luhn(digits)
	}
	return false
}

var cardShape = regexp.MustCompile(`^\d{4}(?:[\s\p{Zs}-]\d{4}){3}|^\d{3}-\d{3}-\d{3}.\d{2}$|^\d{2}.\d{2}.{1,5}\d{6}$`)

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, text)
}

// luhn tells whether the digits pass the check of payment cards.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// aMeasure keeps «4 кв. 2026», a quarter, «кв. 45 м», an area, and «в квартире
// 12 градусов»: the number counts something.
func aMeasure(_, found, after string) bool {
	digits := digitsOf(found)
	return len(digits) == 4 && (digits[:2] == "20" || digits[:2] == "19") || measured.MatchString(after)
}

var measured = regexp.MustCompile(`(?i)^[\s\p{Zs}]*(?:м²|кв\.?\s?м|метр|градус|°|%|процент|человек|чел\.|дет(?:ей|и)|семь|взросл|дн(?:я|ей|и)|день|сут(?:ки|ок)|час|недел|месяц|год|лет(?:\s|$)|раз(?:а|\s|$))`)

var listedFlats = regexp.MustCompile(`^` + maskGap + `?,` + maskGap + `?\d{1,4}(?:` + maskGap + `?и` + maskGap + `?\d{1,4})?[\s\p{Zs}]*`)

// moreFlats counts the bytes of «, 15, 18» after a flat number, unless a word
// follows that the number belongs to: «кв. 12, 3 дня нет воды».
func moreFlats(after string) int {
	n := 0
	for {
		next := listedFlats.FindString(after[n:])
		if next == "" {
			return n
		}
		r, _ := utf8.DecodeRuneInString(after[n+len(next):])
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' {
			return n
		}
		n += len(strings.TrimRightFunc(next, unicode.IsSpace))
	}
}
