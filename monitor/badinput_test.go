package monitor

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// A text as long as the intake takes, built to be slow to mask, to match or to
// compare, is stored like any other; a longer one is refused and harms none of
// the lines beside it.
func TestHostilePostsAreStoredLikeOthers(t *testing.T) {
	store := open(t)
	addRegion(t, store, "Край", "Заречный")
	m := watching(t, store, Config{IntakeToken: intakeToken, Recent: 10})
	const head = "Яма в Заречном. "
	n := 0
	give := func(piece string) (status string, took time.Duration) {
		text := head + strings.Repeat(piece, (maxText-len(head))/len(CleanText(piece)))
		least := time.Hour
		for range 2 { // the machine may be busy
			n++
			line, err := json.Marshal(map[string]string{"url": fmt.Sprintf("https://news.example/%d", n), "text": text})
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			_, a := post(t, m, string(line))
			least = min(least, time.Since(start))
			status = a.Results[0].Status
		}
		return status, least
	}
	_, ordinary := give("Во дворе дома 5 третий день нет воды, звоним в диспетчерскую! ")
	bound := 30*ordinary + time.Second
	for _, piece := range []string{
		"яма ", "яма", "Заречный яма ", "#яма ", "#ямавзаречном", "#", "я м а ", "я.м.а.", "я\u0301", "и\u0306", "\u0301", "\u200b", "0", "1 ", "8 912 ", "яma ", "АОА ", "А. А. ", "Иванов И.И. ", "кв. ", "дом 5 ",
		"ул. Мира, 5, кв. 7 ", "@a", "a@b.", "https://a.b/", "[id1|", "[", "(", "<a>", "&amp;", ".", "!", "\n", "\t \r\n", "\x00", "🙈", "👨‍👩‍👧‍👦", "\u202e", "水", "ъ", "%d%s", `\`, `"`, "'); --",
	} {
		status, took := give(piece)
		if status != "new" && status != "duplicate" || took > bound {
			t.Errorf("%q again and again: %s after %v; an ordinary post may take %v", piece, status, took, bound)
		}
	}
	long := `{"url":"https://news.example/long","text":"` + strings.Repeat("яма ", 1<<20/7) + `"}`
	_, a := post(t, m, strings.Join([]string{`{"url":"https://news.example/before","text":"Яма в Заречном: первая"}`, long, `{"url":"https://news.example/after","text":"Яма в Заречном: другая, у школы"}`}, "\n"))
	if got := strings.Join(statuses(a), ", "); got != "1 new, 2 rejected text_too_long, 3 new" {
		t.Errorf("a megabyte between two posts: %s", got)
	}
}
