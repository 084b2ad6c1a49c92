// Package sandbox is a Telegram for one machine: a Bot API server in memory,
// a Go API with which a program plays every person, and a JSON API with which
// a browser page does the same.
//
// It is strict where Telegram is strict, and its refusals use Telegram's own
// codes and descriptions, so that a mistake shows here and not in somebody's
// chat. It opens no socket: serve it with net/http, or use [Server.Client],
// which calls it directly and works inside a testing/synctest bubble when the
// server was created in that bubble.
//
// Known limits: the calls named in methods.go, parse mode HTML only, photos and
// documents only, no files fetched by address, no inline mode, and the answer to
// a webhook is not read as a call. A webhook's address may be http, as with a Bot
// API server of one's own.
package sandbox

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-telegram/bot/models"
	"github.com/rs/zerolog"
)

// Options describe the bot and the conditions it lives under. The zero value
// is a bot in privacy mode without rate limits.
type Options struct {
	// Token is the only token accepted, "digits:anything". Default DefaultToken.
	Token string
	// BotID is the bot's Telegram id; 0 takes the digits of Token.
	BotID int64
	// Username is the bot's name without @, Name the one shown to people.
	Username, Name string
	// ReadsAll switches privacy mode off: the bot sees every group message.
	ReadsAll bool
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Limits are the flood limits; the zero value has none.
	Limits Limits
	// Webhook delivers updates in webhook mode; nil is a client with a timeout of 10 s.
	Webhook *http.Client
	// Log gets one debug line a call, with method and status, never content.
	Log zerolog.Logger
}

// DefaultToken is the token of a server created without one.
const DefaultToken = "7000000001:sandbox"

// Server is one Telegram with one bot. Its methods may be called from any
// goroutine. Close it to end the delivery of webhooks.
type Server struct {
	opt Options
	bot models.User
	mux *http.ServeMux

	mu      sync.Mutex
	changed chan struct{} // closed and replaced at each change

	people      map[int64]*Person
	peopleOrder []*Person
	chats       map[int64]*Chat
	chatOrder   []*Chat
	nextPerson  int64
	nextGroup   int64
	lastMessage int // of private chats and basic groups, which number together
	lastAlbum   int

	queue     queue
	hooking   sync.Mutex // held while a webhook is replaced
	hook      *webhook
	presses   map[string]*Press
	files     map[string]*file
	lastFile  int
	lastPress int64
	commands  map[commandKey][]models.BotCommand
	profile   map[string]string

	calls    []Call
	faults   []*Fault
	flood    flood
	readers  map[*reader]bool
	typingIn map[int64]time.Time
}

// New creates a server with one bot and nobody else.
func New(opt Options) *Server {
	if opt.Token == "" {
		opt.Token = DefaultToken
	}
	if opt.BotID == 0 {
		digits, _, _ := strings.Cut(opt.Token, ":")
		opt.BotID, _ = strconv.ParseInt(digits, 10, 64)
	}
	if opt.Username == "" {
		opt.Username = "otklik_sandbox_bot"
	}
	if opt.Name == "" {
		opt.Name = "Отклик"
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Webhook == nil {
		opt.Webhook = &http.Client{Timeout: 10 * time.Second}
	}
	s := &Server{
		opt: opt,
		bot: models.User{
			ID: opt.BotID, IsBot: true, FirstName: opt.Name, Username: opt.Username,
		},
		mux:        http.NewServeMux(),
		changed:    make(chan struct{}),
		people:     map[int64]*Person{},
		chats:      map[int64]*Chat{},
		nextPerson: 1001,
		nextGroup:  5001,
		presses:    map[string]*Press{},
		files:      map[string]*file{},
		commands:   map[commandKey][]models.BotCommand{},
		profile:    map[string]string{},
		readers:    map[*reader]bool{},
		typingIn:   map[int64]time.Time{},
	}
	s.queue.lastID = 100_000_000
	s.flood.limits = opt.Limits
	s.playRoutes()
	return s
}

// Bot is the bot as getMe shows it to others.
func (s *Server) Bot() models.User { return s.bot }

// Token is the token the bot must use.
func (s *Server) Token() string { return s.opt.Token }

// Handle serves more than Telegram, such as a page, under a pattern of
// [http.ServeMux]. Like the play API it answers only callers of this machine.
func (s *Server) Handle(pattern string, h http.Handler) { s.mux.Handle(pattern, local(h)) }

// ServeHTTP serves /bot<token>/<method>, /file/bot<token>/<path>, /play/… and
// what was registered with Handle.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasPrefix(r.URL.Path, "/bot"):
		s.serveMethod(w, r)
	case strings.HasPrefix(r.URL.Path, "/file/bot"):
		s.serveFile(w, r)
	default:
		s.mux.ServeHTTP(w, r)
	}
}

// Close stops the delivery of webhooks, ends the event streams of pages and
// waits for deliveries under way.
func (s *Server) Close() {
	s.hooking.Lock()
	defer s.hooking.Unlock()
	s.mu.Lock()
	h := s.hook
	s.hook = nil
	for r := range s.readers {
		s.dropReader(r)
	}
	s.mu.Unlock()
	h.stop()
}

// now is the server's clock.
func (s *Server) now() time.Time { return s.opt.Now() }

// me is the bot with the fields that only getMe returns.
func (s *Server) me() models.User {
	me := s.bot
	me.CanJoinGroups = true
	me.CanReadAllGroupMessages = s.opt.ReadsAll
	return me
}

// String names the server without its token.
func (s *Server) String() string { return fmt.Sprintf("sandbox @%s", s.opt.Username) }
