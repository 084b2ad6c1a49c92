package bot

import (
	"regexp"
	"strings"
)

// What a good answer tells the resident. These are hints: an answer may do
// without.
var (
	tellsWhen = regexp.MustCompile(`(?i)\d{1,2}[./]\d{1,2}|\d{1,2}:\d{2}|\d{1,2}\s+(?:январ|феврал|март|апрел|ма[йя]|июн|июл|август|сентябр|октябр|ноябр|декабр|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)` +
		`|сегодня|завтра|послезавтра|вчера|понедельник|вторник|сред[уы]|четверг|пятниц|суббот|воскресень|до конца|в течени[еи]|недел|месяц|час(?:а|ов|у)?(?:\P{L}|$)|сут(?:ки|ок)|today|tomorrow|yesterday|monday|tuesday|wednesday|thursday|friday|saturday|sunday|week|month|hour|within`)
	tellsWhat = regexp.MustCompile(`(?i)отремонтир|ремонт|устран|восстанов|провер|очист|чист|убер|убра|уборк|вывез|вывоз|замен|провед|пров[её]л|выполн|почин|установ|организ|приступ|обслед|направ|выед|выезд|засып|подключ|отключ|запуст|построй|постро|благоустро|назнач|включ|сократ|увелич|сдела|исправ|покра|спил|сбил|разобр|откача|выпла|рассмотр|невозможн|не можем|repair|fix|replac|restor|check|inspect|clean|remov|install|start|send|sent|done|complet|clear|fill|switch|cannot`)
	tellsWho  = regexp.MustCompile(`(?i)администрац|министерств|мин[а-яё]{3,}|управлени|департамент|комитет|служб|компани|водоканал|подрядчик|бригад|предприяти|учреждени|муниципал|застройщик|оператор|перевозчик|организаци|специалист|\PL(?:УК|ТСЖ|ГЖИ|МУП|ГБУ|МКУ|ООО|АО)\PL|ministry|department|administration|company|contractor|crew|service|council|utility|we\P{L}`)
)

// lacks says what a draft does not tell: "date", "measure", "whose". The body
// that answers counts as named when the draft names it.
func lacks(draft, body string) []string {
	var out []string
	padded := " " + draft + " "
	if !tellsWhen.MatchString(padded) {
		out = append(out, "date")
	}
	if !tellsWhat.MatchString(padded) {
		out = append(out, "measure")
	}
	named := body != "" && strings.Contains(strings.ToLower(draft), strings.ToLower(body))
	if !named && !tellsWho.MatchString(padded) {
		out = append(out, "whose")
	}
	return out
}
