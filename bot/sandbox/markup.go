package sandbox

import (
	"encoding/json"
	"unicode/utf8"

	"github.com/go-telegram/bot/models"
)

const (
	maxButtons = 100
	maxData    = 64 // bytes
)

// markup is what a reply_markup said.
type markup struct {
	inline   *models.InlineKeyboardMarkup // nil also for an empty keyboard
	keyboard *models.ReplyKeyboardMarkup
	force    *models.ForceReply
	remove   bool
}

// other tells whether it is anything but inline buttons.
func (m markup) other() bool { return m.keyboard != nil || m.force != nil || m.remove }

func readMarkup(text string) (markup, error) {
	var m markup
	if text == "" {
		return m, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &fields); err != nil || fields == nil {
		if json.Valid([]byte(text)) {
			return m, bad("object expected as reply markup")
		}
		return m, bad("can't parse reply keyboard markup JSON object")
	}
	switch {
	case fields["inline_keyboard"] != nil:
		return m, m.readInline(fields["inline_keyboard"])
	case fields["keyboard"] != nil:
		return m, m.readKeyboard([]byte(text), fields["keyboard"])
	case string(fields["remove_keyboard"]) == "true":
		m.remove = true
	case string(fields["force_reply"]) == "true":
		m.force = &models.ForceReply{}
		if json.Unmarshal([]byte(text), m.force) != nil || utf8.RuneCountInString(m.force.InputFieldPlaceholder) > 64 {
			return m, bad("can't parse force reply: the placeholder is wrong")
		}
	}
	return m, nil
}

func (m *markup) readInline(raw json.RawMessage) error {
	rows, err := readRows(raw, "inline_keyboard", "inline keyboard")
	if err != nil {
		return err
	}
	var keyboard [][]models.InlineKeyboardButton
	count := 0
	for _, row := range rows {
		var buttons []models.InlineKeyboardButton
		for _, raw := range row {
			b, err := readInlineButton(raw)
			if err != nil {
				return err
			}
			buttons = append(buttons, b)
		}
		if count += len(buttons); len(buttons) > 0 {
			keyboard = append(keyboard, buttons)
		}
	}
	if count > maxButtons {
		return bad("reply markup is too long")
	}
	if count > 0 {
		m.inline = &models.InlineKeyboardMarkup{InlineKeyboard: keyboard}
	}
	return nil
}

// readRows reads a list of lists of buttons; null is no list.
func readRows(raw json.RawMessage, field, kind string) ([][]json.RawMessage, error) {
	var lines []json.RawMessage
	if string(raw) == "null" || json.Unmarshal(raw, &lines) != nil {
		return nil, bad("field \"%s\" must be of type Array", field)
	}
	rows := make([][]json.RawMessage, len(lines))
	for i, line := range lines {
		if string(line) == "null" || json.Unmarshal(line, &rows[i]) != nil {
			return nil, bad("can't parse %s button: expected an Array of InlineKeyboardButton", kind)
		}
	}
	return rows, nil
}

func readInlineButton(raw json.RawMessage) (models.InlineKeyboardButton, error) {
	var b models.InlineKeyboardButton
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil || fields == nil {
		return b, bad("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		return b, bad("can't parse inline keyboard button: a field has a wrong type")
	}
	if fields["text"] == nil {
		return b, bad("can't parse inline keyboard button: Can't find field \"text\"")
	}
	if b.Text == "" {
		return b, bad("inline keyboard button text must be non-empty")
	}
	switch {
	case b.URL != "":
		link, ok := checkLink(b.URL)
		if !ok {
			return b, bad("inline keyboard button URL '%s' is invalid: Wrong HTTP URL", b.URL)
		}
		b.URL = link
	case fields["callback_data"] != nil:
		if len(b.CallbackData) == 0 || len(b.CallbackData) > maxData {
			return b, bad("BUTTON_DATA_INVALID")
		}
	case b.CopyText != nil:
		if n := utf8.RuneCountInString(b.CopyText.Text); n == 0 || n > 256 {
			return b, bad("BUTTON_COPY_TEXT_INVALID")
		}
	case b.WebApp != nil, b.LoginURL != nil, b.SwitchInlineQuery != nil, b.SwitchInlineQueryCurrentChat != nil, b.SwitchInlineQueryChosenChat != nil, b.Pay, b.Disabled != nil:
	default:
		return b, bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
	}
	return b, nil
}

func (m *markup) readKeyboard(text, raw json.RawMessage) error {
	rows, err := readRows(raw, "keyboard", "keyboard")
	if err != nil {
		return err
	}
	keyboard := &models.ReplyKeyboardMarkup{}
	var settings struct {
		Resize      bool   `json:"resize_keyboard"`
		OneTime     bool   `json:"one_time_keyboard"`
		Persistent  bool   `json:"is_persistent"`
		Selective   bool   `json:"selective"`
		Placeholder string `json:"input_field_placeholder"`
	}
	if json.Unmarshal(text, &settings) != nil || utf8.RuneCountInString(settings.Placeholder) > 64 {
		return bad("can't parse reply keyboard markup JSON object")
	}
	count := 0
	for _, row := range rows {
		var buttons []models.KeyboardButton
		for _, raw := range row {
			var b models.KeyboardButton
			if json.Unmarshal(raw, &b) != nil && json.Unmarshal(raw, &b.Text) != nil {
				return bad("can't parse keyboard button: KeyboardButton must be an Object or a String")
			}
			if b.Text == "" {
				return bad("keyboard button text must be non-empty")
			}
			buttons = append(buttons, b)
		}
		if count += len(buttons); len(buttons) > 0 {
			keyboard.Keyboard = append(keyboard.Keyboard, buttons)
		}
	}
	if count == 0 || count > 300 {
		return bad("reply markup is too long or empty")
	}
	keyboard.ResizeKeyboard, keyboard.OneTimeKeyboard, keyboard.IsPersistent = settings.Resize, settings.OneTime, settings.Persistent
	keyboard.Selective, keyboard.InputFieldPlaceholder = settings.Selective, settings.Placeholder
	m.keyboard = keyboard
	return nil
}
