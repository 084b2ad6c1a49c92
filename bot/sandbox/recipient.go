package sandbox

import (
	"strings"

	"github.com/go-telegram/bot/models"
)

// lookup is the chat that a parameter names, whatever the bot may do there.
func (s *Server) lookup(q *request, param string) (*Chat, error) {
	text := strings.TrimSpace(q.params[param])
	if text == "" {
		return nil, bad("%s is empty", param)
	}
	if name, ok := strings.CutPrefix(text, "@"); ok {
		for _, c := range s.chatOrder {
			if c.person == nil && strings.EqualFold(c.chat.Username, name) && name != "" {
				return c, nil
			}
		}
		return nil, bad("chat not found")
	}
	c := s.chats[q.int(param)]
	if c == nil {
		return nil, bad("chat not found")
	}
	return c, nil
}

// chatOf is a chat that the bot can see now.
func (s *Server) chatOf(q *request, param string) (*Chat, error) {
	c, err := s.lookup(q, param)
	if err != nil {
		return nil, err
	}
	if p := c.person; p != nil {
		if !p.met() {
			return nil, bad("chat not found")
		}
		return c, nil
	}
	switch {
	case !c.botSeen:
		return nil, bad("chat not found")
	case c.migratedTo != 0:
		return nil, migrated(c.migratedTo)
	case c.bot.status == models.ChatMemberTypeBanned:
		return nil, forbidden("bot was kicked from the %s chat", c.chat.Type)
	case !c.bot.present():
		return nil, forbidden("bot is not a member of the %s chat", c.chat.Type)
	}
	return c, nil
}

// shownChat is a chat of which anybody is told: one that the bot can see, or one
// with a public name.
func (s *Server) shownChat(q *request) (*Chat, error) {
	if c, err := s.lookup(q, "chat_id"); err == nil && c.person == nil && c.chat.Username != "" && !c.botSeen {
		return c, nil
	}
	return s.chatOf(q, "chat_id")
}

// recipient is a chat to which the bot may send; what names the right it needs.
func (s *Server) recipient(q *request, what string) (*Chat, error) {
	c, err := s.chatOf(q, "chat_id")
	if err != nil {
		return nil, err
	}
	if p := c.person; p != nil {
		switch {
		case p.deactivated:
			return nil, forbidden("user is deactivated")
		case !p.started:
			return nil, forbidden("bot can't initiate conversation with a user")
		case p.blocked:
			return nil, forbidden("bot was blocked by the user")
		}
	}
	if c.channel() && !c.bot.admin() {
		return nil, bad("need administrator rights in the channel chat")
	}
	if c.bot.mute {
		return nil, bad("not enough rights to send %s to the chat", what)
	}
	return c, nil
}
