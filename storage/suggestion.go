package storage

import "context"

// Suggestion is somebody who should answer, likeliest first.
type Suggestion struct {
	Official Official
	Why      string // code: hint, learned, route, likely, last, any
}

// Suggestions returns whom an incident could go to: the officials of the body
// that was named; whom the journal teaches, once that was right more often than
// the defaults; the defaults of its topic and place; whom the journal teaches
// without having proved it; then those who had this topic last, then those with
// the fewest open items.
func (s *Store) Suggestions(ctx context.Context, i Incident, limit int) ([]Suggestion, error) {
	ranked, err := rankings(ctx, s.read, i, limit)
	if err != nil {
		return nil, err
	}
	var list []Suggestion
	for _, x := range ranked {
		o, err := s.Official(ctx, x.official)
		if err != nil {
			return nil, err
		}
		list = append(list, Suggestion{o, x.why})
	}
	return list, nil
}

type ranking struct {
	official int64
	why      string
}

func rankings(ctx context.Context, q queryer, i Incident, limit int) ([]ranking, error) {
	return all(ctx, q, func(r scanner) (x ranking, err error) {
		return x, r.Scan(&x.official, &x.why)
	}, `
		SELECT id, why FROM (
			SELECT o.id AS id, CASE
				WHEN o.body_id = $1 THEN 'hint'
				WHEN g.rank IS NOT NULL AND a.earned = 1 THEN 'learned'
				WHEN (SELECT count(*) FROM routes u WHERE u.official_id = o.id AND (u.topic_id = $2 OR u.topic_id IS NULL) AND (u.place_id = $3 OR u.place_id IS NULL)) > 0 THEN 'route'
				WHEN g.rank IS NOT NULL THEN 'likely'
				WHEN EXISTS (SELECT 1 FROM incidents h WHERE h.official_id = o.id AND h.topic_id = $2) THEN 'last'
				ELSE 'any' END AS why,
				coalesce(g.rank, 1000) AS rank,
				(SELECT coalesce(max(CASE WHEN u.topic_id IS NULL THEN 1 WHEN u.place_id IS NULL THEN 2 ELSE 3 END), 0) FROM routes u WHERE u.official_id = o.id AND (u.topic_id = $2 OR u.topic_id IS NULL) AND (u.place_id = $3 OR u.place_id IS NULL)) AS fit,
				(SELECT coalesce(max(h.id), 0) FROM incidents h WHERE h.official_id = o.id AND h.topic_id = $2) AS latest,
				(SELECT count(*) FROM incidents h WHERE h.official_id = o.id AND h.state = 'assigned') AS open
			FROM roles o LEFT JOIN suggestions g ON g.incident_id = $4 AND g.official_id = o.id LEFT JOIN advice a ON a.incident_id = $4
			WHERE o.region_id = $5 AND o.kind = 'official' AND o.ended_at IS NULL
		) AS candidates
		ORDER BY CASE why WHEN 'hint' THEN 0 WHEN 'learned' THEN 1 WHEN 'route' THEN 2 WHEN 'likely' THEN 3 WHEN 'last' THEN 4 ELSE 5 END,
			CASE why WHEN 'route' THEN 1000 - fit ELSE rank END, fit DESC, latest DESC, open, id LIMIT $6`,
		i.HintBody, i.Topic, i.Place, i.ID, i.Region, limit)
}
