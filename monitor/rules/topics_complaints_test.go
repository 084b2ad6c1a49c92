package rules

import (
	_ "embed"
	"slices"
	"strings"
	"testing"
)

// complaints are lines such as residents write, under the topic that has to
// find them; "!" marks those where life is at stake.
const complaints = `
zkh: Лифт не работает вторую неделю, бабушка на девятый этаж пешком ходит
zkh: Крыша протекает, на чердаке вода стоит
zkh: в подъезде грязь, уборщицу не видели с лета
zkh: УК на заявки не отвечает, трубку не берут
zkh: Управляющая компания опять прислала отписку
zkh: домофон сломали, заходит кто хочет
! zkh: В лифте застряла женщина с коляской, ребенок задыхается, лифт стоит час
heat: Батареи холодные, в квартире 14 градусов
heat: Когда дадут отопление? Дети болеют
heat: третий день нет горячей воды по Мира 7
heat: Прорвало теплотрассу у школы
heat: В комнате холодно, мёрзнем под двумя одеялами
heat: в доме не топят уже неделю
water: Нет воды с утра, никто не предупредил
water: Из крана течёт ржавая вода
water: Воды нет третьи сутки, кошмар
water: Канализация течёт прямо во двор
water: Прорвало трубу на Садовой, вода рекой
water: напор воды слабый, на пятый этаж не поднимается
water: люк открыт прямо у школы
! water: ребёнок провалился в люк возле дома
power: Опять отключили свет на всей улице
power: Света нет с обеда, холодильник потёк
! power: Провода оборваны, висят над тропинкой
power: напряжение скачет, сгорел телевизор
power: Когда закончится газификация? Газопровод не ведут
! power: В подъезде сильно пахнет газом
! power: оголённый провод торчит на детской площадке
roads: Яма на яме, дорога убитая
roads: Разбитая дорога до деревни, скорая не проедет
roads: Асфальт провалился на Ленина
roads: Раскопали улицу и бросили
roads: Светофор не работает на перекрёстке
roads: нет пешеходного перехода у школы, нужен переход
roads: Мост через речку сгнил, доски проваливаются, мост разрушен
roads: тротуара нет, ходим по обочине
! roads: На переходе сбили ребёнка, нет ни зебры, ни светофора
snow: Двор не чистят от снега вообще
snow: Гололёд на тротуарах, никто не посыпает
snow: Сосульки висят над входом
snow: Сугробы такие, что с коляской не пройти
snow: Снег с крыши упадет кому-нибудь на голову
snow: На остановке каток, бабушки падают
! snow: глыба льда упала женщине на голову
waste: Мусор не вывозят две недели
waste: Контейнеры переполнены, крысы бегают
waste: Свалка у реки растёт
waste: Региональный оператор когда приедет? график не соблюдает
waste: поставьте урну и контейнер, баков нет
waste: строительный мусор вывалили, валяется в лесу
yard: Фонари не горят на всей улице
yard: на улице темно, фонарей нет
yard: Детская площадка развалилась
yard: качели сломаны
yard: Тополь сухой, упадёт на машины
yard: Борщевик выше человека, никто не косит
yard: Парк заброшен, всё заросло
health: В поликлинике очередь на три часа
health: К врачу не попасть, талонов нет
health: Записаться к неврологу невозможно, запись на месяц вперёд
health: нет инсулина в аптеке
health: Скорую ждали два часа
health: фельдшера нет в селе
! health: человек без сознания, скорая не едет
edu: В школе холодно, дети сидят в куртках
edu: Учителя математики нет с сентября
edu: Места в детском саду не дают, очередь
edu: Школьный автобус не ездит
edu: Поборы в классе, собирают деньги на шторы
edu: Питание в школе ужасное
! edu: школьника избили и пришёл с ножом в класс
social: Пособие не пришло в этом месяце
social: Выплату на ребёнка отказали назначить
social: Инвалиду не могут сделать пандус
social: льготы отменили пенсионерам
social: Пенсию задержали на неделю
social: соцзащита месяц не отвечает
transport: Автобус не пришёл, ждали час
transport: Маршрутка проехала мимо остановки
transport: Водитель автобуса хамит
transport: Расписание автобусов не соблюдают
transport: Проезд подорожал, терминал не работает
transport: трамваи ходят раз в час, интервал огромный
! transport: автобус загорелся на ходу, люди выбивали окна
ecology: Дышать нечем, завод опять ночью дымит
ecology: Выбросы с комбината каждую ночь
ecology: Рыба дохнет в реке
ecology: Сливают отходы в реку
ecology: Вырубают парк под стройку
ecology: пахнет химией, запах с завода
animals: Стая собак бегает у школы
animals: бродячие собаки во дворе
animals: Вызвали отлов собак, никто не едет
animals: Лиса ходит по деревне
! animals: собака покусала ребёнка
! animals: стая набросилась на женщину
safety: Сирены не слышно в нашем районе
safety: Подтопило дома на улице Речной, нужна помощь
safety: Во дворе наркоманы, закладки ищут, участковый не реагирует
safety: Заброшенное здание, дети лазят
! safety: Горит дом на Лесной!
! safety: пожар в квартире на третьем этаже
! safety: не хочу жить, всё надоело
! safety: дети провалились под лёд
housing: Капремонт не начинали, а взносы берут
housing: Живём в аварийном доме, стены трещат
housing: Когда расселят барак?
housing: Застройщик не сдаёт дом второй год
housing: в общежитии плесень и тараканы
! housing: рухнул потолок в доме на Мира
mfc: В МФЦ очередь на весь день
mfc: Госуслуги не работают, ошибка
mfc: Паспорт не выдают второй месяц
mfc: на обращение не ответили, одна отписка
svo: Участнику СВО не пришла выплата
svo: Военкомат не выдаёт справку
svo: Муж пропал без вести, часть молчит
svo: мобилизованным не дают отпуск, семьи ждут
`

