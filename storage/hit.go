package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"
)

// Hit is a post that rules of a region found, with what became of it.
type Hit struct {
	Post     int64
	Incident int64
	Topic    int64 // of the incident, which an administrator may have changed
	State    State // of the incident
	Reason   string
	Rules    []int64 // that found it; empty for what was found before they were noted
	At       time.Time
	Text     string // masked; "" where it was not asked for or was erased
}

// False tells whether the rules were wrong: there is no complaint, or it is not
// the region's. Who is not answered for another reason was found rightly.
func (h Hit) False() bool {
	return h.State == Dismissed && (h.Reason == "no_problem" || h.Reason == "other_region")
}

// hitsAtOnce is how many hits are read at a time, hitsMost how many in all: a
// region of a million has some 2,000 a week.
const (
	hitsAtOnce = 1000
	hitsMost   = 20_000
)

// Hits returns what a region's rules found since a time, newest first, without
// texts.
func (s *Store) Hits(ctx context.Context, region int64, since time.Time) ([]Hit, error) {
	return s.hits(ctx, region, since, `''`)
}

// HitTexts is Hits with the texts.
func (s *Store) HitTexts(ctx context.Context, region int64, since time.Time) ([]Hit, error) {
	return s.hits(ctx, region, since, `t.text`)
}

// hits walks back over the posts of a region, whose ids grow with time: no
// index has to be kept for a question that is seldom asked.
func (s *Store) hits(ctx context.Context, region int64, since time.Time, text string) (list []Hit, err error) {
	for last := int64(math.MaxInt64); len(list) < hitsMost; {
		page, err := all(ctx, s.read, scanHit, `
			SELECT ip.post_id, ip.incident_id, i.topic_id, i.state, i.reason, ip.rules, ip.added_at, `+text+`
			FROM incident_posts ip JOIN incidents i ON i.id = ip.incident_id JOIN posts t ON t.id = ip.post_id
			WHERE ip.region_id = $1 AND ip.post_id < $2 ORDER BY ip.post_id DESC LIMIT $3`, region, last, hitsAtOnce)
		if err != nil || len(page) == 0 {
			return list, err
		}
		for _, h := range page {
			if !h.At.Before(since) {
				list = append(list, h)
			}
		}
		if last = page[len(page)-1].Post; page[len(page)-1].At.Before(since) {
			break
		}
	}
	return list, nil
}

func scanHit(r scanner) (h Hit, err error) {
	var rules string
	var added int64
	if err = r.Scan(&h.Post, &h.Incident, &h.Topic, &h.State, &h.Reason, &rules, &added, &h.Text); err != nil {
		return h, err
	}
	h.At = at(added)
	h.Rules, err = decodeIDs(rules)
	return h, err
}

// FoundBy returns the rules that found each post of an incident.
func (s *Store) FoundBy(ctx context.Context, incident int64) (map[int64][]int64, error) {
	type found struct {
		post  int64
		rules string
	}
	list, err := all(ctx, s.read, func(r scanner) (f found, err error) {
		return f, r.Scan(&f.post, &f.rules)
	}, `SELECT post_id, rules FROM incident_posts WHERE incident_id = $1`, incident)
	if err != nil {
		return nil, err
	}
	by := map[int64][]int64{}
	for _, f := range list {
		if by[f.post], err = decodeIDs(f.rules); err != nil {
			return nil, err
		}
	}
	return by, nil
}

// encodeIDs writes ids as a column holds them; "" for none.
func encodeIDs(ids []int64) (string, error) {
	if len(ids) == 0 {
		return "", nil
	}
	b, err := json.Marshal(ids)
	return string(b), err
}

func decodeIDs(column string) (ids []int64, err error) {
	if column == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(column), &ids); err != nil {
		return nil, fmt.Errorf("read a list of ids: %w", err)
	}
	return ids, nil
}
