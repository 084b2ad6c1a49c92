package sandbox

import (
	"testing"

	"github.com/go-telegram/bot/models"
)

// A post of a channel comes into its discussion group, where comments reply to
// it in its thread.
func TestDiscussionOfAChannel(t *testing.T) {
	s := New(Options{ReadsAll: true})
	defer s.Close()
	owner := s.Person("Анна Первая", "ru")
	channel, talk := s.Channel("Новости", "news", owner), s.Supergroup("Обсуждение", owner)
	channel.Discussed(talk)
	talk.AddBot(owner)
	post := owner.Say(channel, "Пост")
	root, ok := channel.InDiscussion(post)
	if !ok || !root.IsAutomaticForward || root.Text != "Пост" || root.SenderChat == nil || root.SenderChat.ID != channel.ID() || root.ForwardOrigin.MessageOriginChannel.MessageID != post.ID {
		t.Fatalf("%+v", root)
	}
	comment := owner.Say(talk, "Комментарий", Reply(root))
	if comment.MessageThreadID != root.ID || comment.ReplyToMessage.ID != root.ID {
		t.Errorf("%+v", comment)
	}
	if as := owner.Say(talk, "От канала", AsChannel(channel)); as.SenderChat == nil || as.SenderChat.ID != channel.ID() || !as.From.IsBot {
		t.Errorf("%+v", as)
	}
	if f := owner.Say(talk, "", Forward(post)); f.Text != "Пост" || f.ForwardOrigin.Type != models.MessageOriginTypeChannel || f.IsAutomaticForward {
		t.Errorf("%+v", f)
	}
}

// Privacy mode is what it was when the bot came.
func TestPrivacyModeHoldsFromTheJoining(t *testing.T) {
	s := New(Options{})
	defer s.Close()
	p := s.Person("Анна Первая", "ru")
	chat := s.Supergroup("Двор", p)
	chat.AddBot(p)
	before := s.Pending()
	s.SetReadsAll(true)
	p.Say(chat, "не слышно")
	if s.Pending() != before {
		t.Error("heard although the bot came in privacy mode")
	}
	chat.RemoveBot(p)
	chat.AddBot(p)
	before = s.Pending()
	p.Say(chat, "слышно")
	if s.Pending() != before+1 {
		t.Error("not heard")
	}
}
