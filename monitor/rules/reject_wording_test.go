package rules

import (
	"strings"
	"testing"
)

// forbiddenRules are rules as somebody may type them, under why each is
// refused.
const forbiddenRules = `
protest: митинг ~5 площадь
protest: несогласованная акция
protest: "выйти на площадь" | "собраться на площади"
protest: перекрыть дорогу ~5 протест
protest: бессрочная забастовка водителей
protest: одиночный пикет
protest: флешмоб (протест | митинг)
protest: сход жителей | стихийный митинг
protest: беспорядки
elections: выборы мэра
elections: "явка на выборы"
elections: избирательный участок ~3 нарушение
elections: предвыборная агитация
elections: кандидат ~3 губернатор
opposition: оппозиция | оппозиционер
opposition: сторонники оппозиции
opposition: иноагенты
opposition: экстремизм
opposition: антивоенный
loyalty: рейтинг губернатора
loyalty: доверие к власти
loyalty: нелояльный
loyalty: поддержка президента
opinion: общественное мнение
opinion: политика
loyalty: отношение людей к власти
criticism: губернатор вор
criticism: "долой губернатора"
criticism: отставка мэра
criticism: критика правительства
criticism: коррупция чиновников
criticism: власть врёт
person: Иванов Сергей Петрович
person: "анна ковалёва"
person: @otvet_narod
`

// harmlessRules are rules of services, some with words that look forbidden.
const harmlessRules = `
яма ~5 (дорога | двор)
нет воды | без воды
отопление -баня
"не вывозят мусор"
автобус ~4 опоздал
площадь Революции снег
"улица Протестантская"
собрание собственников дома
голосование за парк
голосование по благоустройству двора
общее собрание жильцов
выбоина | колдобина
набережная ремонт
депутатский запрос дорога
управляющая компания не отвечает
глава поселения не чистит дорогу
администрация отписка
жалоба на мэрию мусор
чиновники не отвечают на обращения
обращение к губернатору яма
врач не принимает
кандидат медицинских наук приём
партия вакцины
пикет 140 километр
демонстрация фильма в парке
поддержка многодетных
доверенность МФЦ
карта лояльности аптека
протестантская кирха ремонт
политехнический колледж общежитие
улица Ивана Франко
парк имени Горького
сквер Анны Ахматовой
школа имени Гагарина
бунтарь кафе шум
протечка крыши
протезы инвалидам
перекрыли воду
перекрыли дорогу трубы
явка к врачу
`

func TestRejectForbiddenWording(t *testing.T) {
	for line := range strings.Lines(strings.TrimSpace(forbiddenRules)) {
		want, rule, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if got, ok := Reject(rule); !ok || got != want {
			t.Errorf("Reject(%q) = %q, %v; want %q", rule, got, ok, want)
		}
	}
}

func TestRejectHarmlessWording(t *testing.T) {
	for rule := range strings.Lines(strings.TrimSpace(harmlessRules)) {
		if got, ok := Reject(strings.TrimSpace(rule)); ok {
			t.Errorf("Reject(%q) = %q", strings.TrimSpace(rule), got)
		}
	}
}
