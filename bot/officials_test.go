package bot

import (
	"context"
	"testing"

	"otklik/storage"
)

// A database that cannot be read is no button of another time: the press is
// tried again, and whoever runs the installation reads why.
func TestTroubleOfOursIsNobodysMistake(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		ctx, cancel := context.WithCancel(o.t.Context())
		cancel()
		list := storage.Message{Kind: storage.NoticeMessage, State: storage.Live, Payload: []byte(`{"code":"officials"}`)}
		if _, err := o.bot.removeOfficial(ctx, ask{message: list, args: []string{"1"}}); err == nil || known(err) {
			t.Errorf("removing an official without a database: %v", err)
		}
		if r, err := viewStatus(o.bot, ctx, nil, list); err == nil {
			t.Errorf("the status without a database is %+v", r)
		}
	})
}
