package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"
)

// AnswerState says where an answer stands.
type AnswerState string

// The states of answers.
const (
	Draft        AnswerState = "draft"
	Replaced     AnswerState = "replaced"
	FrozenAnswer AnswerState = "frozen" // its text stands; publications are on their way
	StoppedDraft AnswerState = "stopped"
	Done         AnswerState = "done"
	Failed       AnswerState = "failed"
)

// Answer is one version of what an official says to a resident.
type Answer struct {
	ID        int64
	Incident  int64
	Official  int64
	Version   int64
	Kind      string // "interim" or "final"
	Text      string
	State     AnswerState
	CreatedAt time.Time
	FrozenAt  time.Time
}

const answerColumns = `a.id, a.incident_id, a.official_id, a.version, a.kind, a.text, a.state, a.created_at, coalesce(a.frozen_at, 0)`

func scanAnswer(r scanner) (a Answer, err error) {
	var created, frozen int64
	err = r.Scan(&a.ID, &a.Incident, &a.Official, &a.Version, &a.Kind, &a.Text, &a.State, &created, &frozen)
	a.CreatedAt, a.FrozenAt = at(created), at(frozen)
	return a, err
}

// Answer returns the latest version of an incident's answer that was not
// replaced: a draft, one on its way, or one published.
func (s *Store) Answer(ctx context.Context, incident int64) (Answer, error) {
	return one(ctx, s.read, scanAnswer, `SELECT `+answerColumns+` FROM answers a WHERE a.incident_id = $1 AND a.state IN ('draft', 'frozen', 'done', 'failed') ORDER BY a.version DESC LIMIT 1`, incident)
}

// File is a picture, film or document that belongs to an answer. Address is
// the messenger's file id; it belongs to a bot.
type File struct {
	ID      int64
	Bot     int64
	Kind    string // photo, video, document
	Address string
	Name    string
	Size    int64
}

// Files returns the files of an answer in the order they came.
func (s *Store) Files(ctx context.Context, answer int64) ([]File, error) {
	return all(ctx, s.read, func(r scanner) (f File, err error) {
		return f, r.Scan(&f.ID, &f.Bot, &f.Kind, &f.Address, &f.Name, &f.Size)
	}, `SELECT f.id, f.bot, f.kind, f.address, f.name, f.size FROM files f JOIN draft_parts p ON p.id = f.part_id WHERE p.answer_id = $1 ORDER BY p.id, f.id`, answer)
}

// DraftPart is one message of an official that belongs to a draft.
type DraftPart struct {
	Chat     int64
	Telegram int64  // the message's id
	Album    string // the album it belongs to; "" for none
	Text     string
	Files    []File
}

// joinLife is how long after a draft's last message a picture still joins it.
const joinLife = time.Minute

// SaveDraft takes an official's message as the draft of his answer, or as a
// part of the draft he is writing: a message he edited, a picture of the same
// album or within a minute. Answering accepts too. Each change is a version.
func (s *Store) SaveDraft(ctx context.Context, by Actor, incident int64, part DraftPart) (a Answer, err error) {
	err = s.tx(ctx, func(t *tx) error {
		i, err := t.drafting(by, incident)
		if err != nil {
			return err
		}
		if i.AcceptedAt.IsZero() {
			if _, err := t.accept(by, incident); err != nil {
				return err
			}
		}
		parts, edited, err := t.parts(i, part)
		if err != nil {
			return err
		}
		a, err = t.redraft(i, parts)
		if err != nil {
			return err
		}
		if _, err := t.record(i.Region, incident, Drafted, by, EventData{Answer: a.ID, Version: a.Version}, ""); err != nil {
			return err
		}
		return t.showPreview(i, part.Chat, edited || len(parts) > 1)
	})
	return a, err
}

