package sandbox

import (
	"strings"

	"github.com/go-telegram/bot/models"
)

// deliver gives a message to the bot if it may see it. The caller holds mu.
func (c *Chat) deliver(m *stored) {
	if c.visible(m) {
		snapshot := m.Message
		if c.channel() {
			c.s.push("channel_post", c.chat.ID, &models.Update{ChannelPost: &snapshot})
			return
		}
		c.s.push("message", c.chat.ID, &models.Update{Message: &snapshot})
	}
}

// visible is privacy mode: a plain member sees commands that may be for it,
// replies to it and service messages. Posts of a channel are for its administrators.
func (c *Chat) visible(m *stored) bool {
	if c.person != nil {
		return true
	}
	if !c.bot.present() || c.migratedTo != 0 && m.MigrateToChatID == 0 {
		return false
	}
	if c.channel() {
		return c.bot.admin()
	}
	if c.readsAll || c.bot.admin() || isService(&m.Message) {
		return true
	}
	if r := m.ReplyToMessage; r != nil && r.From != nil && r.From.ID == c.s.bot.ID {
		return true
	}
	return c.commanded(&m.Message)
}

// commanded tells whether a message starts with a command that does not name
// another bot.
func (c *Chat) commanded(m *models.Message) bool {
	text, entities := m.Text, m.Entities
	if text == "" {
		text, entities = m.Caption, m.CaptionEntities
	}
	for _, e := range entities {
		if e.Type == models.MessageEntityTypeBotCommand && e.Offset == 0 {
			_, name, named := strings.Cut(text[:min(e.Length, len(text))], "@")
			return !named || strings.EqualFold(name, c.s.bot.Username)
		}
	}
	return false
}

func isService(m *models.Message) bool {
	return len(m.NewChatMembers) > 0 || m.LeftChatMember != nil || m.MigrateToChatID != 0 || m.MigrateFromChatID != 0 ||
		m.NewChatTitle != "" || m.PinnedMessage != nil || m.ForumTopicCreated != nil || m.ForumTopicClosed != nil || m.ForumTopicReopened != nil
}
