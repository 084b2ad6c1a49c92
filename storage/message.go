package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// MessageKind says what a message of ours shows; bot has one view for each.
type MessageKind string

// The kinds of messages.
const (
	CardMessage    MessageKind = "card"    // an incident in its admin group
	ItemMessage    MessageKind = "item"    // an incident in its official's chat
	PreviewMessage MessageKind = "preview" // an answer: draft, publishing, published
	CopyMessage    MessageKind = "copy"    // an answer's text alone, to be copied
	DigestMessage  MessageKind = "digest"  // several new incidents as one message
	NoticeMessage  MessageKind = "notice"  // anything else: a Notice
	AnswerMessage  MessageKind = "answer"  // an answer under a post in a watched chat: a ChatAnswer
)

// MessageState says whether a message follows its incident.
type MessageState string

// The states of messages.
const (
	Live    MessageState = "live"
	Retired MessageState = "retired" // a newer one took its place: one line, no buttons
	Lost    MessageState = "lost"    // deleted, never sent, or in an abandoned chat
)

// Message is a message of ours as it stands, or will stand, in a chat.
type Message struct {
	ID         int64
	Chat       int64
	Kind       MessageKind
	Incident   int64 // 0: about none
	Payload    []byte
	Bot        int64 // whose message id Telegram is
	Telegram   int64 // 0 until it is sent
	State      MessageState
	Menu       string // the menu that is open on it; "" for none
	MenuUntil  time.Time
	Wanted     int64 // versions: dirty while Wanted > Shown
	Shown      int64
	SentAt     time.Time
	Address    int64 // the chat's address
	Region     int64 // the region of the incident or of the admin group; 0 for none
	ChatKind   ChatKind
	ChatPublic bool // the chat is not a private one
}

const messageColumns = `m.id, m.chat_id, m.kind, coalesce(m.incident_id, 0), m.payload, m.bot, coalesce(m.telegram_id, 0), m.state, m.menu, coalesce(m.menu_until, 0), m.wanted, m.shown, coalesce(m.sent_at, 0),
	c.address, coalesce((SELECT i.region_id FROM incidents i WHERE i.id = m.incident_id), c.region_id, 0), c.kind`

const messageTables = ` FROM messages m JOIN chats c ON c.id = m.chat_id `

func scanMessage(r scanner) (m Message, err error) {
	var until, sent int64
	var payload string
	err = r.Scan(&m.ID, &m.Chat, &m.Kind, &m.Incident, &payload, &m.Bot, &m.Telegram, &m.State, &m.Menu, &until, &m.Wanted, &m.Shown, &sent, &m.Address, &m.Region, &m.ChatKind)
	m.Payload, m.MenuUntil, m.SentAt = []byte(payload), at(until), at(sent)
	m.ChatPublic = m.ChatKind != Private
	return m, err
}

// Message returns a message by its place in the messenger.
func (s *Store) Message(ctx context.Context, chat, bot, telegram int64) (Message, error) {
	return one(ctx, s.read, scanMessage, `SELECT `+messageColumns+messageTables+`WHERE m.chat_id = $1 AND m.bot = $2 AND m.telegram_id = $3`, chat, bot, telegram)
}

// LiveMessage returns the one live message of a kind about an incident in a chat.
func (s *Store) LiveMessage(ctx context.Context, incident, chat int64, kind MessageKind) (Message, error) {
	return one(ctx, s.read, scanMessage, `SELECT `+messageColumns+messageTables+`
		WHERE m.incident_id = $1 AND m.chat_id = $2 AND m.kind = $3 AND m.state = 'live' ORDER BY m.id DESC`, incident, chat, string(kind))
}

// Head is the payload of a card or an item: what stands on its top, and why.
type Head struct {
	Reason string `json:"reason,omitempty"` // returned, unreachable, question, reply, reopened, moved, migrated, found, edited, resident, unsolved
	Event  int64  `json:"event,omitempty"`  // the line of the journal that tells it
}

// Head returns the head of a card or an item; none for what has none.
func (m Message) Head() (h Head) {
	// What is no head is none: the card stands without a reason on top.
	_ = json.Unmarshal(m.Payload, &h)
	return h
}

