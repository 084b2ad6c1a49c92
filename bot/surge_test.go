package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"otklik/bot/sandbox"
	"otklik/storage"
)

// A surge is one alarm in the group, whose buttons open the cards, and one to the
// staff, who get the links.
func TestSurgeIsOneAlarm(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		o.deputy.Start("")
		o.staff(o.deputy, o.region)
		o.settle()
		var last int64
		for n := range 14 {
			last = o.complaint(fmt.Sprintf("Нет воды в доме %d на <Садовой>", n+1), func(f *storage.Found) { f.Signature = []byte{1} })
		}
		o.absent(o.group, "Всплеск")
		for range 2 {
			o.must(o.store.Upkeep(o.t.Context(), storage.Keeping{Texts: 24 * time.Hour}))
			o.settle()
		}
		number := fmt.Sprintf("№%d", last)
		alarm := o.show(o.group, "Всплеск: Дороги", "14 сообщений за 2 часа, обычно меньше одного", number+" · Нет воды в доме 14 на <Садовой>", "/queue")
		o.want(o.press(o.admin, alarm, number), number)
		o.show(o.deputy.Chat(), "Всплеск: Дороги", "14 сообщений", number, "/summary")
		for _, c := range []*sandbox.Chat{o.group, o.deputy.Chat()} {
			if n := strings.Count(o.transcript(c), "Всплеск"); n != 1 {
				t.Errorf("%d alarms in one chat", n)
			}
		}
		o.absent(o.official.Chat(), "Всплеск")
		t.Log("\n" + say(alarm))
	})
}
