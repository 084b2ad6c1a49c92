package storage

import (
	"context"
	"errors"
)

// Person is somebody whom the bot has met.
type Person struct {
	ID        int64
	Address   int64 // the messenger's id of the person
	Name      string
	Language  string
	Chat      int64 // our id of the private chat; 0 until it is started
	Reachable bool  // the bot was started and not blocked
}

const personColumns = `p.id, p.address, p.name, p.language, coalesce(p.chat_id, 0), p.reachable`

func scanPerson(r scanner) (p Person, err error) {
	var reachable int64
	err = r.Scan(&p.ID, &p.Address, &p.Name, &p.Language, &p.Chat, &reachable)
	p.Reachable = reachable == 1
	return p, err
}

// Person returns one person by our id.
func (s *Store) Person(ctx context.Context, id int64) (Person, error) {
	return one(ctx, s.read, scanPerson, `SELECT `+personColumns+` FROM people p WHERE p.id = $1`, id)
}

// PersonAt returns the person of a messenger's id.
func (s *Store) PersonAt(ctx context.Context, address int64) (Person, error) {
	return one(ctx, s.read, scanPerson, `SELECT `+personColumns+` FROM people p WHERE p.messenger = 'telegram' AND p.address = $1`, address)
}

// PersonOfChat returns the person whose private chat this is.
func (s *Store) PersonOfChat(ctx context.Context, chat int64) (Person, error) {
	return one(ctx, s.read, scanPerson, `SELECT `+personColumns+` FROM people p WHERE p.chat_id = $1`, chat)
}

// PeopleWithRoles returns everybody who is an official or staff somewhere.
func (s *Store) PeopleWithRoles(ctx context.Context) ([]Person, error) {
	return all(ctx, s.read, scanPerson, `SELECT `+personColumns+` FROM people p WHERE EXISTS (SELECT 1 FROM roles o WHERE o.person_id = p.id AND o.ended_at IS NULL) ORDER BY p.id`)
}

// MeetPerson notes a person who wrote or pressed and returns him; the name is
// brought up to date. chat is our id of his private chat when he wrote there,
// which makes him reachable; else 0.
func (s *Store) MeetPerson(ctx context.Context, address int64, name, language string, chat int64) (Person, error) {
	if language != "en" {
		language = "ru"
	}
	known, err := one(ctx, s.read, scanPerson, `SELECT `+personColumns+` FROM people p WHERE p.messenger = 'telegram' AND p.address = $1`, address)
	if err == nil && known.Name == name && (chat == 0 || known.Reachable && known.Chat == chat) {
		return known, nil
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Person{}, err
	}
	var p Person
	err = s.tx(ctx, func(t *tx) error {
		err := t.exec(`
			INSERT INTO people (messenger, address, name, language, chat_id, reachable, created_at)
			VALUES ('telegram', $1, $2, $3, $4, $5, $6)
			ON CONFLICT (messenger, address) DO UPDATE SET name = excluded.name,
				chat_id = coalesce(excluded.chat_id, people.chat_id),
				reachable = CASE WHEN excluded.reachable = 1 THEN 1 ELSE people.reachable END`,
			address, name, language, null(chat), flag(chat != 0), t.now)
		if err != nil {
			return err
		}
		p, err = one(ctx, t, scanPerson, `SELECT `+personColumns+` FROM people p WHERE p.messenger = 'telegram' AND p.address = $1`, address)
		return err
	})
	return p, err
}

// SetPersonLanguage changes the language that a person is spoken to in.
func (s *Store) SetPersonLanguage(ctx context.Context, person int64, language string) error {
	return s.tx(ctx, func(t *tx) error {
		return t.exec(`UPDATE people SET language = $1 WHERE id = $2`, language, person)
	})
}

// PersonUnreachable notes that a person blocked the bot or never started it,
// and returns all that is assigned to him to the administrators.
func (s *Store) PersonUnreachable(ctx context.Context, person int64) error {
	return s.tx(ctx, func(t *tx) error {
		regions, err := all(ctx, t, scalar[int64], `SELECT region_id FROM roles WHERE person_id = $1 AND kind = 'official' AND ended_at IS NULL`, person)
		if err != nil {
			return err
		}
		if err := t.chainsOf(regions); err != nil {
			return err
		}
		if err := t.exec(`UPDATE people SET reachable = 0 WHERE id = $1`, person); err != nil {
			return err
		}
		roles, err := all(t.ctx, t, scalar[int64], `SELECT id FROM roles WHERE person_id = $1 AND kind = 'official' AND ended_at IS NULL`, person)
		if err != nil {
			return err
		}
		for _, r := range roles {
			if err := t.releaseAll(r); err != nil {
				return err
			}
		}
		return nil
	})
}
