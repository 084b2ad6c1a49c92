package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"github.com/go-telegram/bot/models"

	"otklik/bot/sandbox"
	"otklik/storage"
)

// What is finished while the inbox is read must not be taken for new.
func TestAnUpdateFinishedDuringAReadIsHandledOnce(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		var mu sync.Mutex
		handled := map[int64]int{}
		r.handle = func(_ context.Context, u *models.Update) error {
			mu.Lock()
			defer mu.Unlock()
			handled[u.ID]++
			return nil
		}
		r.start()
		later(0)
		me := r.tg.Bot().ID
		const updates = 400
		for id := range int64(updates) {
			u := storage.Update{ID: 5000 + id, Lane: id % 7, Raw: json.RawMessage(fmt.Sprintf(`{"update_id":%d}`, 5000+id))}
			if err := r.store.SaveUpdates(t.Context(), me, []storage.Update{u}); err != nil {
				t.Fatal(err)
			}
		}
		later(0)
		mu.Lock()
		defer mu.Unlock()
		for id := range int64(updates) {
			if n := handled[5000+id]; n != 1 {
				t.Errorf("update %d was handled %d times", 5000+id, n)
			}
		}
	})
}
