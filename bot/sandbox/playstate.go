package sandbox

import (
	"mime"
	"net/http"
	"strconv"

	"github.com/go-telegram/bot/models"
)

// state is all that a page shows.
type state struct {
	Bot    stateBot      `json:"bot"`
	People []statePerson `json:"people"`
	Chats  []stateChat   `json:"chats"`
}

type stateBot struct {
	ID       int64  `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
}

type statePerson struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Username string `json:"username"`
	Language string `json:"language"`
	Role     string `json:"role"`
	Started  bool   `json:"started"`
	Blocked  bool   `json:"blocked"`
}

type stateChat struct {
	ID            int64                     `json:"id"`
	Type          models.ChatType           `json:"type"`
	Title         string                    `json:"title"`
	PersonID      int64                     `json:"person_id"`
	Members       []int64                   `json:"members"`
	Messages      []models.Message          `json:"messages"`
	Commands      []stateCommand            `json:"commands"`
	ReplyKeyboard [][]models.KeyboardButton `json:"reply_keyboard"`
	Placeholder   string                    `json:"placeholder"`
}

type stateCommand struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

// playState serves everything, or with ?as=PERSON what that person can see.
func (s *Server) playState(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	var viewer *Person
	if as := r.URL.Query().Get("as"); as != "" {
		id, _ := strconv.ParseInt(as, 10, 64)
		if viewer = s.people[id]; viewer == nil {
			s.mu.Unlock()
			playError(w, http.StatusNotFound, "there is no such person")
			return
		}
	}
	view := s.view(viewer)
	s.mu.Unlock()
	playAnswer(w, http.StatusOK, view)
}

// view is the state as a person sees it, or all of it. The caller holds mu.
func (s *Server) view(viewer *Person) state {
	v := state{Bot: stateBot{s.bot.ID, s.bot.Username, s.bot.FirstName}, People: []statePerson{}, Chats: []stateChat{}}
	for _, p := range s.peopleOrder {
		v.People = append(v.People, statePerson{
			ID: p.user.ID, Name: p.Name(), Username: p.user.Username, Language: p.user.LanguageCode,
			Role: p.role, Started: p.started, Blocked: p.blocked,
		})
	}
	for _, c := range s.chatOrder {
		if viewer == nil || c.person == viewer || c.members[viewer.user.ID].present() {
			v.Chats = append(v.Chats, c.view(viewer))
		}
	}
	return v
}

func (c *Chat) view(viewer *Person) stateChat {
	v := stateChat{
		ID: c.chat.ID, Type: c.chat.Type, Title: c.chat.Title, Placeholder: c.placeholder,
		Members: []int64{}, Messages: []models.Message{}, Commands: []stateCommand{},
	}
	if c.person != nil {
		v.PersonID, v.Title = c.person.user.ID, c.person.Name()
		v.Members = append(v.Members, v.PersonID)
		viewer = c.person
	}
	for _, p := range c.memberOrder {
		if c.members[p.user.ID].present() {
			v.Members = append(v.Members, p.user.ID)
		}
	}
	for _, m := range c.messages {
		v.Messages = append(v.Messages, m.Message)
	}
	if viewer == nil {
		viewer = &Person{s: c.s}
	}
	for _, command := range c.menu(viewer) {
		v.Commands = append(v.Commands, stateCommand{command.Command, command.Description})
	}
	if c.keyboard != nil {
		v.ReplyKeyboard = c.keyboard.Keyboard
	}
	return v
}

// attachment is a Content-Disposition that survives any file name.
func attachment(name string) string {
	if d := mime.FormatMediaType("attachment", map[string]string{"filename": name}); d != "" {
		return d
	}
	return "attachment"
}
