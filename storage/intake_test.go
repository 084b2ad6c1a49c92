package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

// intakeSize and intakeBatch are the measured load.
const intakeSize, intakeBatch = 10_000, 1_000

// intakeText is as long as a complaint usually is.
const intakeText = "Уважаемая администрация! На улице Садовой возле дома 12 уже третий месяц не могут заделать яму. " +
	"Вчера в неё снова попала машина скорой помощи, а маршрутки объезжают её по тротуару, по которому дети идут в школу. " +
	"Обращались в управляющую компанию, ответа нет. Просим принять меры и сообщить, когда дорогу отремонтируют."

func intakeLoad(w *world) []Found {
	load := make([]Found, intakeSize)
	for i := range load {
		load[i] = w.found()
		load[i].Post.Text = fmt.Sprint(intakeText, i)
	}
	return load
}

// BenchmarkIntake saves found posts in batches and compares with the same rows
// written by nothing but prepared INSERTs into the same tables, in transactions
// of the same size. ratio is what our care costs: 1 would be nothing.
func BenchmarkIntake(b *testing.B) {
	for b.Loop() {
		var ours, plain time.Duration
		for range 2 {
			ours += measureOurs(b)
			plain += measurePlain(b)
		}
		b.ReportMetric(2*intakeSize/ours.Seconds(), "posts/s")
		b.ReportMetric(plain.Seconds()/ours.Seconds(), "ratio")
	}
}

func intakeWorld(b *testing.B) *world {
	b.Helper()
	return newWorld(b, open(b, filepath.Join(b.TempDir(), "otklik.db")))
}

func measureOurs(b *testing.B) time.Duration {
	b.Helper()
	w := intakeWorld(b)
	load := intakeLoad(w)
	start := time.Now()
	for i := 0; i < intakeSize; i += intakeBatch {
		if _, err := w.SavePosts(w.ctx, nil, load[i:i+intakeBatch]); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start)
}

// plainRows are the rows of one incident, in the order of their statements.
var plainRows = []string{
	`INSERT INTO posts (network, kind, external_id, url, text, spans, state, can_publish, publish_reason, published_at, found_at) VALUES ($1, $2, $3, $4, $5, '', 'ready', 1, '', $6, $7)`,
	`INSERT INTO incidents (region_id, topic_id, importance, state, posts, registered_at, clock_at, new_at) VALUES ($1, $2, 'normal', 'new', 1, $3, $3, $3)`,
	`INSERT INTO incident_posts (region_id, post_id, incident_id, added_at) VALUES ($1, $2, $3, $4)`,
	`INSERT INTO events (region_id, seq, incident_id, kind, actor, at, data, hash) VALUES ($1, $2, $3, 'registered', 'monitor', $4, $5, $6)`,
	`INSERT INTO deadlines (incident_id, kind, due_at) VALUES ($1, 'triage', $2)`,
	`INSERT INTO deadlines (incident_id, kind, due_at) VALUES ($1, 'answer', $2)`,
	`INSERT INTO messages (chat_id, kind, incident_id, payload, state, created_at) VALUES ($1, 'card', $2, '{}', 'live', $3)`,
	`INSERT INTO outbox (chat_id, message_id, priority, sound, state, created_at) VALUES ($1, $2, 4, 0, 'pending', $3)`,
}

func measurePlain(b *testing.B) time.Duration {
	b.Helper()
	w := intakeWorld(b)
	load := intakeLoad(w)
	seq := w.number(`SELECT chain_seq FROM regions WHERE id = $1`, w.region)
	message := w.number(`SELECT coalesce(max(id), 0) FROM messages`)
	data, err := json.Marshal(EventData{State: New, Post: 1, Topic: w.topic, Importance: Normal})
	w.check(err)
	hash := chainStart(1)
	start := time.Now()
	for i := 0; i < intakeSize; i += intakeBatch {
		w.check(plainBatch(w, load[i:i+intakeBatch], int64(i), seq, message, string(data), hash))
	}
	return time.Since(start)
}

func plainBatch(w *world, load []Found, before, seq, message int64, data string, hash []byte) error {
	ctx := context.Background()
	tx, err := w.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	rows := make([]*sql.Stmt, len(plainRows))
	for i, q := range plainRows {
		row, err := tx.PrepareContext(ctx, q)
		if err != nil {
			return err
		}
		defer row.Close()
		rows[i] = row
	}
	now := ms(w.Now())
	for n, f := range load {
		id := before + int64(n) + 1
		for i, args := range [][]any{
			{f.Post.Network, f.Post.Kind, f.Post.ExternalID, f.Post.URL, f.Post.Text, ms(f.Post.PublishedAt), now},
			{w.region, w.topic, now},
			{w.region, id, id, now},
			{w.region, seq + id, id, now, data, hash},
			{id, now + 1},
			{id, now + 2},
			{w.group, id, now},
			{w.group, message + id, now},
		} {
			if _, err := rows[i].ExecContext(ctx, args...); err != nil {
				return err
			}
		}
	}
	return tx.Commit()
}
