package bot

import (
	"strings"
	"testing"
)

// What cannot be a place is named back, and a list of nothing is no change.
func TestPlacesThatAreNone(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		for text, want := range map[string]string{
			"/places ,":                            "Пока ни одного",
			"/places ;,\n, ;":                      "Пока ни одного",
			"/places -":                            "Пока ни одного",
			`/places "  "`:                         `Не похоже на название места: " "`,
			"/places «»":                           "Не похоже на название места: «»",
			"/places !?!, 🏙️🙈":                     "Не похоже на название места: !?!, 🏙️🙈",
			"/places \u200b\u200d":                 "Не похоже на название места",
			"/places -Кукуево":                     "Нет в списке: Кукуево",
			"/places " + strings.Repeat("а", 2000): "Не похоже на название места: ааа",
			"/places " + strings.TrimSuffix(strings.Repeat("а ", 40), " "):             "Не похоже на название места: а а",
			"/places " + strings.Repeat("a\u0301", 500):                                "Не похоже на название места",
			"/places " + strings.Repeat("🏚", 100) + "," + strings.Repeat("\u0301", 90): "Не похоже на название места",
		} {
			o.want(o.says(o.admin, o.group, text), want)
		}
		list, err := o.store.Places(o.t.Context(), o.region)
		o.must(err)
		if len(list) > 0 {
			t.Errorf("took for places: %v", list)
		}
	})
}

// What is wrong with a rule is said in words, with the place in the rule.
func TestRulesThatAreNone(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		for rule, want := range map[string]string{
			"-яма":                  "хотя бы одно слово без минуса",
			"-(а | б)":              "хотя бы одно слово без минуса",
			"-(-яма)":               "хотя бы одно слово без минуса",
			"яма | -(б в)":          "хотя бы одно слово без минуса",
			`яма "на мосту`:         "кавычка не закрыта",
			"«яма":                  "кавычка не закрыта",
			`яма ""`:                "пустые кавычки",
			`яма "!?"`:              "пустые кавычки",
			"яма ()":                "пустые скобки",
			"🙈":                     "лишний знак",
			"яма ~999 двор":         "от 1 до 100",
			"а*":                    "перед * нужно",
			strings.Repeat("а", 65): "длиннее 64 букв",
			strings.Repeat("(", 400) + "яма" + strings.Repeat(")", 400): "скобок друг в друге больше 100",
			strings.Repeat("-(", 300) + "яма":                           "скобок друг в друге больше 100",
			`"` + strings.Repeat("а ", 40) + `"`:                        "в кавычках больше 32 слов",
			strings.Repeat("яма | ", 500) + "яма":                       "Слишком длинно",
		} {
			o.want(o.says(o.admin, o.group, "/keywords Дороги: "+rule), want)
		}
		list, err := o.store.Rules(o.t.Context(), o.region)
		o.must(err)
		if len(list) > 0 {
			t.Errorf("took for rules: %v", list)
		}
	})
}
