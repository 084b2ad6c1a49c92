package bot

import (
	"fmt"
	"testing"
	"time"

	"otklik/storage"
)

// A burst of incidents comes as a digest; its numbers open cards, and what was
// opened is handled like any other.
func TestDigestOpensCards(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		var burst []storage.Found
		for n := range 14 {
			burst = append(burst, storage.Found{
				Post:    storage.Post{Network: "ok", Kind: "post", ExternalID: fmt.Sprint(n), URL: fmt.Sprintf("https://ok.ru/group/1/topic/%d", n), Text: fmt.Sprintf("Нет света в доме %d & <b>", n), State: storage.Ready},
				Matches: []storage.Match{{Region: o.region, Topic: o.topic, Importance: storage.Normal}},
			})
		}
		_, err := o.store.SavePosts(o.t.Context(), nil, burst)
		o.must(err)
		time.Sleep(2 * time.Minute)
		o.settle()
		digest := o.show(o.group, "Новые: 10 инцидентов")
		o.want(say(digest), "№1 Дороги: Нет света в доме 0 & <b>", "Нажмите номер", "[№1] [№2] [№3] [№4] [№5]\n[№6]")
		o.want(o.press(o.deputy, digest, "№3"), "№3: карточка внизу")
		o.want(say(o.card(3)), "Одноклассники", "Нет света в доме 2", "[→ Минтранс · Иванова]")
		o.want(o.press(o.deputy, o.card(3), "→"), "№3 назначен")
	})
}
