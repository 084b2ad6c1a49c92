package storage

import (
	"context"
	"time"
)

// Gauges are counts of what waits and what stands, for metrics and health.
type Gauges struct {
	Incidents     map[string]map[State]int64 // by region's name
	InboxWaiting  int64
	OutboxWaiting map[MessageKind]int64
	OutboxUnknown int64
	OutboxOldest  time.Duration            // the age of the oldest message that waits and may be sent
	SourceLag     map[string]time.Duration // by network: the longest time since a source was read
	SourceTrouble map[string]int64         // by network: sources that cannot be read
	TokenTrouble  []TokenTrouble           // that lasts
}

// Gauges counts; it reads a few indexes and is cheap enough for each scrape.
func (s *Store) Gauges(ctx context.Context) (g Gauges, err error) {
	g = Gauges{Incidents: map[string]map[State]int64{}, OutboxWaiting: map[MessageKind]int64{}, SourceLag: map[string]time.Duration{}, SourceTrouble: map[string]int64{}}
	type row struct {
		a, b string
		n, m int64
	}
	scan := func(r scanner) (x row, err error) { return x, r.Scan(&x.a, &x.b, &x.n, &x.m) }
	rows, err := all(ctx, s.read, scan, `
		SELECT r.name, n.state, n.incidents, 0 FROM regions r JOIN (SELECT region_id, state, count(*) AS incidents FROM incidents GROUP BY region_id, state) AS n ON n.region_id = r.id`)
	if err != nil {
		return g, err
	}
	for _, x := range rows {
		if g.Incidents[x.a] == nil {
			g.Incidents[x.a] = map[State]int64{}
		}
		g.Incidents[x.a][State(x.b)] = x.n
	}
	if g.InboxWaiting, err = one(ctx, s.read, scalar[int64], `SELECT count(*) FROM inbox WHERE done_at IS NULL`); err != nil {
		return g, err
	}
	now := ms(s.Now())
	rows, err = all(ctx, s.read, scan, `
		SELECT m.kind, o.state, count(*), min(CASE WHEN o.not_before > o.created_at THEN o.not_before ELSE o.created_at END)
		FROM outbox o JOIN messages m ON m.id = o.message_id JOIN chats c ON c.id = o.chat_id
		WHERE `+outboxOpen+` AND c.state <> 'gone' GROUP BY m.kind, o.state`)
	if err != nil {
		return g, err
	}
	for _, x := range rows {
		g.OutboxWaiting[MessageKind(x.a)] += x.n
		if x.b == "unknown" {
			g.OutboxUnknown += x.n
		}
		g.OutboxOldest = max(g.OutboxOldest, time.Duration(now-x.m)*time.Millisecond)
	}
	rows, err = all(ctx, s.read, scan, `
		SELECT network, '', sum(CASE WHEN trouble <> '' THEN 1 ELSE 0 END), min(coalesce(last_read_at, created_at)) FROM sources WHERE removed_at IS NULL GROUP BY network`)
	for _, x := range rows {
		g.SourceTrouble[x.a] = x.n
		g.SourceLag[x.a] = time.Duration(now-x.m) * time.Millisecond
	}
	if err != nil {
		return g, err
	}
	tokens, err := s.TokenTroubles(ctx)
	for _, t := range tokens {
		if t.Cured.IsZero() {
			g.TokenTrouble = append(g.TokenTrouble, t)
		}
	}
	return g, err
}
