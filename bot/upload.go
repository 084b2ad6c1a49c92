package bot

import (
	"bytes"
	"cmp"
	"context"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// uploadRate is how many bytes a second a slow line bears.
const uploadRate = 64 << 10

// upload is a file on its way: its bytes, or the messenger's id of one it has.
type upload struct {
	kind    string // photo, video; anything else is a document
	name    string
	data    []byte
	address string
}

// input makes the file anew for each attempt: a reader is spent by the first.
func (u upload) input() models.InputFile {
	if u.address != "" {
		return &models.InputFileString{Data: u.address}
	}
	return &models.InputFileUpload{Filename: u.name, Data: bytes.NewReader(u.data)}
}

func (b *Bot) postFile(ctx context.Context, to target, u upload, caption string, mode models.ParseMode) (int64, error) {
	limit := callTime + time.Duration(len(u.data)/uploadRate)*time.Second
	switch u.kind {
	case "photo":
		return b.posted(ctx, "sendPhoto", limit, func(ctx context.Context) (*models.Message, error) {
			return b.api.SendPhoto(ctx, &tg.SendPhotoParams{
				ChatID: to.chat, MessageThreadID: to.thread, Photo: u.input(), Caption: caption, ParseMode: mode,
				DisableNotification: to.silent, ReplyParameters: to.reply, ReplyMarkup: to.markup,
			})
		})
	case "video":
		return b.posted(ctx, "sendVideo", limit, func(ctx context.Context) (*models.Message, error) {
			return b.api.SendVideo(ctx, &tg.SendVideoParams{
				ChatID: to.chat, MessageThreadID: to.thread, Video: u.input(), Caption: caption, ParseMode: mode,
				DisableNotification: to.silent, ReplyParameters: to.reply, ReplyMarkup: to.markup,
			})
		})
	}
	return b.posted(ctx, "sendDocument", limit, func(ctx context.Context) (*models.Message, error) {
		return b.api.SendDocument(ctx, &tg.SendDocumentParams{
			ChatID: to.chat, MessageThreadID: to.thread, Document: u.input(), Caption: caption, ParseMode: mode,
			DisableNotification: to.silent, ReplyParameters: to.reply, ReplyMarkup: to.markup,
		})
	})
}

// uploadOf is the file that a message consists of.
func uploadOf(r rendered, how manner) upload {
	u := upload{kind: "document", name: r.name, data: r.file}
	if len(r.photo) > 0 {
		u.data = r.photo
		if !how.document {
			u.kind = "photo"
		}
		u.name = cmp.Or(u.name, "picture.png")
	}
	u.name = cmp.Or(u.name, "file")
	return u
}