// EditDraft takes the new text of a message that belongs to an open draft;
// ErrNotFound when it belongs to none.
func (s *Store) EditDraft(ctx context.Context, by Actor, part DraftPart) (a Answer, err error) {
	incident, err := one(ctx, s.read, scalar[int64], `
		SELECT a.incident_id FROM draft_parts p JOIN answers a ON a.id = p.answer_id WHERE p.chat_id = $1 AND p.telegram_id = $2 AND a.state = 'draft'`, part.Chat, part.Telegram)
	if err != nil {
		return a, err
	}
	return s.SaveDraft(ctx, by, incident, part)
}

// drafting returns the incident if its official may write a draft now.
func (t *tx) drafting(by Actor, incident int64) (Incident, error) {
	i, err := t.incident(incident)
	if err != nil {
		return i, err
	}
	if err := t.mine(i, by); err != nil {
		return i, err
	}
	if i.State != Assigned {
		return i, t.conflict(i, Conflict{})
	}
	if !i.FrozenAt.IsZero() {
		return i, t.conflict(i, Conflict{Publishing: true})
	}
	return i, nil
}

// savedPart is a part of a draft as it is stored; id 0 is yet to be.
type savedPart struct {
	id      int64
	created int64
	part    DraftPart
}

// parts returns the parts that the draft has with this message: those of the
// open draft when the message belongs to it, else the message alone.
func (t *tx) parts(i Incident, part DraftPart) (parts []savedPart, edited bool, err error) {
	open, err := all(t.ctx, t, func(r scanner) (p savedPart, err error) {
		return p, r.Scan(&p.id, &p.created, &p.part.Chat, &p.part.Telegram, &p.part.Album, &p.part.Text)
	}, `SELECT p.id, p.created_at, p.chat_id, p.telegram_id, p.album, p.text FROM draft_parts p JOIN answers a ON a.id = p.answer_id
		WHERE a.incident_id = $1 AND a.state = 'draft' ORDER BY p.id`, i.ID)
	if err != nil {
		return nil, false, err
	}
	texts := 0
	joins := false
	for n, p := range open {
		if p.part.Chat == part.Chat && p.part.Telegram == part.Telegram {
			open[n].part.Text = part.Text
			return open, true, nil
		}
		if p.part.Text != "" {
			texts++
		}
		if part.Album != "" && p.part.Album == part.Album || t.now-p.created <= joinLife.Milliseconds() {
			joins = true
		}
	}
	added := savedPart{part: part, created: t.now}
	// A second text is a new draft; a picture, or the words to a picture, join.
	if joins && (part.Text == "" || texts == 0 || part.Album != "" && len(part.Files) > 0) {
		return append(open, added), false, nil
	}
	return []savedPart{added}, false, nil
}