// Saying is a message that is to be sent.
type Saying struct {
	Chat     int64
	Kind     MessageKind
	Incident int64
	Payload  any    // stored as JSON
	Dedupe   string // the same again is not sent; "" for always
	Sound    bool
	Priority int // 0 first
}

// The priorities of outgoing messages within a chat.
const (
	First   = 0 // what a person waits for: previews, replies to commands
	Second  = 2 // items, what comes back
	Third   = 4 // new cards
	Waiting = 6 // digests, summaries, reminders
)

// Say puts a message into the outbox and returns its id, 0 when its dedupe key
// was used before.
func (s *Store) Say(ctx context.Context, what Saying) (id int64, err error) {
	err = s.tx(ctx, func(t *tx) error {
		id, err = t.say(what)
		return err
	})
	return id, err
}

func (t *tx) say(what Saying) (int64, error) {
	payload, err := json.Marshal(what.Payload)
	if err != nil {
		return 0, err
	}
	if what.Dedupe != "" {
		n, err := one(t.ctx, t, scalar[int64], `SELECT count(*) FROM outbox WHERE dedupe = $1`, what.Dedupe)
		if err != nil || n > 0 {
			return 0, err
		}
	}
	id, err := t.id(`INSERT INTO messages (chat_id, kind, incident_id, payload, state, created_at) VALUES ($1, $2, $3, $4, 'live', $5) RETURNING id`,
		what.Chat, string(what.Kind), null(what.Incident), string(payload), t.now)
	if err != nil {
		return 0, fmt.Errorf("write a message: %w", err)
	}
	t.wake(Outbox)
	return id, t.exec(`INSERT INTO outbox (chat_id, message_id, dedupe, priority, sound, state, created_at) VALUES ($1, $2, $3, $4, $5, 'pending', $6)`,
		what.Chat, id, null(what.Dedupe), what.Priority, flag(what.Sound), t.now)
}

// group returns our id of a region's admin group, 0 for none.
func (t *tx) group(region int64) (int64, error) {
	ids, err := all(t.ctx, t, scalar[int64], `SELECT id FROM chats WHERE region_id = $1 AND purpose = 'admin'`, region)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}

// Touch marks every live message about an incident as out of date.
func (s *Store) Touch(ctx context.Context, incident int64) error {
	return s.tx(ctx, func(t *tx) error { return t.touch(incident) })
}

// touch makes the live messages about an incident be shown again, and folds
// their menus: any change of state does.
func (t *tx) touch(incident int64) error {
	t.wake(Outbox)
	return t.exec(`UPDATE messages SET wanted = wanted + 1, menu = '', menu_until = NULL WHERE incident_id = $1 AND state = 'live' AND kind IN ('card', 'item', 'preview')`, incident)
}

// refresh makes the live messages about an incident be shown again while its
// state stays: whoever chooses from a menu goes on choosing.
func (t *tx) refresh(incident int64) error {
	t.wake(Outbox)
	return t.exec(`UPDATE messages SET wanted = wanted + 1 WHERE incident_id = $1 AND state = 'live' AND kind IN ('card', 'item', 'preview')`, incident)
}

// touchPreview makes the official's preview be shown again.
func (t *tx) touchPreview(incident int64) error {
	t.wake(Outbox)
	return t.exec(`UPDATE messages SET wanted = wanted + 1 WHERE incident_id = $1 AND state = 'live' AND kind = 'preview'`, incident)
}

// retire takes the live messages of a kind about an incident in a chat (0: any)
// out of service. What was not sent yet never will be.
func (t *tx) retire(incident int64, kind MessageKind, chat int64) error {
	if err := t.exec(`
		UPDATE outbox SET state = 'superseded', done_at = $1 WHERE state = 'pending' AND message_id IN (
			SELECT id FROM messages WHERE incident_id = $2 AND kind = $3 AND state = 'live' AND (chat_id = $4 OR $4 = 0))`, t.now, incident, string(kind), chat); err != nil {
		return err
	}
	t.wake(Outbox)
	return t.exec(`
		UPDATE messages SET state = CASE WHEN telegram_id IS NULL AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.message_id = messages.id AND o.state IN ('sending', 'unknown')) THEN 'lost' ELSE 'retired' END,
			wanted = wanted + 1, menu = '', menu_until = NULL
		WHERE incident_id = $1 AND kind = $2 AND state = 'live' AND (chat_id = $3 OR $3 = 0)`, incident, string(kind), chat)
}

