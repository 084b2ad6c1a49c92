package rules

import (
	"strings"
	"sync"

	"otklik/monitor/rules/dictionary"
)

// everydayNames are names of towns and villages that are words of their own, or
// names of well-known people, lemmas folded. Judgement, not a count.
const everydayNames = `мир победа правда дно заря рассвет восход надежда октябрь май маяк луч труд свобода искра звезда дружба радуга весна берег бор роща
	поляна ключ ключи озеро гора горка горки мост дубрава сосна калина рябина малина вишня яблоня сад сады пчела орел сокол волк медведь заяц лось рыбак
	охотник пионер комсомолец большевик коммунар спутник отдых простор приволье клин луга свеча шахта шахты топки судак холм остров вязы липки грачи чайка
	гусь роза мама анна вера гай ключевой поле лес бугры камень пески пороги устье исток родник колодец мельница пристань станция переезд завод рудник
	лесной мирный северный южный западный восточный центральный солнечный светлый советский октябрьский первомайский майский свободный дальний веселый
	горный полевой степной новый старый красный белый черный зеленый большой малый верхний нижний средний высокий крутой отрадный удачный полярный кедровый
	владимир пушкин чехов жуков королев ломоносов маркс энгельс гагарин киров калинин чапаев фрунзе дзержинский свердлов тургенев горький толстой`

var everyday = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for name := range strings.FieldsSeq(everydayNames) {
		set[name] = true
	}
	return set
})

// Everyday tells whether the name of a place is also a word that posts have
// without meaning the place.
func Everyday(name string) bool {
	words := wordsOf(name)
	if len(words) != 1 {
		return false
	}
	word := words[0].word
	return everyday()[word] || everyday()[dictionary.Lemma(word)] || commonWord(word) > 0
}
