package storage

import (
	"context"
	"time"
)

// Source is a community, page, search or feed that is read for a region.
type Source struct {
	ID         int64
	Region     int64
	Network    string
	Kind       string
	URL        string
	Address    string // the network's own name or id of it
	Name       string
	Cursor     string // opaque to all but its connector; of a chat, the id of the Heard that was read last
	Trouble    string // code of the last failure; "" when all is well
	Failing    time.Time
	Told       time.Time // when the administrators were told of the trouble
	LastReadAt time.Time
	LastPostAt time.Time
	NextReadAt time.Time
	CreatedAt  time.Time
}

const sourceColumns = `id, region_id, network, kind, url, address, name, cursor, trouble, coalesce(failing_since, 0), coalesce(told_at, 0), coalesce(last_read_at, 0), coalesce(last_post_at, 0), next_read_at, created_at`

func scanSource(r scanner) (s Source, err error) {
	var failing, told, read, post, next, created int64
	err = r.Scan(&s.ID, &s.Region, &s.Network, &s.Kind, &s.URL, &s.Address, &s.Name, &s.Cursor, &s.Trouble, &failing, &told, &read, &post, &next, &created)
	s.Failing, s.Told, s.LastReadAt, s.LastPostAt, s.NextReadAt, s.CreatedAt = at(failing), at(told), at(read), at(post), at(next), at(created)
	return s, err
}

// Sources returns the present sources of one region, or of all with region 0.
func (s *Store) Sources(ctx context.Context, region int64) ([]Source, error) {
	return all(ctx, s.read, scanSource, `SELECT `+sourceColumns+` FROM sources WHERE (region_id = $1 OR $1 = 0) AND removed_at IS NULL ORDER BY id`, region)
}

// Source returns one present source.
func (s *Store) Source(ctx context.Context, id int64) (Source, error) {
	return one(ctx, s.read, scanSource, `SELECT `+sourceColumns+` FROM sources WHERE id = $1 AND removed_at IS NULL`, id)
}

