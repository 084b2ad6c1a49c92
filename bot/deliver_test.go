package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/bot/sandbox"
	"otklik/storage"
)

var system = storage.Actor{Kind: storage.System}

// cards are the texts of the cards 1 to n.
func cards(n int, state storage.State) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("№%d. %s", i+1, state))
	}
	return list
}

func TestWhatWaitsIsSentInOrderAndEdited(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{Limits: sandbox.UsualLimits}, supergroup)
		r.post(4)
		r.start()
		later(10 * time.Second)
		if diff := cmp.Diff(cards(4, storage.New), texted(r.chat)); diff != "" {
			t.Fatal(diff)
		}
		if _, err := r.store.Dismiss(t.Context(), system, 2, "no_problem", ""); err != nil {
			t.Fatal(err)
		}
		later(10 * time.Second)
		want := cards(4, storage.New)
		want[1] = "№2. dismissed"
		if diff := cmp.Diff(want, texted(r.chat)); diff != "" {
			t.Error(diff)
		}
		if n := len(ok(r.store.Lanes(t.Context()))); n != 0 {
			t.Errorf("%d lanes have work", n)
		}
	})
}

// refusal is an answer of Telegram and what a person sees in the end.
type refusal struct {
	name   string
	fault  sandbox.Fault
	render rendered
	want   string // the text in the official's chat; "" for none
	calls  int    // of sending
	within time.Duration
	log    string
}

func TestEachRefusalHasItsAction(t *testing.T) {
	plain := rendered{text: "<b>да</b> &amp; нет", buttons: [][]button{{{text: "Ещё", data: "menu:1"}}}}
	picture := rendered{text: "подпись", photo: pixel()}
	for _, c := range []refusal{
		{name: "flood", fault: sandbox.Fault{Code: 429, Description: "Too Many Requests: retry after 9", Parameters: map[string]any{"retry_after": 9}}, want: "да & нет", calls: 2, within: 12 * time.Second},
		{name: "entities", fault: sandbox.Fault{Code: 400, Description: "Bad Request: can't parse entities: Unsupported start tag"}, want: "да & нет", calls: 2, log: "another way"},
		{name: "too long", fault: sandbox.Fault{Code: 400, Description: "Bad Request: message is too long"}, want: "да & нет", calls: 2, log: "another way"},
		{name: "button", fault: sandbox.Fault{Code: 400, Description: "Bad Request: BUTTON_DATA_INVALID"}, want: "да & нет", calls: 2, log: "another way"},
		{name: "keyboard", fault: sandbox.Fault{Code: 400, Description: `Bad Request: field "inline_keyboard" of the InlineKeyboardMarkup must be of type Array`}, want: "да & нет", calls: 2},
		{name: "picture", fault: sandbox.Fault{Method: "sendPhoto", Code: 400, Description: "Bad Request: PHOTO_INVALID_DIMENSIONS"}, render: picture, want: "подпись", calls: 2},
		{name: "server", fault: sandbox.Fault{Code: 500, Description: "Internal Server Error: restart", Count: 3}, want: "да & нет", calls: 4, within: 10 * time.Second},
		{name: "gateway", fault: sandbox.Fault{HTML502: true, Count: 3}, want: "повтор: это сообщение могло прийти раньше\nда & нет", calls: 4, within: 20 * time.Second},
		{name: "thread", fault: sandbox.Fault{Code: 400, Description: "Bad Request: message thread not found"}, want: "", calls: 1, within: time.Minute},
		{name: "rights", fault: sandbox.Fault{Code: 400, Description: "Bad Request: not enough rights to send text messages to the chat"}, want: "да & нет", calls: 2, within: 11 * time.Minute},
		{name: "nonsense", fault: sandbox.Fault{Code: 400, Description: "Bad Request: something new"}, calls: 1, log: "given up"},
		{name: "empty", fault: sandbox.Fault{Code: 400, Description: "Bad Request: message text is empty"}, calls: 1, log: "given up"},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				r := newRig(t, sandbox.Options{}, supergroup)
				words := c.render
				if words.text == "" {
					words = plain
				}
				r.render = func(context.Context, storage.Message) (rendered, error) { return words, nil }
				r.start()
				later(time.Second)
				c.fault.ChatID = r.official.ID()
				r.tg.AddFault(c.fault)
				r.tell(r.private, "x")
				later(max(c.within, 5*time.Second))
				got := strings.Join(texted(r.official.Chat()), "|")
				calls := slices.DeleteFunc(r.tg.Calls(), func(k sandbox.Call) bool { return k.ChatID != r.official.ID() || !strings.HasPrefix(k.Method, "send") })
				if got != c.want || len(calls) != c.calls {
					t.Errorf("%q after %d calls, want %q after %d", got, len(calls), c.want, c.calls)
				}
				if !strings.Contains(r.logs.text(), c.log) {
					t.Errorf("the log does not say %q", c.log)
				}
			})
		})
	}
}

