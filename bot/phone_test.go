package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"otklik/bot/sandbox"
	"otklik/storage"
)

// wantPhone reports labels of a card that a phone would cut. «→» has a row of
// its own, and a name is as long as it is.
func (o *office) wantPhone(card sandbox.Message) {
	o.t.Helper()
	rows := card.ReplyMarkup.InlineKeyboard
	if len(rows) > 5 {
		o.t.Errorf("%d rows of buttons:\n%s", len(rows), say(card))
	}
	for _, row := range rows {
		var have []button
		for _, b := range row {
			have = append(have, button{text: b.Text})
		}
		if !fitsPhone(have) {
			o.t.Errorf("a phone cuts %v of:\n%s", have, say(card))
		}
	}
}

// Whatever was learned, each label of a card can be read on a phone.
func TestCardsFitAPhone(t *testing.T) {
	for _, language := range []string{"ru", "en"} {
		inOffice(t, language, func(o *office) {
			first := o.complaint("Яма")
			for _, reason := range append(slices.Clone(dismissals), "") {
				for _, urgent := range []bool{false, true} {
					time.Sleep(time.Minute) // a group bears so many calls
					advice := advised(storage.Advice{Reason: reason, Urgent: urgent})
					alone := o.complaint(fmt.Sprintf("Свет %s %v", reason, urgent), advice)
					o.wantPhone(o.card(alone))
					_, offered := o.card(alone).Button("✕")
					if offered != (reason != "") {
						t.Errorf("%q: offered is %v", reason, offered)
					}
					twin := o.complaint(fmt.Sprintf("Яма %s %v", reason, urgent), advice, o.like(first, similarTo))
					o.wantPhone(o.card(twin))
					if !strings.Contains(say(o.card(twin)), fmt.Sprintf("№%d]", first)) {
						t.Errorf("no proposal to merge:\n%s", say(o.card(twin)))
					}
				}
			}
			words := map[string][3]string{"ru": {"Ещё", "Назад", "Не требует ответа"}, "en": {"More", "Back", "Needs no answer"}}[language]
			for _, importance := range []storage.Importance{storage.High, storage.Normal} {
				o.must(o.store.SetImportance(o.t.Context(), storage.Actor{Kind: storage.Administrator}, first, importance))
				time.Sleep(time.Minute)
				o.press(o.admin, o.card(first), words[0])
				o.wantPhone(o.card(first))
				o.press(o.admin, o.card(first), words[1])
			}
			o.press(o.admin, o.card(first), words[2])
			o.wantPhone(o.card(first))
		})
	}
}

func TestFitsPhone(t *testing.T) {
	for row, want := range map[string]bool{
		strings.Repeat("ж", phoneRow): true, strings.Repeat("ж", phoneRow+1): false,
		"Не требует ответа|✕ Закрытый профиль": true, "Не требует ответа|Не требует: нет фактов": false,
		"Назначить|Ещё|❗️ Важно": true, "Назначить|Ещё|Объединить с №214": false,
	} {
		var have []button
		for text := range strings.SplitSeq(row, "|") {
			have = append(have, button{text: text})
		}
		if got := fitsPhone(have); got != want {
			t.Errorf("%s: %v, want %v", row, got, want)
		}
	}
}
