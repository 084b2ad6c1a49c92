package sandbox

import (
	"net/http"
	"strings"
	"testing"
)

func buttons(n int) params {
	var rows [][]params
	for range n {
		rows = append(rows, []params{{"text": "x", "callback_data": "x"}})
	}
	return params{"inline_keyboard": rows}
}

// TestRefusals checks what Telegram says to each wrong call.
func TestRefusals(t *testing.T) {
	w := newWorld(Options{})
	dead := w.Person("Мёртвый", "ru")
	dead.Start("")
	dead.Deactivate()
	stranger := w.Person("Чужой", "ru")
	kicked := w.Supergroup("Бывшая", w.admin)
	kicked.AddBot(w.admin)
	kicked.KickBot(w.admin)
	left := w.Group("Прежняя", w.admin)
	left.AddBot(w.admin)
	left.RemoveBot(w.admin)
	muted := w.Supergroup("Немая", w.admin)
	muted.AddBot(w.admin)
	muted.MuteBot(w.admin)
	unseen := w.Supergroup("Чужая", w.admin)
	old := w.Group("Старая", w.admin)
	old.AddBot(w.admin)
	forum := w.Forum("Темы", w.admin)
	forum.AddBot(w.admin)
	closed := forum.Topic(w.admin, "Закрыта")
	forum.CloseTopic(w.admin, closed)
	old.Migrate()
	id := w.official.ID()
	theirs := w.group.Last().ID
	w.call(t, "sendMessage", params{"chat_id": id, "text": "<b>есть</b>", "parse_mode": "HTML", "reply_markup": buttons(1)})
	own := w.official.Chat().Last().ID
	w.call(t, "sendMessage", params{"chat_id": id, "text": "q", "reply_markup": params{"force_reply": true}})
	forced := w.official.Chat().Last().ID
	photo := w.official.Say(w.official.Chat(), "", Photo(picture(10, 10))).Photo[0].FileID
	w.call(t, "sendPhoto", params{"chat_id": id, "photo": photo})
	pictured := w.official.Chat().Last().ID
	long := strings.Repeat("я", 4097)

	for name, c := range map[string]struct {
		method string
		params params
		code   int
		want   string
	}{
		"unknown chat":       {"sendMessage", params{"chat_id": 77, "text": "x"}, 400, "chat not found"},
		"no chat":            {"sendMessage", params{"text": "x"}, 400, "chat_id is empty"},
		"stranger":           {"sendMessage", params{"chat_id": stranger.ID(), "text": "x"}, 400, "chat not found"},
		"never started":      {"sendMessage", params{"chat_id": w.admin.ID(), "text": "x"}, 403, "bot can't initiate conversation with a user"},
		"deactivated":        {"sendMessage", params{"chat_id": dead.ID(), "text": "x"}, 403, "user is deactivated"},
		"kicked":             {"sendMessage", params{"chat_id": kicked.ID(), "text": "x"}, 403, "bot was kicked from the supergroup chat"},
		"left":               {"sendMessage", params{"chat_id": left.ID(), "text": "x"}, 403, "bot is not a member of the group chat"},
		"muted":              {"sendMessage", params{"chat_id": muted.ID(), "text": "x"}, 400, "not enough rights to send text messages to the chat"},
		"muted photo":        {"sendPhoto", params{"chat_id": muted.ID(), "photo": photo}, 400, "not enough rights to send photos to the chat"},
		"unseen group":       {"sendMessage", params{"chat_id": unseen.ID(), "text": "x"}, 400, "chat not found"},
		"migrated":           {"sendMessage", params{"chat_id": old.ID(), "text": "x"}, 400, "group chat was upgraded to a supergroup chat"},
		"no text":            {"sendMessage", params{"chat_id": id}, 400, "message text is empty"},
		"only tags":          {"sendMessage", params{"chat_id": id, "text": "<b> </b>", "parse_mode": "HTML"}, 400, "text must be non-empty"},
		"long":               {"sendMessage", params{"chat_id": id, "text": long}, 400, "message is too long"},
		"raw long":           {"sendMessage", params{"chat_id": id, "text": strings.Repeat("<b></b>", 5000)}, 400, "text is too long"},
		"long caption":       {"sendPhoto", params{"chat_id": id, "photo": photo, "caption": long[:2050]}, 400, "message caption is too long"},
		"broken html":        {"sendMessage", params{"chat_id": id, "text": "a<b>x", "parse_mode": "HTML"}, 400, `can't parse entities: can't find end tag corresponding to start tag "b"`},
		"unknown tag":        {"sendMessage", params{"chat_id": id, "text": "я<br>", "parse_mode": "HTML"}, 400, `can't parse entities: Unsupported start tag "br" at byte offset 2`},
		"unknown mode":       {"sendMessage", params{"chat_id": id, "text": "x", "parse_mode": "BB"}, 400, "unsupported parse_mode"},
		"null keyboard":      {"sendMessage", params{"chat_id": id, "text": "x", "reply_markup": params{"inline_keyboard": nil}}, 400, `field "inline_keyboard" must be of type Array`},
		"no object":          {"sendMessage", params{"chat_id": id, "text": "x", "reply_markup": []int{}}, 400, "object expected as reply markup"},
		"data too long":      {"sendMessage", params{"chat_id": id, "text": "x", "reply_markup": params{"inline_keyboard": [][]params{{{"text": "x", "callback_data": strings.Repeat("я", 33)}}}}}, 400, "BUTTON_DATA_INVALID"},
		"no data":            {"sendMessage", params{"chat_id": id, "text": "x", "reply_markup": params{"inline_keyboard": [][]params{{{"text": "x", "callback_data": ""}}}}}, 400, "BUTTON_DATA_INVALID"},
		"text button":        {"sendMessage", params{"chat_id": id, "text": "x", "reply_markup": params{"inline_keyboard": [][]params{{{"text": "x"}}}}}, 400, "can't parse inline keyboard button"},
		"bad link":           {"sendMessage", params{"chat_id": id, "text": "x", "reply_markup": params{"inline_keyboard": [][]params{{{"text": "x", "url": "http://localhost:8"}}}}}, 400, "Wrong HTTP URL"},
		"101 buttons":        {"sendMessage", params{"chat_id": id, "text": "x", "reply_markup": buttons(101)}, 400, "reply markup is too long"},
		"reply to nothing":   {"sendMessage", params{"chat_id": id, "text": "x", "reply_parameters": params{"message_id": 999}}, 400, "message to be replied not found"},
		"General by number":  {"sendMessage", params{"chat_id": forum.ID(), "text": "x", "message_thread_id": 1}, 400, "message thread not found"},
		"thread of nothing":  {"sendMessage", params{"chat_id": w.group.ID(), "text": "x", "message_thread_id": 99}, 400, "message thread not found"},
		"closed topic":       {"sendMessage", params{"chat_id": forum.ID(), "text": "x", "message_thread_id": closed}, 400, "TOPIC_CLOSED"},
		"topic rights":       {"createForumTopic", params{"chat_id": forum.ID(), "name": "x"}, 400, "not enough rights"},
		"no forum":           {"createForumTopic", params{"chat_id": w.group.ID(), "name": "x"}, 400, "the chat is not a forum"},
		"same text":          {"editMessageText", params{"chat_id": id, "message_id": own, "text": "<b>есть</b>", "parse_mode": "HTML", "reply_markup": buttons(1)}, 400, "message is not modified"},
		"same markup":        {"editMessageReplyMarkup", params{"chat_id": id, "message_id": own, "reply_markup": buttons(1)}, 400, "message is not modified"},
		"edit nothing":       {"editMessageText", params{"chat_id": id, "message_id": 999, "text": "x"}, 400, "message to edit not found"},
		"edit theirs":        {"editMessageText", params{"chat_id": w.group.ID(), "message_id": theirs, "text": "x"}, 400, "message can't be edited"},
		"edit a forced":      {"editMessageText", params{"chat_id": id, "message_id": forced, "text": "x"}, 400, "message can't be edited"},
		"text of a photo":    {"editMessageText", params{"chat_id": id, "message_id": pictured, "text": "x"}, 400, "there is no text in the message to edit"},
		"caption of a text":  {"editMessageCaption", params{"chat_id": id, "message_id": own, "caption": "x"}, 400, "there is no caption in the message to edit"},
		"delete nothing":     {"deleteMessage", params{"chat_id": id, "message_id": 999}, 400, "message to delete not found"},
		"delete theirs":      {"deleteMessage", params{"chat_id": w.group.ID(), "message_id": theirs}, 400, "message can't be deleted"},
		"old press":          {"answerCallbackQuery", params{"callback_query_id": "1"}, 400, "query is too old and response timeout expired or query ID is invalid"},
		"file id":            {"sendPhoto", params{"chat_id": id, "photo": "AgACx"}, 400, "wrong file identifier"},
		"photo as document":  {"sendDocument", params{"chat_id": id, "document": photo}, 400, "can't use file of type Photo as Document"},
		"by address":         {"sendPhoto", params{"chat_id": id, "photo": "https://example.org/a.png"}, 400, "failed to get HTTP URL content"},
		"unknown file":       {"getFile", params{"file_id": "x"}, 400, "wrong file_id or the file is temporarily unavailable"},
		"small album":        {"sendMediaGroup", params{"chat_id": id, "media": []params{{"type": "photo", "media": photo}}}, 400, "2-10 items"},
		"unknown member":     {"getChatMember", params{"chat_id": w.group.ID(), "user_id": 5}, 400, "user not found"},
		"bad command":        {"setMyCommands", params{"commands": []params{{"command": "Queue", "description": "x"}}}, 400, "BOT_COMMAND_INVALID"},
		"no description":     {"setMyCommands", params{"commands": []params{{"command": "queue"}}}, 400, "BOT_COMMAND_DESCRIPTION_INVALID"},
		"commands elsewhere": {"setMyCommands", params{"commands": []params{}, "scope": params{"type": "chat", "chat_id": 77}}, 400, "chat not found"},
		"action":             {"sendChatAction", params{"chat_id": id, "action": "sing"}, 400, "wrong parameter action"},
		"webhook":            {"setWebhook", params{"url": "ftp://x"}, 400, "invalid webhook URL"},
		"webhook secret":     {"setWebhook", params{"url": "https://x.example", "secret_token": "ю"}, 400, "unallowed characters"},
		"pin":                {"pinChatMessage", params{"chat_id": w.group.ID(), "message_id": theirs}, 400, "not enough rights to manage pinned messages"},
		"method":             {"sendLove", params{}, 404, "Not Found"},
	} {
		r := w.call(t, c.method, c.params)
		if r.OK || r.Code != c.code || r.status != c.code || !strings.Contains(r.Description, c.want) {
			t.Errorf("%s: %s answered %d %q, want %d %q", name, c.method, r.Code, r.Description, c.code, c.want)
		}
	}
}

