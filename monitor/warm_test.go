package monitor

import (
	"testing"
	"testing/synctest"
	"time"

	"otklik/storage"
)

// TestDecisionsTeach: while the monitor runs, what an administrator decides is
// learned, kept over a restart, and told with the next complaint's incident.
func TestDecisionsTeach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		defer synctest.Wait()
		m := watching(t, o.store, Config{}, o.net)
		why := func(m *Monitor, id string) string {
			t.Helper()
			post := complaint(id, time.Now())
			post.Text = "Заречный: " + post.Text
			done, err := m.accept(t.Context(), []Line{{Number: 1, Item: post}})
			if err != nil || len(done[0].incidents) != 1 {
				t.Fatalf("%+v, %v", done, err)
			}
			i, err := o.store.Incident(t.Context(), done[0].incidents[0])
			if err != nil {
				t.Fatal(err)
			}
			list, err := o.store.Suggestions(t.Context(), i, 1)
			if err != nil || len(list) != 1 {
				t.Fatalf("suggested %v, %v", list, err)
			}
			if id == "1" {
				if _, err := o.store.Assign(t.Context(), storage.Actor{Kind: storage.Administrator}, i.ID, o.official.ID); err != nil {
					t.Fatal(err)
				}
			}
			return list[0].Why
		}
		stop := run(t, m)
		if got := why(m, "1"); got != "any" {
			t.Errorf("before any decision: %s", got)
		}
		time.Sleep(10 * time.Second)
		stop()
		if got := why(watching(t, o.store, Config{}, o.net), "2"); got != "likely" {
			t.Errorf("after the decision and a restart: %s", got)
		}
	})
}
