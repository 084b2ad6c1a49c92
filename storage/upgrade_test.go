package storage

import (
	"context"
	"database/sql"
	"encoding/hex"
	"io/fs"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"
)

// firstRows are what a database of the first schema held: they are never
// edited, the hashes least of all. Ids are given by the engine, from 1.
var firstRows = []struct {
	query string
	args  []any
}{
	{`INSERT INTO meta (key, value) VALUES ($1, $2)`, []any{"ping", ""}},
	{`INSERT INTO regions (name, time_zone, language, preset, auto_close_days, approval, chain_seq, chain_hash, created_at) VALUES ('Заречье', 'Europe/Moscow', 'ru', 'day', 3, 0, 2, $1, 1764000000000)`, []any{unhex(firstHashes[1])}},
	{`INSERT INTO chats (messenger, address, kind, title, purpose, region_id, state, created_at) VALUES ('telegram', -100, 'supergroup', 'Администраторы', 'admin', 1, 'active', 1764000000000)`, nil},
	{`INSERT INTO chats (messenger, address, kind, title, purpose, state, created_at) VALUES ('telegram', 7, 'private', '', 'private', 'active', 1764000000000)`, nil},
	{`INSERT INTO people (messenger, address, name, language, chat_id, reachable, created_at) VALUES ('telegram', 7, 'Исполнитель', 'ru', 2, 1, 1764000000000)`, nil},
	{`INSERT INTO bodies (region_id, name, created_at) VALUES (1, 'Министерство дорог', 1764000000000)`, nil},
	{`INSERT INTO roles (person_id, region_id, kind, body_id, created_at) VALUES (1, 1, 'official', 1, 1764000000000)`, nil},
	{`INSERT INTO topics (region_id, code, name, importance, created_at) VALUES (1, 'roads', 'Дороги', 'normal', 1764000000000)`, nil},
	{`INSERT INTO rules (topic_id, text, danger, created_at) VALUES (1, 'яма', 0, 1764000000000)`, nil},
	{`INSERT INTO places (region_id, name, created_at) VALUES (1, 'Нагорный', 1764000000000)`, nil},
	{`INSERT INTO sources (region_id, network, kind, url, address, name, cursor, created_at) VALUES (1, 'vk', 'community', 'https://vk.com/zarechye', 'zarechye', 'Заречье', 'c1', 1764000000000)`, nil},
	{`INSERT INTO posts (network, kind, external_id, url, text, spans, author_hash, state, can_publish, published_at, found_at) VALUES ('vk', 'post', '-1_1', 'https://vk.com/wall-1_1', 'Яма', '[{"Start":0,"End":6}]', $1, 'ready', 1, 1764000000000, 1764000000000)`, []any{[]byte{1, 2, 3}}},
	{`INSERT INTO incidents (region_id, topic_id, place_id, importance, state, official_id, posts, registered_at, clock_at, new_at, assigned_at, step_event) VALUES (1, 1, 1, 'normal', 'assigned', 1, 1, 1764000000000, 1764000000000, 1764000000000, 1764000060000, 2)`, nil},
	{`INSERT INTO incident_posts (region_id, post_id, incident_id, added_at) VALUES (1, 1, 1, 1764000000000)`, nil},
	{`INSERT INTO assignments (incident_id, official_id, part, assigned_at) VALUES (1, 1, 'lead', 1764000060000)`, nil},
	{`INSERT INTO deadlines (incident_id, kind, due_at) VALUES (1, 'answer', 1764086400000)`, nil},
	{`INSERT INTO events (region_id, seq, incident_id, kind, actor, at, data, digest, hash) VALUES (1, 1, 1, 'registered', 'monitor', 1764000000000, '{"state":"new","topic":1,"importance":"normal","post":1}', $1, $2)`, []any{[]byte(nil), unhex(firstHashes[0])}},
	{`INSERT INTO events (region_id, seq, incident_id, kind, actor, at, data, digest, hash) VALUES (1, 2, 1, 'assigned', 'administrator', 1764000060000, '{"state":"assigned","official":1,"body":1}', $1, $2)`, []any{unhex(firstDigest), unhex(firstHashes[1])}},
	{`INSERT INTO event_texts (event_id, salt, text) VALUES (2, $1, 'Срочно')`, []any{[]byte("salt of the first")}},
	{`INSERT INTO messages (chat_id, kind, incident_id, payload, bot, telegram_id, state, wanted, shown, created_at) VALUES (1, 'card', 1, '{}', 1, 50, 'live', 2, 1, 1764000000000)`, nil},
	{`INSERT INTO messages (chat_id, kind, incident_id, payload, state, created_at) VALUES (2, 'item', 1, '{}', 'live', 1764000060000)`, nil},
	{`INSERT INTO outbox (chat_id, message_id, priority, sound, state, created_at) VALUES (2, 2, 2, 1, 'pending', 1764000060000)`, nil},
	{`INSERT INTO inbox (bot, update_id, lane, payload, received_at) VALUES (1, 9, 7, '{"update_id":9}', 1764000060000)`, nil},
}

