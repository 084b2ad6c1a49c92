package similar

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode"
)

// sentences are what the complaints of the tests are made of; %s is an address.
var sentences = strings.Split(strings.TrimSpace(`
На %s третью неделю не убирают снег, по тротуару не пройти с коляской.
Во дворе на %s стоит переполненный контейнер, вокруг бегают крысы.
Автобус у остановки на %s перестал приходить по вечерам, люди мёрзнут по часу.
На %s не горит ни один фонарь, дети возвращаются из школы в полной темноте.
Провалился люк напротив %s, вчера туда едва не упал велосипедист.
Жильцы %s сидят без горячей воды с прошлой пятницы, диспетчер бросает трубку.
С крыши на %s свисают огромные сосульки прямо над входом в аптеку.
Сломались качели на площадке возле %s, торчат острые болты.
Бродячие собаки у %s набросились на пожилую женщину.
Яма на %s выросла до размеров ванны, машины объезжают её по встречной полосе.
Тополь у %s наклонился и вот-вот рухнет на провода.
Светофор рядом с %s мигает жёлтым уже целый месяц.
Подвал на %s залит канализацией, запах поднимается до верхних этажей.
В поликлинике около %s невозможно записаться к кардиологу.
Самосвалы едут по %s ночами напролёт и будят весь квартал.
Строители перегородили проход к %s забором без всякого объявления.
В детском саду на %s текут батареи, в группах плюс четырнадцать.
Магазин на %s торгует пивом после одиннадцати, под окнами крики.
Ливнёвка у %s забита листьями, после дождя стоит озеро.
На %s кто-то сжигает покрышки, дышать нечем.
Паводок подмыл берег за %s, забор соседей висит над обрывом.
Лифт на %s застревает каждый день, инвалид не может выйти гулять.
Скамейки у %s выломали, пенсионерам негде присесть.
Управляющая компания насчитала жильцам %s отопление за летние месяцы.
Мусоровоз не заезжает на %s, говорит, что мешают припаркованные автомобили.
Разметку пешеходного перехода у %s стёрли вместе со старым асфальтом.
Из крана на %s идёт ржавая жижа, стирать бельё нельзя.
Телефонная будка возле %s превратилась в свалку бутылок.
Хозяева выгуливают бойцовских псов без намордника прямо у %s.
Борщевик заполонил пустырь за %s, у племянника ожоги рук.
`), "\n")

var streets = strings.Split("Садовая Лесная Заречная Школьная Полевая Набережная Кузнечная Вишнёвая Солнечная Береговая", " ")

// complaint is one made of some of the sentences.
type complaint struct {
	parts []int
	text  string
}

func complain(r *rand.Rand, parts ...int) complaint {
	address := fmt.Sprintf("ул. %s, д. %d", streets[r.IntN(len(streets))], 1+r.IntN(150))
	var said []string
	for _, p := range parts {
		said = append(said, strings.ReplaceAll(sentences[p], "%s", address))
	}
	return complaint{parts, strings.Join(said, " ")}
}

func complaints(r *rand.Rand, n int) (list []complaint) {
	for range n {
		list = append(list, complain(r, r.Perm(len(sentences))[:3+r.IntN(3)]...))
	}
	return list
}

// edit changes a text as people, and those who hide from a filter, do.
type edit struct {
	name string
	do   func(r *rand.Rand, text string) string
}

var edits = []edit{
	{"prefix and hashtags", func(_ *rand.Rand, text string) string { return "Перепост! " + text + " #город #жкх" }},
	{"a typo in 120 letters", misspell},
	{"7 % of the words less", func(r *rand.Rand, text string) string { return eachWord(r, text, 0.07, func() string { return "" }) }},
	{"greeting and closing", func(_ *rand.Rand, text string) string {
		return "Здравствуйте! " + text + " Прошу помочь."
	}},
	{"a fifth less at the end", func(_ *rand.Rand, text string) string { return string([]rune(text)[:len([]rune(text))*8/10]) }},
	{"look-alike letters", disguise},
	{"a fifth of the words are others", func(r *rand.Rand, text string) string {
		own := strings.Fields(text)
		return eachWord(r, text, 0.2, func() string { return own[r.IntN(len(own))] })
	}},
	{"capitals, е for ё, other spaces", func(_ *rand.Rand, text string) string {
		return strings.NewReplacer("Ё", "Е", " ", "\n ", ",", " —").Replace(strings.ToUpper(text))
	}},
}

func eachWord(r *rand.Rand, text string, share float64, other func() string) string {
	words := strings.Fields(text)
	for i := range words {
		if r.Float64() < share {
			words[i] = other()
		}
	}
	return strings.Join(words, " ")
}

func misspell(r *rand.Rand, text string) string {
	letters := []rune(text)
	for range len(letters)/120 + 1 {
		i := r.IntN(len(letters) - 1)
		switch r.IntN(3) {
		case 0:
			letters[i] = 'а' + rune(r.IntN(32))
		case 1:
			letters = append(letters[:i], letters[i+1:]...)
		case 2:
			letters[i], letters[i+1] = letters[i+1], letters[i]
		}
	}
	return string(letters)
}

func disguise(r *rand.Rand, text string) string {
	latin := map[rune]rune{}
	for l, c := range lookAlikes {
		if unicode.Is(unicode.Latin, l) && unicode.IsLower(l) {
			latin[c] = l
		}
	}
	return strings.Map(func(c rune) rune {
		if l, ok := latin[c]; ok && r.IntN(3) == 0 {
			return l
		}
		return c
	}, text)
}
