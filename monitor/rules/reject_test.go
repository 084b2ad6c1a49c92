package rules

import "testing"

func TestReject(t *testing.T) {
	for text, want := range map[string]string{
		"митинг | шествие":          RejectProtest,
		"митинг*":                   RejectProtest,
		"проте*":                    RejectProtest,
		"мит\u00adинг":              RejectProtest,
		"митинг площадь":            RejectProtest,
		"#протест":                  RejectProtest,
		"яма | -(-митинги)  яма":    RejectProtest,
		"протесты и недовольство":   RejectProtest,
		"выборы губернатора":        RejectElections,
		"кандидат в депутаты":       RejectElections,
		"оппозиция":                 RejectOpposition,
		"иноагент* | активисты":     RejectOpposition,
		"лояльность":                RejectLoyalty,
		"рейтинг губернатора":       RejectLoyalty,
		"доверие ~2 власть":         RejectLoyalty,
		"общественное мнение":       RejectOpinion,
		"политика":                  RejectOpinion,
		"Политические взгляды: все": RejectOpinion,
		"критика власти":            RejectCriticism,
		"губернатор отставка":       RejectCriticism,
		`"мэр вор"`:                 RejectCriticism,
		"Иван Петрович":             RejectPerson,
		`"сергей новиков"`:          RejectPerson,
		"новиков сергей":            RejectPerson,
		"Новиков С.А.":              RejectPerson,
		"@ivan_petrov":              RejectPerson,
	} {
		if got, ok := Reject(text); !ok || got != want {
			t.Errorf("Reject(%q) = %q, %v, want %q", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"яма дорога", "«митинговая площадь»", "яма -митинг", "мусор -(выборы | протест)", "улица Революции", `"площадь революции" снег`,
		"протекает крыша", "протез* очередь", "голосование благоустройство", "губернатор", "обратиться к губернатору", "администрация не отвечает",
		"карта лояльности", "поликлиника", "улица Юрия Гагарина", "«проспект ивана яковлева» яма", "школа имени Петрова И.И.", "Нижний Новгород", "деревня Ивановка",
		"выбоина", "политех*", "власть обещала дорогу", "чиновник", "Барановичи", "партия лекарств не пришла", "роман", "депутат дорога", "опека и попечительство", "избили",
		"надежда", "вера дорога", "рейтинг школ", "поддержка участников СВО", "пикет 12 км трасса", "(яма",
	} {
		if got, ok := Reject(text); ok {
			t.Errorf("Reject(%q) = %q", text, got)
		}
	}
}
