package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"otklik/storage"
)

// maxFile is what Telegram lets a bot fetch.
const maxFile = 20 << 20

// sendFiles sends the files of a message after it. They are beside the point of
// the message, which was sent: one that fails is told and left out.
func (b *Bot) sendFiles(ctx context.Context, lane storage.Lane, out storage.Outgoing, files []storage.File) {
	to := target{chat: out.Message.Address, silent: true}
	if out.Thread > 1 {
		to.thread = int(out.Thread)
	}
	for _, f := range files {
		if err := b.sendFile(ctx, lane, to, f); err != nil {
			b.log.Warn().Err(err).Int64("message", out.Message.ID).Int64("file", f.ID).Msg("send a file")
		}
	}
}

// sendFile sends a file by the messenger's id of it; one that Telegram has
// forgotten is uploaded again.
func (b *Bot) sendFile(ctx context.Context, lane storage.Lane, to target, f storage.File) error {
	if f.Bot != b.me.ID {
		return fmt.Errorf("file %d belongs to another bot", f.ID)
	}
	u := upload{kind: f.Kind, name: f.Name, address: f.Address}
	err := b.anotherFile(ctx, lane, to, u)
	switch kindOf(err) {
	case badPhoto, badFile:
	default:
		return err
	}
	if u.data, err = b.Fetch(ctx, f.Address); err != nil {
		return err
	}
	u.address, u.kind, u.name = "", "document", cmp.Or(u.name, "file")
	return b.anotherFile(ctx, lane, to, u)
}

// maxFloods is how often a file waits out a flood.
const maxFloods = 3

func (b *Bot) anotherFile(ctx context.Context, lane storage.Lane, to target, u upload) error {
	for try := 0; ; try++ {
		if err := b.allowed(ctx, lane, false); err != nil {
			return err
		}
		_, err := b.postFile(ctx, to, u, "", "")
		b.limits.note(lane.Chat, false)
		f, ok := errors.AsType[*failure](err)
		if !ok || f.kind != flooded || try == maxFloods || !rest(ctx, b.flood(lane, f)) {
			return err
		}
	}
}

// Fetch reads a file that somebody sent to the bot, by the messenger's id of
// it; 20 MB at most.
func (b *Bot) Fetch(ctx context.Context, address string) (data []byte, err error) {
	var f *models.File
	err = b.call(ctx, "getFile", func(ctx context.Context) error {
		f, err = b.api.GetFile(ctx, &tg.GetFileParams{FileID: address})
		return err
	})
	if err != nil {
		return nil, err
	}
	err = b.callFor(ctx, callTime+time.Duration(maxFile/uploadRate)*time.Second, "file", func(ctx context.Context) error {
		data, err = b.download(ctx, f.FilePath)
		return err
	})
	return data, err
}

// download reads a file by its path; the address holds the token, so no error
// may hold the address.
func (b *Bot) download(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.cfg.URL+"/file/bot"+b.cfg.Token+"/"+path, nil)
	if err != nil {
		return nil, inner(err)
	}
	resp, err := b.client.http.Do(req)
	if err != nil {
		return nil, &wireError{true, inner(err)}
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, &pageError{resp.StatusCode}
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("the file is larger than %d bytes", maxFile)
	}
	return data, err
}