func TestAFloodHoldsItsChatAlone(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		r.start()
		later(time.Second)
		r.tg.AddFault(sandbox.Fault{Method: "sendMessage", ChatID: r.chat.ID(), Code: 429, Parameters: map[string]any{"retry_after": 30}})
		r.post(2)
		later(time.Second)
		r.tell(r.private, "другой чат")
		later(time.Second)
		if n := len(texted(r.official.Chat())); n != 1 {
			t.Error("another chat waits along")
		}
		later(27 * time.Second)
		if n := len(texted(r.chat)); n != 0 {
			t.Error("the wait was cut short")
		}
		later(9 * time.Second)
		if diff := cmp.Diff(cards(2, storage.New), texted(r.chat)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTwoFloodsAtOnceHoldEverything(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		r.start()
		later(time.Second)
		r.tg.AddFault(sandbox.Fault{Method: "sendMessage", Count: 2, Code: 429, Parameters: map[string]any{"retry_after": 20}})
		third := r.tg.Person("Третий", "ru")
		third.Start("")
		chat := ok(r.store.MeetChat(t.Context(), third.ID(), storage.Private, "Третий", 1))
		r.post(1)
		r.tell(r.private, "x")
		later(time.Second)
		r.tell(chat.ID, "x")
		later(18 * time.Second)
		if n := len(texted(third.Chat())); n != 0 {
			t.Error("the third chat was written to")
		}
		later(10 * time.Second)
		if len(texted(third.Chat())) != 1 || len(texted(r.chat)) != 1 || len(texted(r.official.Chat())) != 1 {
			t.Error("not all was sent")
		}
	})
}

func TestAGroupMovesInTheMiddleOfItsQueue(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{Limits: sandbox.UsualLimits}, basicGroup)
		r.post(9)
		r.start()
		later(3 * time.Second)
		if n := len(texted(r.chat)); n == 0 || n == 9 {
			t.Fatalf("%d cards are no middle", n)
		}
		moved := r.chat.Migrate()
		later(2 * time.Minute)
		got := texted(moved)
		slices.Sort(got)
		if diff := cmp.Diff(cards(9, storage.New), got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAClosedTopicIsLeftForTheGeneralOne(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, func(s *sandbox.Server, p ...*sandbox.Person) *sandbox.Chat { return s.Forum("Регион", p...) })
		topic := r.chat.Topic(r.admin, "Обращения")
		if err := r.store.SetThread(t.Context(), r.group, int64(topic)); err != nil {
			t.Fatal(err)
		}
		r.post(1)
		r.start()
		later(3 * time.Second)
		r.chat.CloseTopic(r.admin, topic)
		r.post(1)
		later(3 * time.Second)
		got := r.chat.FromBot()
		if len(got) != 2 || got[0].MessageThreadID != topic || got[1].MessageThreadID != 0 {
			t.Errorf("%+v", got)
		}
	})
}

func TestSomebodyWhoBlockedTheBotLosesWhatIsHis(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		ctx := t.Context()
		incident := r.post(1)[0]
		if err := r.store.CreateInvite(ctx, system, r.region, r.group, storage.OfficialRole, "Минтранс", "token"); err != nil {
			t.Fatal(err)
		}
		role := ok(r.store.Join(ctx, "token", r.person))
		r.start()
		later(3 * time.Second)
		r.official.Block()
		ok(r.store.Assign(ctx, system, incident, role.ID))
		later(3 * time.Second)
		if p := ok(r.store.Person(ctx, r.person)); p.Reachable {
			t.Error("the person is still thought to be in reach")
		}
		if i := ok(r.store.Incident(ctx, incident)); i.State != storage.New {
			t.Errorf("the incident is %s", i.State)
		}
	})
}

