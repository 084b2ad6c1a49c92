package dictionary

import (
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestForms(t *testing.T) {
	for _, c := range []struct{ word, forms, others string }{
		{"дорога", "дорога дороги дорог дорогами", "дорогой-то дорогая дорогие"},
		{"Яма", "яма ямы ям ямами", "ямом ямов"},
		{"пёс", "пес пса псы псами", "песок"},
		{"ЛЁД", "лед льда льду льде", "леди"},
		{"секунда", "секунд секунды", "с сек"},
		{"село", "сел села селе", "с сели"},
		{"течь", "течет текут течи", "текущий текущая"},
		{"сломать", "сломали сломана сломанный сломавшего сломав", "сломя"},
		{"узкий", "узкие узок", "уже"},
		{"мыть", "моют мыли", "мой моя моем"},
		{"скорый", "скорая скорую скор", "скоро"},
		{"дать", "дали дан дана", "данный данного"},
		{"тема", "темы темами", "тем"},
		{"круг", "кругом круги", ""},
		{"псы", "псы пес псами", "псина"},      // not a lemma: of any lemma
		{"Махонин", "махонина махониным", ""},  // not in the dictionary
		{"Махонину", "махонину махониным", ""}, // nor this form of it
		{"Поти", "поти", "по пот поте"},
	} {
		forms := Forms(c.word)
		if forms[0] != strings.ReplaceAll(strings.ToLower(c.word), "ё", "е") {
			t.Errorf("%s: begins with %s", c.word, forms[0])
		}
		for form := range strings.FieldsSeq(c.forms) {
			if !slices.Contains(forms, form) {
				t.Errorf("%s misses %s: %s", c.word, form, forms)
			}
		}
		for form := range strings.FieldsSeq(c.others) {
			if slices.Contains(forms, form) {
				t.Errorf("%s has %s: %s", c.word, form, forms)
			}
		}
	}
}

func TestWhatIsNoWordMeansItself(t *testing.T) {
	for _, word := range []string{"", "ЖКХ-2", "д0рога", "Wi-Fi", "усть-кут", "две ямы", "\xff\xfe", strings.Repeat("я", 65), "їжак"} {
		if forms := Forms(word); len(forms) != 1 || Known(word) {
			t.Errorf("%q has the forms %q", word, forms)
		}
	}
	if forms := Forms(strings.Repeat("Я", 64)); len(forms) > 100 {
		t.Errorf("64 letters have %d forms", len(forms))
	}
}

func TestLemma(t *testing.T) {
	for form, lemma := range map[string]string{
		"дороги": "дорога", "людей": "человек", "Текущий": "текущий", "стали": "стать", "мусора": "мусор", "ЛЬДА": "лед",
		"дома": "дом", "протекающая": "протекать", "с": "с", "после": "после", "Ёлкин": "елкин", "СНТ5": "снт5", "": "",
	} {
		if got := Lemma(form); got != lemma {
			t.Errorf("%s: %s, not %s", form, got, lemma)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for _, word := range []string{"яма", "сломать", "Чусьва"} {
				if len(Forms(word)) < 6 || Lemma(word) == "" {
					t.Errorf("%s: %s", word, Forms(word))
				}
			}
		})
	}
	all.Wait()
}

// The forms of any word begin with itself, none comes twice, all are folded.
func FuzzForms(f *testing.F) {
	for _, word := range []string{"яма", "Ёлка", "усть-кут", "ЖКХ", "а", "", "\xffя", strings.Repeat("ь", 70)} {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		forms := Forms(word)
		if len(forms) == 0 || len(forms) > 400 {
			t.Fatalf("%q has %d forms", word, len(forms))
		}
		seen := map[string]bool{}
		for _, form := range forms {
			if seen[form] || strings.ContainsAny(form, "ёЁ") {
				t.Errorf("%q: %q twice or not folded", word, form)
			}
			seen[form] = true
		}
		if lemma := Lemma(word); Known(word) && !Known(lemma) {
			t.Errorf("%q has the unknown lemma %q", word, lemma)
		}
	})
}
