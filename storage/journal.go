package storage

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// ActorKind says in which capacity somebody acts.
type ActorKind string

// The capacities of the journal.
const (
	Administrator ActorKind = "administrator"
	AsOfficial    ActorKind = "official"
	AsStaff       ActorKind = "staff"
	Owner         ActorKind = "owner"
	Monitor       ActorKind = "monitor"
	Resident      ActorKind = "resident"
	System        ActorKind = "system"
)

// Actor is who does something. Person is 0 for the system, the monitor and an
// anonymous administrator, who counts as the group.
type Actor struct {
	Kind   ActorKind
	Person int64
}

// EventKind names a line of the journal.
type EventKind string

// The kinds of events. Transitions of an incident first, then what else is kept.
const (
	Registered    EventKind = "registered"
	DismissedBy   EventKind = "dismissed"
	AssignedTo    EventKind = "assigned"
	Accepted      EventKind = "accepted"
	Returned      EventKind = "returned"
	Unreachable   EventKind = "unreachable"
	Drafted       EventKind = "drafted"
	Frozen        EventKind = "frozen" // «Опубликовать» was pressed
	Stopped       EventKind = "stopped"
	PublishedIn   EventKind = "published"
	ByHandIn      EventKind = "by_hand"
	ImpossibleIn  EventKind = "impossible"
	UnknownIn     EventKind = "unknown"
	AnsweredNow   EventKind = "answered"
	PublishFailed EventKind = "publish_failed"
	ClosedBy      EventKind = "closed"
	Reopened      EventKind = "reopened"
	MergedInto    EventKind = "merged"
	SplitOff      EventKind = "split" // of another one, that it was a part of
	Undone        EventKind = "undone"
	PostAdded     EventKind = "post_added"
	TookIn        EventKind = "took_in"     // another one was merged into it
	LetGo         EventKind = "let_go"      // another one was split off it
	PostChanged   EventKind = "post_edited" // in its network; the text is the one before
	PostDeleted   EventKind = "post_removed"
	PostBack      EventKind = "post_restored"
	ReplyCame     EventKind = "resident_replied" // to an answer
	TopicSet      EventKind = "topic_set"
	ImportanceSet EventKind = "importance_set"
	Asked         EventKind = "asked"   // the official asks the administrators
	Replied       EventKind = "replied" // and they reply
	Commented     EventKind = "commented"
	RegionSet     EventKind = "region_set" // the region's group, name or settings
	Invited       EventKind = "invited"
	Joined        EventKind = "joined"
	Removed       EventKind = "removed"
	ListChanged   EventKind = "list_changed" // places, rules, sources, routes
)

// Event is a line of the journal.
type Event struct {
	ID        int64
	Region    int64
	Seq       int64
	Incident  int64 // 0: not about one
	Kind      EventKind
	Actor     Actor
	ActorName string // the person's name, read beside the line; "" for none
	At        time.Time
	Data      EventData
	Text      string // "" when there was none or it was erased
}

// Decides tells a line by which somebody says who should answer an incident,
// what it is about, how important it is, or that it needs no answer.
func (e Event) Decides() bool {
	switch e.Kind {
	case AssignedTo, DismissedBy, Returned, Undone, TopicSet, ImportanceSet:
		return true
	}
	return false
}

// EventData are the ids and codes of a line. Only what applies is set.
type EventData struct {
	State      State      `json:"state,omitempty"` // after the event
	Reason     string     `json:"reason,omitempty"`
	Official   int64      `json:"official,omitempty"`
	Body       int64      `json:"body,omitempty"`
	Topic      int64      `json:"topic,omitempty"`
	Importance Importance `json:"importance,omitempty"`
	Post       int64      `json:"post,omitempty"`
	Other      int64      `json:"other,omitempty"`    // the other incident of a merge or a split
	Likeness   float64    `json:"likeness,omitempty"` // of a post that joined by itself
	Urgency    *urgency   `json:"urgency,omitempty"`  // before another one's was taken over
	Answer     int64      `json:"answer,omitempty"`
	Reply      int64      `json:"reply,omitempty"`
	Version    int64      `json:"version,omitempty"`
	Undoes     int64      `json:"undoes,omitempty"` // the event taken back
	Undoable   bool       `json:"undoable,omitempty"`
	Subject    string     `json:"subject,omitempty"` // a code: which list, which setting
	Rule       int64      `json:"rule,omitempty"`
	Rules      int64      `json:"rules,omitempty"` // so many lines before this one say how rules were changed with it
	Before     *snapshot  `json:"before,omitempty"`
}

