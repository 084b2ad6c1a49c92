package bot

import (
	"context"

	"otklik/storage"
)

// rendered is a message as Telegram shall show it.
type rendered struct {
	text     string         // Telegram HTML, at most 4096 characters after parsing, 1024 beside a picture
	buttons  [][]button     // nil for none
	keyboard [][]string     // a reply keyboard below the input field; nil leaves it as it is
	force    string         // asks for a reply; the placeholder of the input field
	photo    []byte         // a PNG
	file     []byte         // a document
	name     string         // of the file
	files    []storage.File // that follow it
	album    []storage.File // pictures whose caption the text is
	replyTo  int64          // the messenger's id of the message it replies to
	strict   bool           // as it is or not at all: nothing is cut, and what it replies to must be there
	nothing  bool           // there is nothing to say any more
}

// button is one inline button: it has data, a url, or a text to copy.
type button struct {
	text string
	data string
	url  string
	copy string
}

// view words a message of ours at the moment when it is sent or edited.
type view func(b *Bot, ctx context.Context, m storage.Message) (rendered, error)

// views has one for each kind of message.
func views() map[storage.MessageKind]view {
	return map[storage.MessageKind]view{
		storage.CardMessage:    viewCard,
		storage.ItemMessage:    viewItem,
		storage.PreviewMessage: viewPreview,
		storage.CopyMessage:    viewCopy,
		storage.DigestMessage:  viewDigest,
		storage.NoticeMessage:  viewNotice,
		storage.AnswerMessage:  viewAnswer,
	}
}
