package bot

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tg "github.com/go-telegram/bot"

	"otklik/bot/sandbox"
)

// TestErrorsMeanWhatTelegramSays goes through the real library: each answer of
// the Bot API comes back as the error that callers see.
func TestErrorsMeanWhatTelegramSays(t *testing.T) {
	for description, want := range map[string]kind{
		"400 Bad Request: chat not found":                                       gone,
		"400 Bad Request: message is not modified: specified new message":       unchanged,
		"400 Bad Request: message to edit not found":                            notFound,
		"400 Bad Request: PARTICIPANT_ID_INVALID":                               notFound,
		"400 Bad Request: user not found":                                       notFound,
		"400 Bad Request: message can't be edited":                              notOurs,
		"400 Bad Request: there is no text in the message to edit":              otherMethod,
		"400 Bad Request: there is no caption in the message to edit":           otherMethod,
		"400 Bad Request: message to delete not found":                          unchanged,
		"400 Bad Request: message can't be deleted":                             unchanged,
		"400 Bad Request: message thread not found":                             noThread,
		"400 Bad Request: TOPIC_CLOSED":                                         noThread,
		"400 Bad Request: message is too long":                                  tooLong,
		"400 Bad Request: message caption is too long":                          tooLong,
		"400 Bad Request: text is too long":                                     tooLong,
		"400 Bad Request: message text is empty":                                rejected,
		"400 Bad Request: text must be non-empty":                               rejected,
		"400 Bad Request: can't parse entities: Unclosed at byte offset 5":      badMarkup,
		"400 Bad Request: BUTTON_DATA_INVALID":                                  badKeyboard,
		"400 Bad Request: can't parse inline keyboard button: text is empty":    badKeyboard,
		`400 Bad Request: field "inline_keyboard" must be of type Array`:        badKeyboard,
		"400 Bad Request: reply markup is too long":                             badKeyboard,
		"400 Bad Request: query is too old and response timeout expired":        late,
		"400 Bad Request: not enough rights to send text messages to the chat":  noRights,
		"400 Bad Request: have no write access to the chat":                     noRights,
		"400 Bad Request: CHAT_WRITE_FORBIDDEN":                                 noRights,
		"400 Bad Request: CHAT_RESTRICTED":                                      noRights,
		"400 Bad Request: PHOTO_INVALID_DIMENSIONS":                             badPhoto,
		"400 Bad Request: IMAGE_PROCESS_FAILED":                                 badPhoto,
		"400 Bad Request: wrong file_id or the file is temporarily unavailable": badFile,
		"400 Bad Request: whatever comes next year":                             rejected,
		"401 Unauthorized":                                           badToken,
		"401 Unauthorized: invalid token specified":                  badToken,
		"403 Forbidden: bot was blocked by the user":                 unreachable,
		"403 Forbidden: user is deactivated":                         unreachable,
		"403 Forbidden: bot can't initiate conversation with a user": unreachable,
		"403 Forbidden: bot was kicked from the supergroup chat":     gone,
		"403 Forbidden: bot is not a member of the group chat":       gone,
		"403 Forbidden: the group chat was deleted":                  gone,
		"404 Not Found":                                                          badToken,
		"404 Not Found: method not found":                                        rejected,
		"409 Conflict: terminated by other getUpdates request":                   otherInstance,
		"409 Conflict: can't use getUpdates method while webhook is active; use": hooked,
		"413 Request Entity Too Large":                                           rejected,
		"500 Internal Server Error":                                              down,
		"502 Bad Gateway":                                                        down,
		"504 Gateway Timeout":                                                    down,
	} {
		var code int
		if _, err := fmt.Sscan(description, &code); err != nil {
			t.Fatal(err)
		}
		if f := answerWith(t, sandbox.Fault{Code: code, Description: description[4:]}); f.kind != want || f.code != code {
			t.Errorf("%s: kind %d, want %d", description, f.kind, want)
		}
	}
	for name, c := range map[string]struct {
		fault sandbox.Fault
		want  kind
	}{
		"flood":   {sandbox.Fault{Code: 429, Parameters: map[string]any{"retry_after": 7}}, flooded},
		"page":    {sandbox.Fault{HTML502: true}, gateway},
		"dropped": {sandbox.Fault{Drop: true}, lost},
		"lost":    {sandbox.Fault{Lose: true}, lost},
	} {
		f := answerWith(t, c.fault)
		if f.kind != c.want || f.kind == flooded && f.wait != 7*time.Second {
			t.Errorf("%s: %+v", name, f)
		}
	}
	f := answerWith(t, sandbox.Fault{Code: 400, Description: "Bad Request: group chat was upgraded to a supergroup chat", Parameters: map[string]any{"migrate_to_chat_id": -1001234567890123}})
	if f.kind != migrated || f.to != -1001234567890123 {
		t.Errorf("migration: %+v", f)
	}
	// The library's own check misses a wrapped error.
	if f := classify(fmt.Errorf("send: %w", &tg.TooManyRequestsError{RetryAfter: 3})); f.kind != flooded || f.wait != 3*time.Second {
		t.Errorf("wrapped: %+v", f)
	}
}

// answerWith makes a call that is answered with a fault.
func answerWith(t *testing.T, fault sandbox.Fault) *failure {
	t.Helper()
	s := sandbox.New(sandbox.Options{})
	defer s.Close()
	b := aBot(t, s)
	s.AddFault(fault)
	f, typed := errors.AsType[*failure](b.hear(t.Context()))
	if !typed {
		t.Fatalf("%+v: no failure", fault)
	}
	if strings.Contains(f.Error(), "sandbox") {
		t.Errorf("the error holds the token: %v", f)
	}
	return f
}

func FuzzManner(f *testing.F) {
	f.Add("<b>да</b> &amp; <i", 5)
	f.Add("&#1;&lt;&#x10FFFF;", 4096)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		limit = max(2, min(limit, maxText))
		got, mode := manner{plain: true, short: true}.text(text, limit)
		if n := len([]rune(got)); n > limit || mode != "" {
			t.Errorf("%d characters of %d, mode %q", n, limit, mode)
		}
	})
}