// chatter are lines that concern nobody's office, in the words of the topics.
//
//go:embed testdata/chatter.txt
var chatter string

func TestTopicsFindComplaints(t *testing.T) {
	set, owner, danger := builtinSet(t)
	for line := range strings.Lines(complaints) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		head, text, _ := strings.Cut(line, ": ")
		code, deadly := strings.CutPrefix(head, "! ")
		var topics []string
		alarm := false
		for _, hit := range set.Match(nil, text) {
			topics = append(topics, owner[hit.Rule])
			alarm = alarm || danger[hit.Rule]
		}
		topics = slices.Compact(topics)
		if !slices.Contains(topics, code) || alarm != deadly {
			t.Errorf("%q: topics %v, danger %v; want %s, %v", text, topics, alarm, code, deadly)
		}
	}
}

func TestTopicsLeaveChatterAlone(t *testing.T) {
	set, owner, _ := builtinSet(t)
	lines := strings.Split(strings.TrimSpace(chatter), "\n")
	for _, line := range lines {
		for _, hit := range set.Match(nil, line) {
			t.Errorf("%q: %s by %v", line, owner[hit.Rule], hit)
		}
	}
	if different := slices.Compact(slices.Sorted(slices.Values(lines))); len(different) != len(lines) || len(lines) < 300 {
		t.Errorf("%d lines, %d of them different", len(lines), len(different))
	}
}

// TestChatterFindsBroadRules is the control: a rule that takes its words as
// they come is found out.
func TestChatterFindsBroadRules(t *testing.T) {
	for _, rule := range []string{
		"дорога", "снег", "люк", "свет", "подъезд", "собака", "мусор", "автобус", "запах", "пожар", "школа", "врач", "пенсия", "паспорт", "фонарь",
		"без ~2 вода", "яма", "дерево ~5 двор", "лифт дом", "крыша ~4 течь", "горит", "скорая ~5 помощь", "детская площадка",
	} {
		set, err := Compile([]Rule{{Text: rule}})
		if err != nil {
			t.Fatal(err)
		}
		if hits := set.Match(nil, chatter); len(hits) == 0 {
			t.Errorf("no line has %s", rule)
		}
	}
}

// builtinSet compiles all built-in rules and tells, by rule, its topic and
// whether it means danger.
func builtinSet(t *testing.T) (set *Set, owner map[int64]string, danger map[int64]bool) {
	t.Helper()
	owner, danger = map[int64]string{}, map[int64]bool{}
	var list []Rule
	add := func(topic Topic, rules []string, deadly bool) {
		for _, rule := range rules {
			id := int64(len(list))
			list = append(list, Rule{ID: id, Text: rule})
			owner[id], danger[id] = topic.Code, deadly
		}
	}
	for _, topic := range Topics() {
		add(topic, topic.Rules, false)
		add(topic, topic.DangerRules, true)
	}
	set, err := Compile(list)
	if err != nil {
		t.Fatal(err)
	}
	return set, owner, danger
}