// AddSource registers a source of a region, asks monitor to check it and lets
// the answer go to chat. An address that the region has already is ErrConflict.
func (s *Store) AddSource(ctx context.Context, by Actor, n Source, chat int64) (id int64, err error) {
	err = s.tx(ctx, func(t *tx) error {
		id, err = t.id(`
			INSERT INTO sources (region_id, network, kind, url, address, name, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
			n.Region, n.Network, n.Kind, n.URL, n.Address, n.Name, t.now)
		if err != nil {
			return s.taken(err)
		}
		if chat != 0 {
			if err := t.check("source", chat, id); err != nil {
				return err
			}
		}
		if err := t.linkSource(n); err != nil {
			return err
		}
		t.wake(Sources)
		_, err := t.record(n.Region, 0, ListChanged, by, EventData{Subject: "sources"}, n.URL)
		return err
	})
	return id, err
}

// RemoveSource stops the reading of a region's source.
func (s *Store) RemoveSource(ctx context.Context, by Actor, region, source int64) error {
	return s.tx(ctx, func(t *tx) error {
		chat, err := one(ctx, t, scalar[int64], `UPDATE sources SET removed_at = $1 WHERE id = $2 AND region_id = $3 AND removed_at IS NULL RETURNING coalesce(chat_id, 0)`, t.now, source, region)
		if err != nil {
			return err
		}
		if chat != 0 {
			if err := t.unlink(chat); err != nil {
				return err
			}
		}
		t.wake(Sources)
		_, err = t.record(region, 0, ListChanged, by, EventData{Subject: "sources_removed"}, "")
		return err
	})
}

// SourceRead notes a reading that brought nothing to save or could not be done:
// trouble is its code, "" when all is well. A source in trouble for longer than
// an hour is told to its administrators once; of a region's searches one.
func (s *Store) SourceRead(ctx context.Context, source int64, trouble string, next time.Time) error {
	return s.tx(ctx, func(t *tx) error {
		if trouble == "" {
			return t.exec(`UPDATE sources SET trouble = '', failing_since = NULL, told_at = NULL, last_read_at = $1, next_read_at = $2 WHERE id = $3`, t.now, ms(next), source)
		}
		g, err := one(ctx, t, scanSource, `
			UPDATE sources SET trouble = $1, failing_since = coalesce(failing_since, $2), next_read_at = $3 WHERE id = $4 AND removed_at IS NULL
			RETURNING `+sourceColumns, trouble, t.now, ms(next), source)
		if err != nil {
			return err
		}
		if !g.Told.IsZero() || t.now-ms(g.Failing) < time.Hour.Milliseconds() {
			return nil
		}
		search := g.Kind == SearchSource
		if search {
			if told, err := t.searchTold(g); err != nil || told {
				return err
			}
		}
		group, err := t.group(g.Region)
		if err != nil || group == 0 {
			return err
		}
		if err := t.exec(`UPDATE sources SET told_at = $1 WHERE id = $2`, t.now, source); err != nil {
			return err
		}
		return t.notice(group, Notice{Code: "source_trouble", Params: Params{"name": g.Name, "url": g.URL, "trouble": trouble, "network": g.Network, "search": search}}, "")
	})
}

// silence is how long a source may be read well and bring nothing before its
// administrators are told: longer than a holiday weekend.
const silence = 4 * 24 * time.Hour

// tellSilent tells each region once of its sources that bring nothing any more,
// until they bring something again. A search has quiet days by nature.
func (s *Store) tellSilent(ctx context.Context) error {
	silent := `SELECT ` + sourceColumns + ` FROM sources
		WHERE removed_at IS NULL AND trouble = '' AND kind <> '` + SearchSource + `' AND coalesce(last_post_at, created_at) < $1
			AND (silent_told_at IS NULL OR silent_told_at < coalesce(last_post_at, 0)) ORDER BY id LIMIT 100`
	before := ms(s.Now().Add(-silence))
	if found, err := all(ctx, s.read, scanSource, silent, before); err != nil || len(found) == 0 {
		return err
	}
	return s.tx(ctx, func(t *tx) error {
		found, err := all(ctx, t, scanSource, silent, before)
		if err != nil {
			return err
		}
		for _, g := range found {
			if err := t.exec(`UPDATE sources SET silent_told_at = $1 WHERE id = $2`, t.now, g.ID); err != nil {
				return err
			}
			group, err := t.group(g.Region)
			if err != nil {
				return err
			}
			if group == 0 {
				continue
			}
			last := Params{"name": g.Name, "url": g.URL, "days": int(silence / (24 * time.Hour))}
			if err := t.notice(group, Notice{Code: "source_silent", Params: last}, ""); err != nil {
				return err
			}
		}
		return nil
	})
}

// NameSource sets what the network calls a source.
func (s *Store) NameSource(ctx context.Context, source int64, name, address string) error {
	return s.tx(ctx, func(t *tx) error {
		return t.exec(`UPDATE sources SET name = $1, address = $2 WHERE id = $3`, name, address, source)
	})
}

// Check is a question of bot to monitor; monitor answers it with a notice to
// the chat.
type Check struct {
	ID      int64
	Kind    string // "source": can this source be read, and what would it bring; "link": does an answer stand where its official says
	Chat    int64
	Subject int64 // the id of the source, or of the publication
}

func (t *tx) check(kind string, chat, subject int64) error {
	t.wake(Checks)
	return t.exec(`INSERT INTO checks (kind, chat_id, subject_id, created_at) VALUES ($1, $2, $3, $4)`, kind, chat, subject, t.now)
}

// OpenChecks returns the checks that wait for monitor, oldest first.
func (s *Store) OpenChecks(ctx context.Context) ([]Check, error) {
	return all(ctx, s.read, func(r scanner) (c Check, err error) {
		return c, r.Scan(&c.ID, &c.Kind, &c.Chat, &c.Subject)
	}, `SELECT id, kind, chat_id, subject_id FROM checks WHERE done_at IS NULL ORDER BY id LIMIT 100`)
}

// FinishCheck answers a check with a notice to its chat; once only.
func (s *Store) FinishCheck(ctx context.Context, c Check, answer Notice) error {
	return s.tx(ctx, func(t *tx) error {
		n, err := t.update(`UPDATE checks SET done_at = $1 WHERE id = $2 AND done_at IS NULL`, t.now, c.ID)
		if err != nil || n == 0 {
			return err
		}
		return t.notice(c.Chat, answer, "")
	})
}
