package bot

import "github.com/go-telegram/bot/models"

// markupOf is what stands under a message. Nil means nothing: an empty
// keyboard would go out as null, which Telegram refuses.
func markupOf(r rendered, how manner) models.ReplyMarkup {
	switch {
	case how.bare:
		return nil
	case len(r.buttons) > 0:
		return models.InlineKeyboardMarkup{InlineKeyboard: inline(r.buttons)}
	case r.force != "":
		return models.ForceReply{ForceReply: true, Selective: true, InputFieldPlaceholder: cut(r.force, 64)}
	case len(r.keyboard) > 0:
		k := models.ReplyKeyboardMarkup{ResizeKeyboard: true, IsPersistent: true}
		for _, row := range r.keyboard {
			var buttons []models.KeyboardButton
			for _, label := range row {
				buttons = append(buttons, models.KeyboardButton{Text: label})
			}
			k.Keyboard = append(k.Keyboard, buttons)
		}
		return k
	}
	return nil
}

func inline(rows [][]button) [][]models.InlineKeyboardButton {
	keyboard := make([][]models.InlineKeyboardButton, 0, len(rows))
	for _, row := range rows {
		buttons := make([]models.InlineKeyboardButton, 0, len(row))
		for _, w := range row {
			k := models.InlineKeyboardButton{Text: w.text, CallbackData: w.data, URL: w.url}
			if w.copy != "" {
				k.CopyText = &models.CopyTextButton{Text: w.copy}
			}
			buttons = append(buttons, k)
		}
		keyboard = append(keyboard, buttons)
	}
	return keyboard
}

func noPreview() *models.LinkPreviewOptions {
	yes := true
	return &models.LinkPreviewOptions{IsDisabled: &yes}
}
