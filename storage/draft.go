package storage

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// DraftToJoin returns the incident whose open draft a picture without words
// belongs to: that of its album, or the one that the chat's last message went
// to within a minute. ErrNotFound when there is none.
func (s *Store) DraftToJoin(ctx context.Context, chat int64, album string) (incident int64, err error) {
	return one(ctx, s.read, scalar[int64], `
		SELECT a.incident_id FROM draft_parts p JOIN answers a ON a.id = p.answer_id
		WHERE p.chat_id = $1 AND a.state = 'draft' AND (p.album = $2 AND p.album <> '' OR p.created_at >= $3)
		ORDER BY CASE WHEN p.album = $2 AND p.album <> '' THEN 0 ELSE 1 END, p.id DESC LIMIT 1`,
		chat, album, ms(s.Now())-joinLife.Milliseconds())
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
// album or within a minute. Answering accepts too. Each change is a version; the
// same message again, when it is handled a second time, is none.
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
		if edited && unchanged(parts, part) {
			a, err = t.openAnswer(i, Draft)
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
	before  string // its text, where a message says another one now
}

// unchanged says that a message of a draft says what it said.
func unchanged(parts []savedPart, part DraftPart) bool {
	return slices.ContainsFunc(parts, func(p savedPart) bool {
		return p.part.Chat == part.Chat && p.part.Telegram == part.Telegram && p.before == part.Text
	})
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
			open[n].before, open[n].part.Text = p.part.Text, part.Text
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

// reviveDraft gives the official of a restored assignment the draft back that
// the step took from him: an incident's newest answer is dropped only so.
func (t *tx) reviveDraft(i Incident) error {
	if i.State != Assigned {
		return nil
	}
	a, err := one(t.ctx, t, scanAnswer, `SELECT `+answerColumns+` FROM answers a WHERE a.incident_id = $1 ORDER BY a.version DESC LIMIT 1`, i.ID)
	if errors.Is(err, ErrNotFound) || err == nil && (a.Official != i.Official || a.State != Replaced && a.State != StoppedDraft) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := t.draftAgain(i, a, a.State); err != nil {
		return err
	}
	chat, err := t.officialChat(i.Official)
	if err != nil || chat == 0 {
		return err
	}
	return t.showPreview(i, chat, false)
}
