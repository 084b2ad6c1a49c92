package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"otklik/storage"
)

// viewAnswer is an official's answer as it stands under a post in a watched
// chat: his words and nothing else.
func viewAnswer(b *Bot, ctx context.Context, m storage.Message) (rendered, error) {
	var payload storage.ChatAnswer
	if err := json.Unmarshal(m.Payload, &payload); err != nil {
		return rendered{}, fmt.Errorf("read what is to be answered: %w", err)
	}
	a, err := b.store.AnswerByID(ctx, payload.Answer)
	if err != nil {
		return rendered{}, fmt.Errorf("answer %d: %w", payload.Answer, err)
	}
	if a.Text == "" {
		return rendered{nothing: true}, nil
	}
	r := rendered{text: html.EscapeString(a.Text), replyTo: payload.ReplyTo, strict: true}
	if payload.Photos == 0 {
		return r, nil
	}
	files, err := b.store.Files(ctx, a.ID)
	if err != nil {
		return rendered{}, fmt.Errorf("photos of answer %d: %w", a.ID, err)
	}
	for _, f := range files {
		if f.Kind == "photo" && f.Bot == b.me.ID && len(r.album) < payload.Photos {
			r.album = append(r.album, f)
		}
	}
	return r, nil
}

// postAlbum sends pictures by the messenger's ids of them, with one caption, as
// one message or album; the result is the id of the first.
func (b *Bot) postAlbum(ctx context.Context, to target, files []storage.File, caption string, mode models.ParseMode) (id int64, err error) {
	if len(files) == 1 {
		return b.postFile(ctx, to, upload{kind: "photo", address: files[0].Address}, caption, mode)
	}
	var media []models.InputMedia
	for i, f := range files {
		photo := &models.InputMediaPhoto{Media: f.Address}
		if i == 0 {
			photo.Caption, photo.ParseMode = caption, mode
		}
		media = append(media, photo)
	}
	return b.posted(ctx, "sendMediaGroup", callTime, func(ctx context.Context) (*models.Message, error) {
		list, err := b.api.SendMediaGroup(ctx, &tg.SendMediaGroupParams{
			ChatID: to.chat, MessageThreadID: to.thread, Media: media, DisableNotification: to.silent, ReplyParameters: to.reply,
		})
		if err == nil && len(list) == 0 {
			err = errors.New("an album of nothing")
		}
		if err != nil {
			return nil, err
		}
		return list[0], nil
	})
}

// reserve waits until a chat bears a number of further calls, and counts them:
// each picture of an album is a message.
func (b *Bot) reserve(ctx context.Context, lane storage.Lane, n int) error {
	for range n {
		if err := b.allowed(ctx, lane, false); err != nil {
			return err
		}
		b.limits.note(lane.Chat, false)
	}
	return nil
}

// answerNotSent gives an answer back that Telegram did not take into a watched
// chat; taken says that the error is none that asks for another attempt.
func (b *Bot) answerNotSent(ctx context.Context, out storage.Outgoing, f *failure) (taken bool, err error) {
	cause := ""
	switch f.kind {
	case noQuestion:
		cause = "gone"
	case noThread:
		cause = "no_rights"
	case rejected, tooLong, badMarkup, badKeyboard, badPhoto, badFile, otherMethod, notFound, notOurs, late:
		cause = "refused"
	default:
		return false, nil
	}
	b.log.Warn().Err(f).Int64("message", out.Message.ID).Msg("an answer is not taken by its chat")
	return true, b.store.FailOutgoing(ctx, out, cause)
}

// decideAnswer settles an answer of which nobody knows whether it stands in its
// chat. It is looked for where that can be done; it is never sent again by
// itself, for an answer must not stand twice.
func (b *Bot) decideAnswer(ctx context.Context, o *outlet, lane storage.Lane, u storage.Outgoing, probing bool) error {
	keep := context.WithoutCancel(ctx)
	if probing {
		doubts, err := b.store.Uncertainties(ctx, o.chat)
		if err != nil {
			return fmt.Errorf("uncertain messages: %w", err)
		}
		// Of two that are looked for, one could be taken for the other.
		if len(doubts) == 1 {
			found, err := b.probe(ctx, lane, u)
			if err != nil {
				return b.undecided(keep, o, lane, err)
			}
			if found == thereAlready {
				return nil
			}
		}
	}
	b.log.Warn().Int64("message", u.Message.ID).Msg("nobody knows whether an answer stands in its chat: its official is asked")
	return b.store.FailOutgoing(keep, u, "unknown")
}

// isAnswer tells whether a message is an answer in a watched chat.
func isAnswer(m storage.Message) bool { return m.Kind == storage.AnswerMessage }
