package sandbox

import (
	"slices"

	"github.com/go-telegram/bot/models"
)

// Migrate turns a basic group into a supergroup with a new id, as happens when
// topics are switched on, and returns it. Members and the bot move along;
// messages stay behind, and calls to the old id are refused.
func (c *Chat) Migrate() *Chat {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if c.chat.Type != models.ChatTypeGroup || c.migratedTo != 0 {
		panic("sandbox: only a basic group migrates, and only once")
	}
	to := &Chat{
		s: c.s, chat: models.Chat{ID: c.s.newGroupID(models.ChatTypeSupergroup), Type: models.ChatTypeSupergroup, Title: c.chat.Title},
		members: map[int64]membership{}, memberOrder: slices.Clone(c.memberOrder), bot: c.bot, botSeen: c.botSeen, readsAll: c.readsAll, topics: map[int]*topic{},
	}
	for id, m := range c.members {
		to.members[id] = m
	}
	c.s.chats[to.chat.ID] = to
	c.s.chatOrder = append(c.s.chatOrder, to)
	c.migratedTo = to.chat.ID
	before, after := c.chat, to.chat
	c.deliver(c.add(models.Message{From: anonymous(), SenderChat: &before, MigrateToChatID: after.ID}))
	to.deliver(to.add(models.Message{From: anonymous(), SenderChat: &after, MigrateFromChatID: before.ID}))
	c.s.show(event{Type: "reload"})
	return to
}