func TestToken(t *testing.T) {
	s := New(Options{})
	for token, want := range map[string]int{
		s.Token():           http.StatusOK,
		"7000000001:other":  http.StatusUnauthorized,
		"123:abc":           http.StatusUnauthorized,
		"hello":             http.StatusNotFound,
		"x:y":               http.StatusNotFound,
		"7000000001sandbox": http.StatusNotFound,
	} {
		resp, err := s.Client().Get(URL + "/bot" + token + "/getMe")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("token %q: status %d, want %d", token, resp.StatusCode, want)
		}
	}
}

func TestBodies(t *testing.T) {
	s := New(Options{})
	p := s.Person("Олег", "ru")
	p.Start("")
	for kind, body := range map[string]string{
		"application/json":                  `{"chat_id":1001,"text":"a&b"}`,
		"application/x-www-form-urlencoded": `chat_id=1001&text=a%26b`,
		"multipart/form-data; boundary=x":   "--x\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n1001\r\n--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\na&b\r\n--x--\r\n",
		"application/json; charset=utf-8":   `{"chat_id":"1001","text":"a&b","x":null}`,
	} {
		before := len(p.Chat().FromBot())
		resp, err := s.Client().Post(URL+"/bot"+s.Token()+"/SENDMESSAGE", kind, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if list := p.Chat().FromBot(); len(list) != before+1 || list[before].Text != "a&b" {
			t.Errorf("%s: status %d, %d messages", kind, resp.StatusCode, len(list))
		}
	}
	for _, body := range []string{"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\ncut", "{"} {
		kind := map[byte]string{'-': "multipart/form-data; boundary=x", '{': "application/json"}[body[0]]
		resp, err := s.Client().Post(URL+"/bot"+s.Token()+"/getMe", kind, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusBadRequest {
			t.Errorf("a broken %s: status %d", kind, resp.StatusCode)
		}
	}
}

func TestTooLarge(t *testing.T) {
	s := New(Options{})
	resp, err := s.Client().Post(URL+"/bot"+s.Token()+"/getMe", "application/json", strings.NewReader(strings.Repeat(" ", maxRequest+2)))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", resp.StatusCode)
	}
}