func TestOwnersAreToldOfAGroupThatIsGone(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		r.admin.Start("")
		ok(r.store.MeetChat(t.Context(), r.admin.ID(), storage.Private, r.admin.Name(), 1))
		r.start()
		later(time.Second)
		r.chat.MuteBot(r.admin)
		r.post(2)
		later(25 * time.Minute)
		if diff := cmp.Diff([]string{"chat_forbidden"}, texted(r.admin.Chat())); diff != "" {
			t.Error(diff)
		}
		r.chat.DemoteBot(r.admin)
		later(15 * time.Minute)
		if n := len(texted(r.chat)); n != 2 {
			t.Errorf("%d cards after the right came back", n)
		}
		if c := ok(r.store.Chat(t.Context(), r.group)); c.State != storage.Active {
			t.Errorf("the chat is %s", c.State)
		}
		r.chat.KickBot(r.admin)
		r.post(2)
		later(25 * time.Minute)
		if diff := cmp.Diff([]string{"chat_forbidden", "chat_gone"}, texted(r.admin.Chat())); diff != "" {
			t.Error(diff)
		}
		if n := len(r.tg.CallsOf("sendMessage")); n > 15 {
			t.Errorf("%d calls: a chat that is gone is still written to", n)
		}
		r.chat.AddBot(r.admin)
		if err := r.store.ResumeChat(t.Context(), r.group); err != nil {
			t.Fatal(err)
		}
		later(10 * time.Second)
		if n := len(texted(r.chat)); n != 4 {
			t.Errorf("%d cards after the bot came back", n)
		}
	})
}

func TestADeletedCardIsSentAnew(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		r.post(1)
		r.start()
		later(2 * time.Second)
		r.tg.AddFault(sandbox.Fault{Method: "editMessageText", Code: 400, Description: "Bad Request: message to edit not found"})
		if err := r.store.Touch(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		later(3 * time.Second)
		if diff := cmp.Diff([]string{"№1. new", "№1. new"}, texted(r.chat)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAFinalStateIsNotLostBehindAnEditOnTheWire(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"answered": {Delay: 3 * time.Second},
		"lost":     {Delay: 3 * time.Second, Lose: true},
		"timeout":  {Delay: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				r := newRig(t, sandbox.Options{}, supergroup)
				words := ""
				r.render = func(ctx context.Context, m storage.Message) (rendered, error) {
					w, err := r.number(ctx, m)
					w.text += words
					return w, err
				}
				r.post(1)
				r.start()
				later(2 * time.Second)
				fault.Method = "editMessageText"
				r.tg.AddFault(fault)
				words = " меню"
				if err := r.store.Touch(t.Context(), 1); err != nil {
					t.Fatal(err)
				}
				later(time.Second)
				words = ""
				ok(r.store.Dismiss(t.Context(), system, 1, "no_problem", ""))
				later(2 * time.Minute)
				if diff := cmp.Diff([]string{"№1. dismissed"}, texted(r.chat)); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestAMenuFoldsAfterAMinute(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		r.render = func(ctx context.Context, m storage.Message) (rendered, error) {
			return rendered{text: "меню " + m.Menu, buttons: [][]button{{{text: "x", data: "menu:1"}}}}, nil
		}
		r.post(1)
		r.start()
		later(2 * time.Second)
		m := ok(r.store.LiveMessage(t.Context(), 1, r.group, storage.CardMessage))
		if err := r.store.OpenMenu(t.Context(), m.ID, "more"); err != nil {
			t.Fatal(err)
		}
		later(59 * time.Second)
		if got := texted(r.chat); got[0] != "меню more" {
			t.Errorf("after 59 s: %q", got)
		}
		later(4 * time.Second)
		if got := texted(r.chat); got[0] != "меню" {
			t.Errorf("after 63 s: %q", got)
		}
	})
}

func TestARestoredCopyTellsItsOwnersAndNobodyElse(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		r.admin.Start("")
		ok(r.store.MeetChat(t.Context(), r.admin.ID(), storage.Private, r.admin.Name(), 1))
		r.post(3)
		r.restore()
		r.start()
		later(10 * time.Minute)
		if diff := cmp.Diff([]string{"held"}, texted(r.admin.Chat())); diff != "" {
			t.Error(diff)
		}
		if n := len(texted(r.chat)); n != 0 {
			t.Errorf("%d cards went out", n)
		}
		if err := r.store.Release(t.Context()); err != nil {
			t.Fatal(err)
		}
		later(10 * time.Second)
		if n := len(texted(r.chat)); n != 3 {
			t.Errorf("%d cards went out after the release", n)
		}
	})
}
