package storage

import (
	"context"
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

// AnswerByID returns one version of an answer, whatever became of it.
func (s *Store) AnswerByID(ctx context.Context, id int64) (Answer, error) {
	return one(ctx, s.read, scanAnswer, `SELECT `+answerColumns+` FROM answers a WHERE a.id = $1`, id)
}

// AnswerOfMessage returns the answer that an official's message became a part
// of; ErrNotFound when it became none.
func (s *Store) AnswerOfMessage(ctx context.Context, chat, telegram int64) (Answer, error) {
	return one(ctx, s.read, scanAnswer, `SELECT `+answerColumns+` FROM draft_parts p JOIN answers a ON a.id = p.answer_id WHERE p.chat_id = $1 AND p.telegram_id = $2`, chat, telegram)
}
