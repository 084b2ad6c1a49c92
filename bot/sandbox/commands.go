package sandbox

import (
	"encoding/json"
	"regexp"
	"unicode/utf8"

	"github.com/go-telegram/bot/models"
)

// commandKey is where a list of commands shows; an empty language is all
// languages without a list of their own.
type commandKey struct {
	scope    string
	chat     int64
	user     int64
	language string
}

var commandName = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

const maxCommands = 100

// commandKey reads scope and language_code.
func (s *Server) commandKey(q *request) (commandKey, error) {
	key := commandKey{scope: "default", language: q.params["language_code"]}
	if n := len(key.language); n != 0 && n != 2 {
		return key, bad("invalid language_code specified")
	}
	var scope struct {
		Type   string          `json:"type"`
		ChatID json.RawMessage `json:"chat_id"`
		UserID int64           `json:"user_id"`
	}
	if err := q.json("scope", &scope); err != nil {
		return key, bad("can't parse BotCommandScope")
	}
	switch scope.Type {
	case "":
		return key, nil
	case "default", "all_private_chats", "all_group_chats", "all_chat_administrators":
	case "chat", "chat_administrators", "chat_member":
		inner := &request{params: map[string]string{}}
		var text string
		if json.Unmarshal(scope.ChatID, &text) != nil {
			text = string(scope.ChatID)
		}
		inner.params["chat_id"] = text
		c, err := s.chatOf(inner, "chat_id")
		if err != nil {
			return key, err
		}
		if c.person != nil && scope.Type != "chat" {
			return key, bad("can't set commands for administrators or members of a private chat")
		}
		key.chat = c.chat.ID
		if scope.Type == "chat_member" {
			if key.user = scope.UserID; s.people[key.user] == nil {
				return key, bad("user not found")
			}
		}
	default:
		return key, bad("can't parse BotCommandScope: unsupported type specified")
	}
	key.scope = scope.Type
	return key, nil
}

func (s *Server) setMyCommands(q *request) (any, error) {
	key, err := s.commandKey(q)
	if err != nil {
		return nil, err
	}
	var list []models.BotCommand
	if q.params["commands"] == "" || json.Unmarshal([]byte(q.params["commands"]), &list) != nil {
		return nil, bad("can't parse commands JSON object")
	}
	if len(list) > maxCommands {
		return nil, bad("BOT_COMMANDS_TOO_MUCH")
	}
	for _, c := range list {
		if !commandName.MatchString(c.Command) {
			return nil, bad("BOT_COMMAND_INVALID")
		}
		if n := utf8.RuneCountInString(c.Description); n < 1 || n > 256 {
			return nil, bad("BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	s.commands[key] = list
	s.show(event{Type: "reload"})
	return true, nil
}

func (s *Server) getMyCommands(q *request) (any, error) {
	key, err := s.commandKey(q)
	if err != nil {
		return nil, err
	}
	return append([]models.BotCommand{}, s.commands[key]...), nil
}

func (s *Server) deleteMyCommands(q *request) (any, error) {
	key, err := s.commandKey(q)
	if err != nil {
		return nil, err
	}
	delete(s.commands, key)
	s.show(event{Type: "reload"})
	return true, nil
}

// Commands is the menu that a person sees in the chat: the narrowest scope
// that has a list, first in the person's language.
func (c *Chat) Commands(p *Person) []models.BotCommand {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	return c.menu(p)
}

func (c *Chat) menu(p *Person) []models.BotCommand {
	chat, admin := c.chat.ID, c.members[p.user.ID].admin()
	scopes := []commandKey{{scope: "chat", chat: chat}, {scope: "all_private_chats"}, {scope: "default"}}
	if c.person == nil {
		scopes = []commandKey{{scope: "chat_member", chat: chat, user: p.user.ID}}
		if admin {
			scopes = append(scopes, commandKey{scope: "chat_administrators", chat: chat})
		}
		scopes = append(scopes, commandKey{scope: "chat", chat: chat})
		if admin {
			scopes = append(scopes, commandKey{scope: "all_chat_administrators"})
		}
		scopes = append(scopes, commandKey{scope: "all_group_chats"}, commandKey{scope: "default"})
	}
	language := p.user.LanguageCode[:min(2, len(p.user.LanguageCode))]
	for _, key := range scopes {
		for _, key.language = range []string{language, ""} {
			if list := c.s.commands[key]; len(list) > 0 {
				return list
			}
		}
	}
	return nil
}

// setProfile serves the setMy… methods, kept per language.
func setProfile(field string, limit int) func(*Server, *request) (any, error) {
	return func(s *Server, q *request) (any, error) {
		if utf8.RuneCountInString(q.params[field]) > limit {
			return nil, bad("%s is too long", field)
		}
		s.profile[field+" "+q.params["language_code"]] = q.params[field]
		return true, nil
	}
}

func getProfile(field string) func(*Server, *request) (any, error) {
	return func(s *Server, q *request) (any, error) {
		text, ok := s.profile[field+" "+q.params["language_code"]]
		if !ok {
			text = s.profile[field+" "]
		}
		return map[string]string{field: text}, nil
	}
}
