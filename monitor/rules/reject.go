package rules

import (
	"strings"
	"sync"
)

// Why a rule or the name of a topic is refused, for whoever words it.
const (
	RejectProtest    = "protest"
	RejectElections  = "elections"
	RejectOpposition = "opposition"
	RejectLoyalty    = "loyalty"
	RejectOpinion    = "opinion"
	RejectCriticism  = "criticism"
	RejectPerson     = "person"
)

// rejects are the themes that are never watched, in the rule language: what
// they find in a rule's own words refuses the rule.
var rejects = []struct{ code, rule string }{
	{RejectProtest, `митинг | митинговать | митингующие | протест | протестный | протестовать | протестующие | забастовка | бастовать |
		пикетирование | (пикет -(км | километр)) | ((шествие | демонстрация) -(фильм | товар)) | беспорядки | майдан | бунт | (революция -(улица | площадь | проспект | парк | музей)) |
		"несогласованная акция" | "несанкционированная акция" | "выйти на площадь" | "выходим на площадь" | "перекрыть трассу"`},
	{RejectElections, `(выборы -(собственник* | старший | товар)) | избиратель | избирательный | избирком | предвыборн* | агитация |
		(голосование -(благоустр* | парк | сквер | двор | собственник* | жильцы | рейтингов*)) | референдум | (явка -(врач | прием)) |
		кандидат ~2 (депутат | губернатор | мэр | глава) | импичмент`},
	{RejectOpposition, `оппозиц* | инакомысл* | диссидент* | иноагент* | "иностранный агент" | экстремис* | экстремизм | "пятая колонна" | правозащитник* |
		либерал* | предател* | "нежелательная организация" | антивоенн* | пацифис* | пацифизм | активист*`},
	{RejectLoyalty, `(лояльн* -(карта | программа | скидка)) | нелояльн* | благонадежн* | неблагонадежн* | (отношение | поддержка | доверие | недоверие | одобрение | рейтинг) ~3
		(власть | губернатор | президент | мэр | правительство | режим | партия | сво) -(участник | семья | ветеран | боец | мобилизованный)`},
	{RejectOpinion, `"общественное мнение" | (мнение | взгляды | убеждения | высказывания | настроения) ~3 (власть | губернатор | президент | мэр | правительство | война | сво | политика | люди | общество | население) |
		политика | политик | политический | идеолог* | "социальная напряженность" | "протестные настроения"`},
	{RejectCriticism, `(власть | губернатор | мэр | президент | правительство | чиновник | депутат | режим | партия) (долой | отставка | критика | критиковать | вор | воры | ворует | коррупц* |
		ложь | лжет | врет | врун* | позор* | бездарн* | недовольство | недовольны | дискредитац* | фейк | ненавидеть | ненависть | оскорблен* | оскорбление | свергнуть | преступник)`},
}

// forbidden are roots which a beginning (word*) may not cover either.
var forbidden = []string{"митинг", "протест", "оппозиц", "политик", "избират", "выборы", "забастов", "лояльн", "экстремис", "голосован"}

var rejectSet = sync.OnceValue(func() *Set {
	list := make([]Rule, len(rejects))
	for i, r := range rejects {
		list[i] = Rule{ID: int64(i), Text: r.rule}
	}
	set, err := Compile(list)
	if err != nil {
		panic("rules: reject list: " + err.Error()) // a test compiles it
	}
	return set
})

// Reject judges a rule, or the name of a topic, by what it would look for:
// protest, elections, opposition, loyalty, opinion, criticism of power, or a
// person. What a rule excludes by - does not count against it. The code is one
// of the Reject constants.
func Reject(text string) (code string, rejected bool) {
	if person(text) {
		return RejectPerson, true
	}
	sought, short := text, []string(nil)
	if e, err := Parse(text); err == nil {
		var words []string
		collect(e, false, &words, &short)
		sought = strings.Join(words, " ")
	}
	if hits := rejectSet().Match(nil, sought); len(hits) > 0 {
		return rejects[hits[0].Rule].code, true
	}
	for _, beginning := range short {
		for _, root := range forbidden {
			if len([]rune(beginning)) >= 4 && strings.HasPrefix(root, beginning) {
				return RejectProtest, true
			}
		}
	}
	if person(sought) {
		return RejectPerson, true
	}
	return "", false
}

// collect lists the words whose presence helps a rule to match; a double
// negation helps again. beginnings are those written word*.
func collect(e Expr, negated bool, words, beginnings *[]string) {
	add := func(w Word) {
		if negated {
			return
		}
		*words = append(*words, w.Text)
		if w.Form == Beginning {
			*beginnings = append(*beginnings, foldWord(w.Text))
		}
	}
	parts := func(list []Expr) {
		for _, part := range list {
			collect(part, negated, words, beginnings)
		}
	}
	switch e := e.(type) {
	case Word:
		add(e)
	case Tag:
		for part := range strings.SplitSeq(e.Text, "_") {
			add(Word{Text: part})
		}
	case Phrase:
		for _, w := range e.Words {
			add(w)
		}
	case Near:
		parts(e.Terms)
	case And:
		parts(e.Parts)
	case Or:
		parts(e.Parts)
	case Not:
		collect(e.Part, !negated, words, beginnings)
	}
}
