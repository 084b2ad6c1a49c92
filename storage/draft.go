package storage

import "context"

// AnswerByID returns one version of an answer, whatever became of it.
func (s *Store) AnswerByID(ctx context.Context, id int64) (Answer, error) {
	return one(ctx, s.read, scanAnswer, `SELECT `+answerColumns+` FROM answers a WHERE a.id = $1`, id)
}

// AnswerOfMessage returns the answer that an official's message became a part
// of; ErrNotFound when it became none.
func (s *Store) AnswerOfMessage(ctx context.Context, chat, telegram int64) (Answer, error) {
	return one(ctx, s.read, scanAnswer, `SELECT `+answerColumns+` FROM draft_parts p JOIN answers a ON a.id = p.answer_id WHERE p.chat_id = $1 AND p.telegram_id = $2`, chat, telegram)
}

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
