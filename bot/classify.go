package bot

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"
)

// kind says what an error of the Bot API means to us.
type kind int

const (
	rejected      kind = iota // a mistake of ours: the same again would be rejected again
	flooded                   // wait, then the same again
	migrated                  // the group has a new address
	unchanged                 // it shows this already: as good as done
	gone                      // the chat is closed to us
	unreachable               // the person is
	noRights                  // we may not write there for now
	notFound                  // the message to edit is not there, or not ours; the person is no member
	notOurs                   // of these, somebody else's
	otherMethod               // a text where a caption is, or the reverse
	noThread                  // the topic is closed or deleted
	noQuestion                // what it replies to is not there any more
	tooLong                   // the text
	badMarkup                 // the HTML
	badKeyboard               // the buttons
	badPhoto                  // the picture; as a file it would do
	badFile                   // a file id that means nothing any more
	late                      // a press that was answered, or is too old to be
	badToken                  // Telegram does not know us
	otherInstance             // somebody else polls with our token
	hooked                    // a webhook is set
	down                      // Telegram has trouble and did not do it
	unsent                    // the request never went out
	gateway                   // somebody on the way answered instead: it may have been done
	lost                      // nobody knows whether it was done
)

// refusals are the descriptions that mean more than their code. The first that
// fits counts; pieces are lower case.
var refusals = []struct {
	code  int
	piece string
	kind  kind
}{
	{400, "message is not modified", unchanged},
	{400, "chat not found", gone},
	{400, "message to edit not found", notFound},
	{400, "message_id_invalid", notFound},
	{400, "participant_id_invalid", notFound},
	{400, "user not found", notFound},
	{400, "message can't be edited", notOurs},
	{400, "there is no text in the message to edit", otherMethod},
	{400, "there is no caption in the message to edit", otherMethod},
	{400, "message to delete not found", unchanged},
	{400, "message can't be deleted", unchanged},
	{400, "message thread not found", noThread},
	{400, "message to be replied not found", noQuestion},
	{400, "replied message not found", noQuestion},
	{400, "topic_closed", noThread},
	{400, "topic_deleted", noThread},
	{400, "reply markup is too long", badKeyboard},
	{400, "message is too long", tooLong},
	{400, "message_too_long", tooLong},
	{400, "caption is too long", tooLong},
	{400, "text is too long", tooLong},
	{400, "can't parse entities", badMarkup},
	{400, "button_", badKeyboard},
	{400, "can't parse inline keyboard button", badKeyboard},
	{400, "can't parse reply keyboard", badKeyboard},
	{400, "inline_keyboard", badKeyboard},
	{400, "inline keyboard expected", badKeyboard},
	{400, "reply_markup", badKeyboard},
	{400, "query is too old", late},
	{400, "query id is invalid", late},
	{400, "query_id_invalid", late},
	{400, "not enough rights", noRights},
	{400, "have no write access", noRights},
	{400, "chat_write_forbidden", noRights},
	{400, "chat_restricted", noRights},
	{400, "chat_send_", noRights},
	{403, "not enough rights", noRights},
	{403, "have no rights", noRights},
	{403, "chat_write_forbidden", noRights},
	{400, "photo_invalid_dimensions", badPhoto},
	{400, "image_process_failed", badPhoto},
	{400, "photo_ext_invalid", badPhoto},
	{400, "wrong file_id", badFile},
	{400, "wrong file identifier", badFile},
	{400, "wrong remote file", badFile},
	{400, "can't use file of type", badFile},
	{400, "type of file mismatch", badFile},
	{400, "user is deactivated", unreachable},
	{400, "peer_id_invalid", gone},
	{403, "bot was blocked by the user", unreachable},
	{403, "user is deactivated", unreachable},
	{403, "can't initiate conversation", unreachable},
	{403, "can't send messages to bots", unreachable},
	{409, "webhook is active", hooked},
	{409, "", otherInstance},
	{403, "", gone},
	{401, "", badToken},
	{404, "method not found", rejected}, // an older server of one's own
	{404, "", badToken},
}

// failure is a call of the Bot API that failed. Its text holds neither the
// token nor what was to be said.
type failure struct {
	method, text string
	kind         kind
	code         int           // of the answer; 0 when there was none
	wait         time.Duration // of flooded
	to           int64         // of migrated: the new address
}

func (f *failure) Error() string { return fmt.Sprintf("call %s: %s", f.method, f.text) }

// Unwrap lets errors.Is find ErrToken.
func (f *failure) Unwrap() error {
	if f.kind == badToken {
		return ErrToken
	}
	return nil
}

// label is the code for metrics.
func (f *failure) label() string {
	if f.code == 0 {
		return "network"
	}
	return strconv.Itoa(f.code)
}

// kindOf is the kind of an error that call returned; nil is unchanged.
func kindOf(err error) kind {
	if err == nil {
		return unchanged
	}
	if f, ok := errors.AsType[*failure](err); ok {
		return f.kind
	}
	return rejected
}

// classify says what an error of the library means.
func classify(err error) *failure {
	if flood, ok := errors.AsType[*tg.TooManyRequestsError](err); ok {
		return &failure{kind: flooded, code: http.StatusTooManyRequests, wait: time.Duration(max(flood.RetryAfter, 1)) * time.Second}
	}
	if m, ok := errors.AsType[*tg.MigrateError](err); ok {
		return &failure{kind: migrated, code: http.StatusBadRequest, to: int64(m.MigrateToChatID)}
	}
	if page, ok := errors.AsType[*pageError](err); ok {
		return &failure{kind: gateway, code: page.status}
	}
	if w, ok := errors.AsType[*wireError](err); ok {
		if w.written {
			return &failure{kind: lost}
		}
		return &failure{kind: unsent}
	}
	code := codeOf(err)
	text := strings.ToLower(err.Error())
	for _, r := range refusals {
		if r.code == code && strings.Contains(text, r.piece) {
			return &failure{kind: r.kind, code: code}
		}
	}
	switch {
	case code >= 500:
		return &failure{kind: down, code: code}
	case code == 0:
		// The library could not read what an accepted call returned.
		return &failure{kind: lost}
	}
	return &failure{kind: rejected, code: code}
}

// codeOf is the error code of an answer; 0 for an error that is none.
func codeOf(err error) int {
	if a, ok := errors.AsType[*answerError](err); ok {
		return a.code
	}
	for code, typed := range map[int]error{400: tg.ErrorBadRequest, 401: tg.ErrorUnauthorized, 403: tg.ErrorForbidden, 404: tg.ErrorNotFound, 409: tg.ErrorConflict} {
		if errors.Is(err, typed) {
			return code
		}
	}
	return 0
}
