package storage

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

// crowd fills the world's region with n incidents, one each 26 seconds up to
// now, half of them answered, as a database that was in use would hold them.
func (w *world) crowd(n int) {
	w.t.Helper()
	w.check(w.tx(w.ctx, func(t *tx) error {
		for _, query := range []string{
			`INSERT INTO incidents (region_id, topic_id, importance, state, reason, official_id, posts, registered_at, clock_at, new_at, assigned_at, answered_at)
				SELECT $1, $2, 'normal', CASE WHEN n % 2 = 0 THEN 'answered' WHEN n % 5 = 0 THEN 'dismissed' ELSE 'new' END, CASE WHEN n % 10 = 5 THEN 'no_facts' ELSE '' END,
					CASE WHEN n % 2 = 0 THEN CASE WHEN n % 4 = 0 THEN cast($3 AS bigint) ELSE cast($4 AS bigint) END END, 1, cast($5 AS bigint) - n * cast(26000 AS bigint), $5 - n * cast(26000 AS bigint), $5 - n * cast(26000 AS bigint),
					CASE WHEN n % 2 = 0 THEN cast($5 AS bigint) - n * cast(26000 AS bigint) END, CASE WHEN n % 2 = 0 THEN $5 - n * cast(26000 AS bigint) + 7200000 END
				FROM (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ` + fmt.Sprint(n) + `) SELECT n FROM c) AS numbers ORDER BY n DESC`,
		} {
			if err := t.exec(query, w.region, w.topic, w.first.role, w.second.role, t.now); err != nil {
				return err
			}
		}
		for _, query := range []string{
			`INSERT INTO answers (incident_id, official_id, version, kind, text, state, created_at, frozen_at)
				SELECT id, official_id, 1, 'final', '` + fmt.Sprintf("%0300d", 0) + `', 'done', answered_at, answered_at - id % 1000 * 7000 FROM incidents WHERE state = 'answered'`,
			`INSERT INTO deadlines (incident_id, kind, due_at, stopped_at) SELECT id, 'triage', registered_at + 3600000, registered_at + id % 1000 * 5000 FROM incidents`,
			`INSERT INTO deadlines (incident_id, kind, due_at, stopped_at) SELECT id, 'answer', registered_at + 86400000, CASE WHEN state = 'new' THEN NULL ELSE registered_at + id % 1000 * 90000 END FROM incidents`,
			`INSERT INTO deadlines (incident_id, kind, due_at, stopped_at) SELECT id, 'accept', registered_at + 1800000, registered_at + 600000 FROM incidents WHERE official_id IS NOT NULL`,
			`ANALYZE`,
		} {
			if err := t.exec(query); err != nil {
				return err
			}
		}
		return nil
	}))
}

// BenchmarkSummary counts a month of a region with 100,000 incidents, which are
// 30 days of 3,300 a day, and the month before, which is empty.
func BenchmarkSummary(b *testing.B) {
	for name, address := range map[string]func() string{
		"sqlite":   func() string { return filepath.Join(b.TempDir(), "otklik.db") },
		"postgres": func() string { return postgresAddress(b) },
	} {
		b.Run(name, func(b *testing.B) {
			w := newWorld(b, open(b, address()))
			w.crowd(100_000)
			now := w.moment().Add(time.Second)
			month := Stretch{now.AddDate(0, 0, -31), now}
			for name, in := range map[string]Stretch{"day": {now.AddDate(0, 0, -1), now}, "month": month} {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						w.summary(in, Stretch{in.From.Add(in.From.Sub(in.To)), in.From})
					}
				})
				b.Run(name+" quarters", func(b *testing.B) {
					for b.Loop() {
						if _, err := w.Quarters(w.ctx, w.region, in); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}
