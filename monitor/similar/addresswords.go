package similar

import "strings"

// class is what a word says of the name or the number beside it.
type class struct {
	kind  kind
	short bool // an abbreviation, after which a name may be written small
}

// classes are the words that addresses are made of, by their hash.
var classes = classesOf([]vocabulary{
	{street, `улица улицы улице улицу улицей улиц улицах проспект проспекта проспекте проспекту проспектом переулок переулка переулке переулку
		переулком бульвар бульвара бульваре бульвару шоссе проезд проезда проезде проезду набережная набережной набережную площадь площади
		тракт тракта тракте микрорайон микрорайона микрорайоне квартал квартала квартале посёлок посёлка посёлке деревня деревни деревне
		деревню село села селе станица станицы станице снт`},
	{street, `ул. пр. просп. пр-т пр-кт пр-д пер. бул. б-р наб. пл. ш. мкр. мкрн. м-н пос. дер. ст-ца`},
	{house, `дом дома доме дому домом домов домах домами домовладение д`},
	{block, `корпус корпуса корпусе корп строение строения строении стр к`},
	{entrance, `подъезд подъезда подъезде подъезду подъездом подъезды подъездов подъездах`},
	{number, `номер номера номером n`},
})

type vocabulary struct {
	kind  kind
	words string // those with a full stop or a hyphen are abbreviations
}

func classesOf(list []vocabulary) map[uint64]class {
	m := map[uint64]class{}
	for _, v := range list {
		for _, w := range strings.Fields(v.words) {
			m[wordHash(w)] = class{kind: v.kind, short: strings.ContainsAny(w, ".-")}
		}
	}
	return m
}

// measures are the words after which a number is no house, but how much or when.
var measures = hashes(`год года году годы лет г час часа часов минут минуты день дня дней дни сутки суток неделя недели недель месяц месяца
	месяцев раз раза рублей рубля руб тысяч тыс метр метра метров м км кв процентов градус градуса градусов человек человека чел детей машин
	машины штук января февраля марта апреля мая июня июля августа сентября октября ноября декабря числа`)

func hashes(list string) map[uint64]bool {
	m := map[uint64]bool{}
	for _, w := range strings.Fields(list) {
		m[wordHash(w)] = true
	}
	return m
}

func wordHash(text string) uint64 {
	w := words{text: text}
	w.next()
	return w.word.hash
}

// endings are those of adjectives, which have more than one letter, and of
// nouns, by their signs.
var endings = func() map[string]bool {
	m := map[string]bool{}
	for _, e := range strings.Fields(`ого его ому ему ыми ими ая яя ой ей ую юю ый ий ом ем ым им ых их ое ее а я у ю е ы и ь о`) {
		var signs []byte
		for _, r := range e {
			signs = append(signs, signOf(r))
		}
		m[string(signs)] = true
	}
	return m
}()
