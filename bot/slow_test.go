package bot

import (
	"strings"
	"testing"
	"time"
)

// A group that has had its calls for this minute shows a menu late, and says so.
func TestAPressInAFullGroupIsToldWhenItShows(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.complaint("Яма на Ленина")
		told := ""
		for n := 0; n < 20 && told == ""; n++ {
			told = o.answerOf(o.admin.Press(o.card(id), data("menu", id, []string{"more", ""}[n%2])))
		}
		if !strings.Contains(told, "через") {
			t.Fatalf("a full group says %q", told)
		}
		time.Sleep(61 * time.Second)
		o.settle()
		if told := o.press(o.admin, o.card(id), "Ещё"); told != "" {
			t.Errorf("a free group says %q", told)
		}
	})
}
