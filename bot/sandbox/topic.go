package sandbox

import (
	"unicode/utf8"

	"github.com/go-telegram/bot/models"
)

// topic is a thread of a forum; its id is that of the message that opened it.
type topic struct {
	name   string
	closed bool
}

const topicColor = 7322096

// Topic opens a topic of a forum as a person and returns its id.
func (c *Chat) Topic(by *Person, name string) int {
	var id int
	c.locked(func() {
		m := c.openTopic(by.user, name)
		c.deliver(m)
		id = m.ID
	})
	return id
}

// CloseTopic closes a topic to those who do not run the group.
func (c *Chat) CloseTopic(by *Person, id int) {
	c.locked(func() {
		c.topics[id].closed = true
		m := c.service(by.user)
		m.ForumTopicClosed, m.MessageThreadID, m.IsTopicMessage = &models.ForumTopicClosed{}, id, true
		c.deliver(c.add(m))
	})
}

// DeleteTopic removes a topic with its messages.
func (c *Chat) DeleteTopic(id int) {
	c.locked(func() { c.dropTopic(id) })
}

func (c *Chat) openTopic(by models.User, name string) *stored {
	m := c.service(by)
	m.ForumTopicCreated, m.IsTopicMessage = &models.ForumTopicCreated{Name: name, IconColor: topicColor}, true
	x := c.add(m)
	x.MessageThreadID = x.ID
	c.topics[x.ID] = &topic{name: name}
	return x
}

func (c *Chat) dropTopic(id int) {
	delete(c.topics, id)
	for _, m := range append([]*stored(nil), c.messages...) {
		if m.MessageThreadID == id && m.IsTopicMessage {
			c.remove(m)
		}
	}
}

// inThread places a message in a thread, or refuses. Thread 1, General, has
// no number that a bot may use.
func (c *Chat) inThread(m *models.Message, thread int) error {
	if thread == 0 {
		return nil
	}
	t, ok := c.topics[thread]
	if !c.chat.IsForum || !ok {
		if root := c.find(thread); !c.chat.IsForum && c.chat.Type == models.ChatTypeSupergroup && root != nil {
			m.MessageThreadID = thread
			return nil
		}
		return bad("message thread not found")
	}
	if t.closed && !c.bot.admin() {
		return bad("TOPIC_CLOSED")
	}
	m.MessageThreadID, m.IsTopicMessage = thread, true
	return nil
}

func (s *Server) createForumTopic(q *request) (any, error) {
	c, err := s.forum(q)
	if err != nil {
		return nil, err
	}
	name := q.params["name"]
	if n := utf8.RuneCountInString(name); n == 0 || n > 128 {
		return nil, bad("TOPIC_TITLE_EMPTY")
	}
	m := c.openTopic(s.bot, name)
	return models.ForumTopic{MessageThreadID: m.ID, Name: name, IconColor: topicColor}, nil
}

// changeTopic serves closeForumTopic, reopenForumTopic and deleteForumTopic.
func changeTopic(change func(*Chat, int)) func(*Server, *request) (any, error) {
	return func(s *Server, q *request) (any, error) {
		c, err := s.forum(q)
		if err != nil {
			return nil, err
		}
		id := int(q.int("message_thread_id"))
		if c.topics[id] == nil {
			return nil, bad("message thread not found")
		}
		change(c, id)
		return true, nil
	}
}

// forum is the chat of a call about topics, where the bot must be an administrator.
func (s *Server) forum(q *request) (*Chat, error) {
	c, err := s.chatOf(q, "chat_id")
	if err != nil {
		return nil, err
	}
	if !c.chat.IsForum {
		return nil, bad("the chat is not a forum")
	}
	if !c.bot.admin() {
		return nil, bad("not enough rights to manage topics")
	}
	return c, nil
}