// redraft replaces an incident's draft by a version made of the parts.
func (t *tx) redraft(i Incident, parts []savedPart) (Answer, error) {
	if err := t.exec(`UPDATE answers SET state = 'replaced' WHERE incident_id = $1 AND state = 'draft'`, i.ID); err != nil {
		return Answer{}, err
	}
	var texts []string
	for _, p := range parts {
		if strings.TrimSpace(p.part.Text) != "" {
			texts = append(texts, strings.TrimSpace(p.part.Text))
		}
	}
	a, err := t.newVersion(i, strings.Join(texts, "\n\n"))
	if err != nil {
		return a, err
	}
	for _, p := range parts {
		if p.id != 0 {
			if err := t.exec(`UPDATE draft_parts SET answer_id = $1, text = $2 WHERE id = $3`, a.ID, p.part.Text, p.id); err != nil {
				return a, err
			}
			continue
		}
		id, err := t.id(`
			INSERT INTO draft_parts (answer_id, chat_id, telegram_id, album, text, created_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (chat_id, telegram_id) DO UPDATE SET answer_id = excluded.answer_id, text = excluded.text RETURNING id`,
			a.ID, p.part.Chat, p.part.Telegram, p.part.Album, p.part.Text, p.created)
		if err != nil {
			return a, err
		}
		for _, f := range p.part.Files {
			if err := t.exec(`INSERT INTO files (part_id, bot, kind, address, name, size) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
				id, f.Bot, f.Kind, f.Address, f.Name, f.Size); err != nil {
				return a, err
			}
		}
	}
	return a, nil
}

func (t *tx) newVersion(i Incident, text string) (Answer, error) {
	return one(t.ctx, t, scanAnswer, `
		INSERT INTO answers (incident_id, official_id, version, kind, text, state, created_at)
		SELECT i.id, i.official_id, coalesce((SELECT max(v.version) FROM answers v WHERE v.incident_id = i.id), 0) + 1, 'final', $1, 'draft', $2
		FROM incidents i WHERE i.id = $3
		RETURNING id, incident_id, official_id, version, kind, text, state, created_at, 0`, text, t.now, i.ID)
}

// showPreview brings the preview up to date: in place when the official only
// changed or added something, else as a new message below his.
func (t *tx) showPreview(i Incident, chat int64, inPlace bool) error {
	if inPlace {
		n, err := t.update(`UPDATE messages SET wanted = wanted + 1 WHERE incident_id = $1 AND chat_id = $2 AND kind = 'preview' AND state = 'live'`, i.ID, chat)
		if err != nil || n > 0 {
			t.wake(Outbox)
			return err
		}
	}
	if err := t.retire(i.ID, PreviewMessage, 0); err != nil {
		return err
	}
	_, err := t.say(Saying{Chat: chat, Kind: PreviewMessage, Incident: i.ID, Payload: Head{}, Priority: First})
	return err
}

// PublicationState says where an answer stands under one post.
type PublicationState string

// The states of publications. Waiting waits for a person's proof.
const (
	Planned    PublicationState = "planned"
	Sending    PublicationState = "sending"
	Published  PublicationState = "published"
	Unknown    PublicationState = "unknown"
	AwaitsHand PublicationState = "waiting"
	ByHand     PublicationState = "by_hand"
	Impossible PublicationState = "impossible"
	Halted     PublicationState = "stopped"
)

// Publication is an answer as it stands, or will stand, under one post.
type Publication struct {
	ID         int64
	Answer     int64
	Incident   int64
	Post       int64
	State      PublicationState
	Key        string // idempotency key for networks that take one
	Due        time.Time
	Attempts   int
	SendingAt  time.Time
	ExternalID string
	URL        string
	Checked    bool   // the link was found to belong to the post's thread
	RefusedURL string // a link that was refused once
	Reason     string // code: why by hand, why impossible
	DoneAt     time.Time
}

const publicationColumns = `b.id, b.answer_id, a.incident_id, b.post_id, b.state, b.key, b.due_at, b.attempts, coalesce(b.sending_at, 0), b.external_id, b.url, b.checked, b.refused_url, b.reason, coalesce(b.done_at, 0)`

const publicationTables = ` FROM publications b JOIN answers a ON a.id = b.answer_id `

func scanPublication(r scanner) (p Publication, err error) {
	var due, sending, checked, done int64
	err = r.Scan(&p.ID, &p.Answer, &p.Incident, &p.Post, &p.State, &p.Key, &due, &p.Attempts, &sending, &p.ExternalID, &p.URL, &checked, &p.RefusedURL, &p.Reason, &done)
	p.Due, p.SendingAt, p.Checked, p.DoneAt = at(due), at(sending), checked == 1, at(done)
	return p, err
}

// Publications returns an answer's publications in the order of posts.
func (s *Store) Publications(ctx context.Context, answer int64) ([]Publication, error) {
	return all(ctx, s.read, scanPublication, `SELECT `+publicationColumns+publicationTables+`WHERE b.answer_id = $1 ORDER BY b.id`, answer)
}

// ErrEmpty says that an answer has no text.
var ErrEmpty = errors.New("the answer has no text")

// Publish is «Опубликовать»: it freezes the draft's text and plans a
// publication under each post, after hold where the network publishes; where
// it does not, the official gets the text to copy. A version that is not the
// latest is a conflict.
func (s *Store) Publish(ctx context.Context, by Actor, incident, version int64, hold time.Duration) (c Change, err error) {
	err = s.tx(ctx, func(t *tx) error {
		i, err := t.incident(incident)
		if err != nil {
			return err
		}
		a, err := t.openAnswer(i, Draft)
		if err != nil {
			return err
		}
		if a.Version != version {
			return t.conflict(i, Conflict{})
		}
		if a.Text == "" {
			return ErrEmpty
		}
		c, err = t.step(incident, step{by: by, kind: Frozen, from: []State{Assigned}, data: EventData{Answer: a.ID, Version: version}}, func(i *Incident) error {
			i.FrozenAt = at(t.now)
			return nil
		})
		if err != nil {
			return err
		}
		if err := t.exec(`UPDATE answers SET state = 'frozen', frozen_at = $1 WHERE id = $2`, t.now, a.ID); err != nil {
			return err
		}
		return t.plan(c.Incident, a, hold)
	})
	return c, err
}

// openAnswer returns the incident's answer in a state; a conflict when there
// is none.
func (t *tx) openAnswer(i Incident, st AnswerState) (Answer, error) {
	a, err := one(t.ctx, t, scanAnswer, `SELECT `+answerColumns+` FROM answers a WHERE a.incident_id = $1 AND a.state = $2`, i.ID, string(st))
	if errors.Is(err, ErrNotFound) {
		return a, t.conflict(i, Conflict{Publishing: !i.FrozenAt.IsZero()})
	}
	return a, err
}

func (t *tx) plan(i Incident, a Answer, hold time.Duration) error {
	posts, err := all(t.ctx, t, scanPost, `SELECT `+postColumns+` FROM posts t JOIN incident_posts ip ON ip.post_id = t.id WHERE ip.incident_id = $1 ORDER BY t.id`, i.ID)
	if err != nil {
		return err
	}
	byHand := false
	for _, p := range posts {
		st := Planned
		if !p.CanPublish {
			st, byHand = AwaitsHand, true
		}
		if err := t.exec(`INSERT INTO publications (answer_id, post_id, state, key, due_at, reason) VALUES ($1, $2, $3, $4, $5, $6)`,
			a.ID, p.ID, string(st), rand.Text(), t.now+hold.Milliseconds(), p.PublishReason); err != nil {
			return err
		}
	}
	t.wake(Publications)
	if byHand {
		return t.handText(i, a.ID)
	}
	return nil
}

// handText sends the official the text alone, to be copied into the network.
func (t *tx) handText(i Incident, answer int64) error {
	chat, err := t.officialChat(i.Official)
	if err != nil || chat == 0 {
		return err
	}
	_, err = t.say(Saying{Chat: chat, Kind: CopyMessage, Incident: i.ID, Payload: map[string]int64{"answer": answer}, Dedupe: fmt.Sprintf("copy:%d", answer), Priority: First})
	return err
}

// Stop is «Остановить» within the hold, or «Изменить» while a link is waited
// for: the text becomes a draft again. What is already being sent cannot be
// stopped.
func (s *Store) Stop(ctx context.Context, by Actor, incident int64) (c Change, err error) {
	err = s.tx(ctx, func(t *tx) error {
		i, err := t.incident(incident)
		if err != nil {
			return err
		}
		a, err := t.openAnswer(i, FrozenAnswer)
		if err != nil {
			return err
		}
		// First stop, then look what went out: what is taken meanwhile is seen.
		if err := t.exec(`UPDATE publications SET state = 'stopped' WHERE answer_id = $1 AND state IN ('planned', 'waiting', 'unknown', 'impossible')`, a.ID); err != nil {
			return err
		}
		out, err := one(ctx, t, scalar[int64], `SELECT count(*) FROM publications WHERE answer_id = $1 AND state <> 'stopped'`, a.ID)
		if err != nil {
			return err
		}
		c, err = t.step(incident, step{by: by, kind: Stopped, from: []State{Assigned}, frozen: true, data: EventData{Answer: a.ID, Version: a.Version}}, func(i *Incident) error {
			if out > 0 {
				return t.conflict(*i, Conflict{Publishing: true})
			}
			i.FrozenAt = time.Time{}
			return nil
		})
		if err != nil {
			return err
		}
		return t.draftAgain(c.Incident, a, StoppedDraft)
	})
	return c, err
}

// draftAgain ends an answer and makes its text a new draft.
func (t *tx) draftAgain(i Incident, a Answer, end AnswerState) error {
	if err := t.exec(`UPDATE answers SET state = $1 WHERE id = $2`, string(end), a.ID); err != nil {
		return err
	}
	next, err := t.newVersion(i, a.Text)
	if err != nil {
		return err
	}
	return t.exec(`UPDATE draft_parts SET answer_id = $1 WHERE answer_id = $2`, next.ID, a.ID)
}

// TakePublication gives the monitor the next publication that is due and marks
// it as being sent; ErrNotFound when none is. Nothing is given while the
// database is held.
func (s *Store) TakePublication(ctx context.Context) (p Publication, err error) {
	if s.Held() {
		return p, ErrNotFound
	}
	if _, err := one(ctx, s.read, scalar[int64], `SELECT 1 FROM publications WHERE state = 'planned' AND due_at <= $1 LIMIT 1`, ms(s.Now())); err != nil {
		return p, err
	}
	err = s.tx(ctx, func(t *tx) error {
		id, err := t.id(`
			UPDATE publications SET state = 'sending', sending_at = $1, attempts = attempts + 1
			WHERE id IN (SELECT id FROM publications WHERE state = 'planned' AND due_at <= $1 ORDER BY due_at, id LIMIT 1`+s.engine.claim()+`) RETURNING id`, t.now)
		if isNoRows(err) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		p, err = one(ctx, t, scanPublication, `SELECT `+publicationColumns+publicationTables+`WHERE b.id = $1`, id)
		return errors.Join(err, t.touch(p.Incident))
	})
	return p, err
}

// NextPublication says when the next planned publication is due; the zero time
// when none is planned.
func (s *Store) NextPublication(ctx context.Context) (time.Time, error) {
	due, err := one(ctx, s.read, scalar[int64], `SELECT coalesce(min(due_at), 0) FROM publications WHERE state = 'planned'`)
	return at(due), err
}

// InterruptedPublications returns what was being sent when the process ended:
// whether it went out must be looked up before any retry.
func (s *Store) InterruptedPublications(ctx context.Context) ([]Publication, error) {
	return all(ctx, s.read, scanPublication, `SELECT `+publicationColumns+publicationTables+`WHERE b.state = 'sending' ORDER BY b.id`)
}

// PublishedAs notes that a publication stands in its network.
func (s *Store) PublishedAs(ctx context.Context, publication int64, externalID, url string) error {
	return s.settle(ctx, publication, PublishedIn, func(t *tx) (int64, error) {
		return t.update(`UPDATE publications SET state = 'published', external_id = $1, url = $2, checked = 1, done_at = $3 WHERE id = $4 AND state IN ('sending', 'unknown')`,
			externalID, url, t.now, publication)
	})
}

// PublishLater puts a publication back until a time: it certainly did not go out.
func (s *Store) PublishLater(ctx context.Context, publication int64, until time.Time) error {
	return s.tx(ctx, func(t *tx) error {
		t.wake(Publications)
		return t.exec(`UPDATE publications SET state = 'planned', due_at = $1 WHERE id = $2 AND state IN ('sending', 'unknown')`, ms(until), publication)
	})
}

// PublishByHand notes that the network does not let us publish: the official
// is asked to. reason is a code.
func (s *Store) PublishByHand(ctx context.Context, publication int64, reason string) error {
	return s.leave(ctx, publication, AwaitsHand, reason)
}

// PublishUnknown notes that nobody can tell whether a publication went out: the
// official is asked to look.
func (s *Store) PublishUnknown(ctx context.Context, publication int64) error {
	return s.leave(ctx, publication, Unknown, "lost_answer")
}

// leave hands a publication that the network did not take to the official.
func (s *Store) leave(ctx context.Context, publication int64, st PublicationState, reason string) error {
	return s.tx(ctx, func(t *tx) error {
		p, i, err := t.publication(publication)
		if err != nil {
			return err
		}
		n, err := t.update(`UPDATE publications SET state = $1, reason = $2 WHERE id = $3 AND state = 'sending'`, string(st), reason, publication)
		if err != nil || n == 0 {
			return err
		}
		if _, err := t.record(i.Region, i.ID, UnknownIn, Actor{Kind: Monitor}, EventData{Answer: p.Answer, Post: p.Post, Reason: reason}, ""); err != nil {
			return err
		}
		if err := errors.Join(t.handText(i, p.Answer), t.touch(i.ID)); err != nil {
			return err
		}
		return t.releaseIfGone(i)
	})
}

// publication returns a publication and its incident, which it locks.
func (t *tx) publication(id int64) (p Publication, i Incident, err error) {
	const query = `SELECT ` + publicationColumns + publicationTables + `WHERE b.id = $1`
	if p, err = one(t.ctx, t, scanPublication, query, id); err != nil {
		return p, i, err
	}
	if i, err = t.incident(p.Incident); err != nil {
		return p, i, err
	}
	p, err = one(t.ctx, t, scanPublication, query, id)
	return p, i, err
}

// releaseIfGone returns an incident whose official went away while his answer
// was being published: he cannot be asked to do the rest.
func (t *tx) releaseIfGone(i Incident) error {
	if i.State != Assigned {
		return nil
	}
	gone, err := one(t.ctx, t, scalar[int64], `SELECT count(*) FROM roles o JOIN people p ON p.id = o.person_id WHERE o.id = $1 AND (o.ended_at IS NOT NULL OR p.reachable = 0)`, i.Official)
	if err != nil || gone == 0 {
		return err
	}
	if err := t.unreachable(i.ID, i.Official); !errors.Is(err, ErrConflict) {
		return err
	}
	return nil // another publication of it is still on its way
}

// PublishImpossible notes that an answer cannot stand under a post at all: the
// post is gone or closed. reason is a code.
func (s *Store) PublishImpossible(ctx context.Context, publication int64, reason string) error {
	return s.settle(ctx, publication, ImpossibleIn, func(t *tx) (int64, error) {
		return t.update(`UPDATE publications SET state = 'impossible', reason = $1 WHERE id = $2 AND state IN ('sending', 'waiting')`, reason, publication)
	})
}

// settle ends one publication and, when it was the last open one, the answer.
// Doing it twice changes nothing.
func (s *Store) settle(ctx context.Context, publication int64, kind EventKind, end func(*tx) (int64, error)) error {
	return s.tx(ctx, func(t *tx) error {
		if _, _, err := t.publication(publication); err != nil {
			return err
		}
		n, err := end(t)
		if err != nil || n == 0 {
			return err
		}
		p, i, err := t.publication(publication)
		if err != nil {
			return err
		}
		if _, err := t.record(i.Region, i.ID, kind, Actor{Kind: Monitor}, EventData{Answer: p.Answer, Post: p.Post, Reason: p.Reason}, p.URL); err != nil {
			return err
		}
		c, err := t.settled(Actor{Kind: Monitor}, i, p.Answer)
		if err != nil {
			return err
		}
		return t.releaseIfGone(c.Incident)
	})
}

// ByHandProof is how an official shows that he published by hand.
type ByHandProof struct {
	URL     string // "" for «Опубликовано, ссылки нет»
	Checked bool   // the link belongs to the thread
}

// PublishedByHand takes one proof for everything that waits for the official:
// what he was to publish, and what nobody could tell about.
func (s *Store) PublishedByHand(ctx context.Context, by Actor, incident int64, proof ByHandProof) (c Change, err error) {
	err = s.tx(ctx, func(t *tx) error {
		i, err := t.incident(incident)
		if err != nil {
			return err
		}
		if err := t.mine(i, by); err != nil {
			return err
		}
		a, err := t.openAnswer(i, FrozenAnswer)
		if err != nil {
			return err
		}
		n, err := t.update(`UPDATE publications SET state = 'by_hand', url = $1, checked = $2, done_at = $3 WHERE answer_id = $4 AND state IN ('waiting', 'unknown')`,
			proof.URL, flag(proof.Checked), t.now, a.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return t.conflict(i, Conflict{Publishing: true})
		}
		if _, err := t.record(i.Region, i.ID, ByHandIn, by, EventData{Answer: a.ID}, proof.URL); err != nil {
			return err
		}
		c, err = t.settled(by, i, a.ID)
		return err
	})
	return c, err
}

// RefuseLink remembers a link that does not belong to the thread; the same link
// again is taken. It reports whether the link was refused before.
func (s *Store) RefuseLink(ctx context.Context, incident int64, url string) (again bool, err error) {
	err = s.tx(ctx, func(t *tx) error {
		i, err := t.incident(incident)
		if err != nil {
			return err
		}
		a, err := t.openAnswer(i, FrozenAnswer)
		if err != nil {
			return err
		}
		n, err := one(ctx, t, scalar[int64], `SELECT count(*) FROM publications WHERE answer_id = $1 AND refused_url = $2`, a.ID, url)
		if again = n > 0; err != nil || again {
			return err
		}
		return t.exec(`UPDATE publications SET refused_url = $1 WHERE answer_id = $2 AND state IN ('waiting', 'unknown')`, url, a.ID)
	})
	return again, err
}

// SendAgain is the official's word that an unknown publication did not go out.
func (s *Store) SendAgain(ctx context.Context, by Actor, incident int64) error {
	return s.tx(ctx, func(t *tx) error {
		i, err := t.incident(incident)
		if err != nil {
			return err
		}
		if err := t.mine(i, by); err != nil {
			return err
		}
		n, err := t.update(`UPDATE publications SET state = 'planned', due_at = $1 WHERE state = 'unknown' AND answer_id IN (SELECT id FROM answers WHERE incident_id = $2 AND state = 'frozen')`, t.now, incident)
		if err != nil {
			return err
		}
		if n == 0 {
			return t.conflict(i, Conflict{})
		}
		t.wake(Publications)
		return t.touch(incident)
	})
}

// settled ends an answer whose publications are all settled: answered when one
// stands; when none can, the clock resumes and the text is a draft again.
func (t *tx) settled(by Actor, i Incident, answer int64) (Change, error) {
	var open, stands int64
	err := t.QueryRowContext(t.ctx, `
		SELECT coalesce(sum(CASE WHEN state IN ('planned', 'sending', 'unknown', 'waiting') THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN state IN ('published', 'by_hand') THEN 1 ELSE 0 END), 0)
		FROM publications WHERE answer_id = $1`, answer).Scan(&open, &stands)
	if err != nil {
		return Change{}, err
	}
	if open > 0 {
		return Change{Incident: i}, t.touch(i.ID)
	}
	if stands == 0 {
		return t.publishFailed(by, i, answer)
	}
	if err := t.exec(`UPDATE answers SET state = 'done' WHERE id = $1`, answer); err != nil {
		return Change{}, err
	}
	return t.step(i.ID, step{by: by, kind: AnsweredNow, from: []State{Assigned}, frozen: true, data: EventData{Answer: answer}}, func(i *Incident) error {
		i.State, i.AnsweredAt = Answered, at(t.now)
		return nil
	})
}

func (t *tx) publishFailed(by Actor, i Incident, answer int64) (Change, error) {
	c, err := t.step(i.ID, step{by: by, kind: PublishFailed, from: []State{Assigned}, frozen: true, data: EventData{Answer: answer}}, func(i *Incident) error {
		i.FrozenAt = time.Time{}
		return nil
	})
	if err != nil {
		return c, err
	}
	a, err := one(t.ctx, t, scanAnswer, `SELECT `+answerColumns+` FROM answers a WHERE a.id = $1`, answer)
	if err != nil {
		return c, err
	}
	return c, t.draftAgain(c.Incident, a, Failed)
}