const insertEvent = `
	INSERT INTO events (region_id, seq, incident_id, kind, actor, person_id, at, data, digest, hash)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

// record appends a line to the region's chain and returns it. Text goes to the
// erasable part.
func (t *tx) record(region, incident int64, kind EventKind, by Actor, data EventData, text string) (Event, error) {
	e := Event{Region: region, Incident: incident, Kind: kind, Actor: by, At: at(t.now), Data: data, Text: text}
	var salt, digest []byte
	if text != "" {
		salt = make([]byte, 16)
		_, _ = rand.Read(salt) // never fails
		digest = textDigest(salt, text)
	}
	line, err := t.extend(&e, digest)
	if err != nil {
		return e, err
	}
	if e.ID, err = t.id(insertEvent+` RETURNING id`, line...); err != nil {
		return e, fmt.Errorf("write to the journal: %w", err)
	}
	if e.Decides() {
		t.wake(Decisions)
	}
	if text != "" {
		if err := t.exec(`INSERT INTO event_texts (event_id, salt, text) VALUES ($1, $2, $3)`, e.ID, salt, text); err != nil {
			return e, err
		}
		// There is something to erase again.
		if err := t.exec(`UPDATE incidents SET erased_at = NULL WHERE id = $1 AND erased_at IS NOT NULL`, incident); err != nil {
			return e, err
		}
	}
	return e, nil
}

// extend puts an event at the end of its region's chain and returns the values
// of its line for insertEvent.
func (t *tx) extend(e *Event, digest []byte) ([]any, error) {
	head, err := t.chain(e.Region)
	if err != nil {
		return nil, fmt.Errorf("extend the journal of region %d: %w", e.Region, err)
	}
	encoded, err := json.Marshal(e.Data)
	if err != nil {
		return nil, err
	}
	head.seq++
	head.grown = true
	e.Seq = head.seq
	l := chainLine{e.Region, e.Seq, e.Incident, string(e.Kind), string(e.Actor.Kind), e.Actor.Person, t.now, string(encoded), digest}
	head.hash = l.hash(head.hash)
	return []any{l.region, l.seq, null(l.incident), l.kind, l.actor, null(l.person), l.at, l.data, digest, head.hash}, nil
}

// chainHead is the end of a region's chain, kept while a transaction extends it.
type chainHead struct {
	seq   int64
	hash  []byte
	grown bool
}

// chain locks the region's chain for this transaction: whoever changes an
// incident of the region comes after it. saveChains writes it back.
func (t *tx) chain(region int64) (*chainHead, error) {
	if h := t.chains[region]; h != nil {
		return h, nil
	}
	h := &chainHead{}
	err := t.QueryRowContext(t.ctx, `SELECT chain_seq, chain_hash FROM regions WHERE id = $1`+t.store.engine.lock(), region).Scan(&h.seq, &h.hash)
	if isNoRows(err) {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	t.chains[region] = h
	return h, nil
}

// chainsOf locks the chains of several regions in an order that all keep, so
// that two transactions never wait for each other.
func (t *tx) chainsOf(regions []int64) error {
	slices.Sort(regions)
	for _, r := range slices.Compact(regions) {
		if _, err := t.chain(r); err != nil {
			return fmt.Errorf("region %d: %w", r, err)
		}
	}
	return nil
}

func (t *tx) saveChains() error {
	for region, h := range t.chains {
		if !h.grown {
			continue
		}
		if err := t.exec(`UPDATE regions SET chain_seq = $1, chain_hash = $2 WHERE id = $3`, h.seq, h.hash, region); err != nil {
			return fmt.Errorf("save the journal's chain: %w", err)
		}
	}
	return nil
}

// chainLine is what a line's hash covers, in this order.
type chainLine struct {
	region, seq, incident int64
	kind, actor           string
	person, at            int64
	data                  string
	digest                []byte
}

func (l chainLine) hash(previous []byte) []byte {
	h := sha256.New()
	h.Write(previous)
	for _, part := range []string{
		strconv.FormatInt(l.region, 10), strconv.FormatInt(l.seq, 10), strconv.FormatInt(l.incident, 10),
		l.kind, l.actor, strconv.FormatInt(l.person, 10), strconv.FormatInt(l.at, 10), l.data, string(l.digest),
	} {
		// The length keeps the parts apart.
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return h.Sum(nil)
}

func textDigest(salt []byte, text string) []byte {
	m := hmac.New(sha256.New, salt)
	m.Write([]byte(text))
	return m.Sum(nil)
}

const eventColumns = `e.id, e.region_id, e.seq, coalesce(e.incident_id, 0), e.kind, e.actor, coalesce(e.person_id, 0), coalesce(p.name, ''), e.at, e.data, coalesce(x.text, '')`

const eventTables = ` FROM events e LEFT JOIN people p ON p.id = e.person_id LEFT JOIN event_texts x ON x.event_id = e.id `

func scanEvent(r scanner) (e Event, err error) {
	var when int64
	var data string
	if err = r.Scan(&e.ID, &e.Region, &e.Seq, &e.Incident, &e.Kind, &e.Actor.Kind, &e.Actor.Person, &e.ActorName, &when, &data, &e.Text); err != nil {
		return e, err
	}
	e.At = at(when)
	return e, json.Unmarshal([]byte(data), &e.Data)
}

// Journal returns the lines about an incident, oldest first.
func (s *Store) Journal(ctx context.Context, incident int64) ([]Event, error) {
	return all(ctx, s.read, scanEvent, `SELECT `+eventColumns+eventTables+`WHERE e.incident_id = $1 ORDER BY e.id`, incident)
}

// Event returns one line of the journal.
func (s *Store) Event(ctx context.Context, id int64) (Event, error) {
	return one(ctx, s.read, scanEvent, `SELECT `+eventColumns+eventTables+`WHERE e.id = $1`, id)
}

// chainStart is what the first line of a region's chain covers.
func chainStart(region int64) []byte {
	h := sha256.Sum256([]byte("otklik journal of region " + strconv.FormatInt(region, 10)))
	return h[:]
}