// card sends an incident's card to the bottom of its admin group; the copy
// before it is retired. Without a group it waits for one.
func (t *tx) card(i Incident, head Head, sound bool) error {
	group, err := t.group(i.Region)
	if err != nil || group == 0 {
		return err
	}
	if err := t.retire(i.ID, CardMessage, 0); err != nil {
		return err
	}
	priority := Third
	if head.Reason != "" {
		priority = Second
	}
	_, err = t.say(Saying{Chat: group, Kind: CardMessage, Incident: i.ID, Payload: head, Sound: sound, Priority: priority})
	return err
}

// ShowCard sends an incident's card anew, asked for by /find or a digest.
func (s *Store) ShowCard(ctx context.Context, incident int64) error {
	return s.tx(ctx, func(t *tx) error {
		i, err := t.incident(incident)
		if err != nil {
			return err
		}
		return t.card(i, Head{Reason: "found"}, false)
	})
}

// ShowItem sends the official's item anew.
func (s *Store) ShowItem(ctx context.Context, incident int64) error {
	return s.tx(ctx, func(t *tx) error {
		i, err := t.incident(incident)
		if err != nil {
			return err
		}
		if i.Official == 0 {
			return ErrNotFound
		}
		return t.item(i, Head{Reason: "found"})
	})
}

// ShowPreview sends the official's preview anew, so that it stands at the bottom.
func (s *Store) ShowPreview(ctx context.Context, incident int64) error {
	return s.tx(ctx, func(t *tx) error {
		i, err := t.incident(incident)
		if err != nil {
			return err
		}
		chat, err := t.officialChat(i.Official)
		if err != nil || chat == 0 {
			return err
		}
		return t.showPreview(i, chat, false)
	})
}

// item sends an incident to its official's chat.
func (t *tx) item(i Incident, head Head) error {
	chat, err := t.officialChat(i.Official)
	if err != nil || chat == 0 {
		return err
	}
	if err := t.retire(i.ID, ItemMessage, 0); err != nil {
		return err
	}
	_, err = t.say(Saying{Chat: chat, Kind: ItemMessage, Incident: i.ID, Payload: head, Sound: true, Priority: Second})
	return err
}

// officialChat returns the private chat of an official, 0 when he cannot be reached.
func (t *tx) officialChat(official int64) (int64, error) {
	return one(t.ctx, t, scalar[int64], `SELECT CASE WHEN p.reachable = 1 THEN coalesce(p.chat_id, 0) ELSE 0 END FROM roles o JOIN people p ON p.id = o.person_id WHERE o.id = $1`, official)
}

// showAnew sends the cards of a region's open incidents again, oldest first,
// after its group moved.
func (t *tx) showAnew(region int64, reason string) error {
	open, err := all(t.ctx, t, scanIncident, `SELECT `+incidentColumns+incidentTables+`WHERE i.region_id = $1 AND i.state IN ('new', 'assigned') ORDER BY i.id`, region)
	if err != nil {
		return err
	}
	for _, i := range open {
		if err := t.card(i, Head{Reason: reason}, false); err != nil {
			return err
		}
	}
	return nil
}

// loseMessages forgets what stands in a chat: it can no longer be edited.
// What waited to be sent waits on.
func (t *tx) loseMessages(chat int64) error {
	return t.exec(`UPDATE messages SET state = 'lost', telegram_id = NULL WHERE chat_id = $1 AND telegram_id IS NOT NULL`, chat)
}

// abandonChat drops what waits for a chat that nobody works in any more.
func (t *tx) abandonChat(chat int64) error {
	return t.exec(`UPDATE outbox AS o SET state = 'superseded', done_at = $1 WHERE o.chat_id = $2 AND o.state = 'pending' AND `+outboxOpen, t.now, chat)
}

// Digest returns the incidents that a digest lists, in order.
func (s *Store) Digest(ctx context.Context, message int64) ([]int64, error) {
	return all(ctx, s.read, scalar[int64], `SELECT incident_id FROM digest_lines WHERE message_id = $1 ORDER BY position`, message)
}