// What the first release wrote into the journal: the hashes of its two lines
// and the digest of the second one's text.
var (
	firstHashes = [2]string{
		"61e527a789c3c216195db5ff14ff76853035c1e3fb5b62d7c9c519c091275c11",
		"2b84ccc3ba1737ea1b45c484215a2a9dac2b21f1e470310e4a17139c4ff6c428",
	}
	firstDigest = "f507842162e5ddf86e4ff11692b4e13e9cc159c2c1e6451b4cb73ed3df553ccc"
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// fillFirst makes a database of the first schema with its rows.
func fillFirst(t *testing.T, address string) {
	t.Helper()
	driver, engine, dialect := "sqlite3", "sqlite", goose.DialectSQLite3
	if strings.HasPrefix(address, "postgres") {
		driver, engine, dialect = "pgx", "postgres", goose.DialectPostgres
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	dir, err := fs.Sub(migrations, "migrations/"+engine)
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(dialect, db, dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(context.Background(), 1); err != nil {
		t.Fatal(err)
	}
	for _, row := range firstRows {
		if _, err := db.Exec(row.query, row.args...); err != nil {
			t.Fatalf("%v: %s", err, row.query)
		}
	}
}

// TestUpgrade opens a database of the first schema: all is there and works on.
func TestUpgrade(t *testing.T) {
	eachAddress(t, func(t *testing.T, address string) {
		fillFirst(t, address)
		s := open(t, address)
		w := &world{Store: s, t: t, ctx: t.Context()}
		w.wantSound()
		if s.Held() {
			t.Error("an old database is held as if it were a copy")
		}
		official := Actor{AsOfficial, 1}
		i := w.get(1)
		if i.State != Assigned || i.Official != 1 || i.PlaceName != "Нагорный" || i.TopicName != "Дороги" {
			t.Fatalf("the incident became %+v", i)
		}
		posts, err := s.Posts(w.ctx, 1)
		w.check(err)
		if len(posts) != 1 || posts[0].Text != "Яма" || len(posts[0].Spans) != 1 || string(posts[0].AuthorHash) != "\x01\x02\x03" {
			t.Errorf("the posts became %+v", posts)
		}
		if g := mustBe[Source](t)(s.Source(w.ctx, 1)); g.Cursor != "c1" {
			t.Errorf("the source became %+v", g)
		}
		if u, err := s.WaitingUpdates(w.ctx, 1); err != nil || len(u) != 1 || u[0].ID != 9 {
			t.Errorf("the inbox holds %+v (%v)", u, err)
		}
		if o, err := s.TakeOutgoing(w.ctx, 2); err != nil || o.Message.Kind != ItemMessage {
			t.Errorf("the outbox gives %+v (%v)", o, err)
		}
		if m, err := s.TakeEdit(w.ctx, 1); err != nil || m.Telegram != 50 {
			t.Errorf("to be edited is %+v (%v)", m, err)
		}
		w.do(s.Accept(w.ctx, official, 1))
		a, err := s.SaveDraft(w.ctx, official, 1, DraftPart{Chat: 2, Telegram: 60, Text: "Заделали"})
		w.check(err)
		w.do(s.Publish(w.ctx, official, 1, a.Version, 0))
		w.check(s.PublishedAs(w.ctx, w.take().ID, "2", "https://vk.com/wall-1_1?reply=2"))
		w.wantKinds(1, "registered by monitor", "assigned by administrator", "accepted by official", "drafted by official", "frozen by official", "published by monitor", "answered by monitor")
		w.wantSound()
	})
}
