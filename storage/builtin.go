package storage

import (
	"context"
	"fmt"
	"slices"
)

// Renewal is how a region's built-in rules differ from those of this version.
type Renewal struct {
	Topics int // that are new
	Added  int // rules that are new, with those of new topics
	Gone   int // rules that are built in no more

	topics []NewTopic
	rules  []newRule
	gone   []int64
}

// Any tells whether there is something to renew.
func (r Renewal) Any() bool { return r.Added+r.Gone+r.Topics > 0 }

// newRule is a built-in rule that a topic of a region lacks.
type newRule struct {
	topic  int64
	text   string
	danger bool
}

// BuiltinNews tells how a region's built-in rules differ from topics. A rule
// that the region removed or changed is no difference.
func (s *Store) BuiltinNews(ctx context.Context, region int64, topics []NewTopic) (Renewal, error) {
	return renewal(ctx, s.read, region, topics)
}

// RenewBuiltins adds what is new among topics to a region and removes what is
// built in no more and nobody touched.
func (s *Store) RenewBuiltins(ctx context.Context, by Actor, region int64, topics []NewTopic) (r Renewal, err error) {
	err = s.tx(ctx, func(t *tx) error {
		if _, err := t.chain(region); err != nil {
			return err
		}
		if r, err = renewal(ctx, t, region, topics); err != nil || !r.Any() {
			return err
		}
		for _, n := range r.topics {
			if err := t.addTopic(region, by, n); err != nil {
				return fmt.Errorf("topic %s: %w", n.Code, err)
			}
		}
		for _, n := range r.rules {
			if _, err := t.addRule(n.topic, by, n.text, n.danger, true); err != nil {
				return err
			}
		}
		for _, id := range r.gone {
			// It may be built in again one day, and then it is new.
			if err := t.exec(`UPDATE rules SET removed_at = $1, builtin = '' WHERE id = $2`, t.now, id); err != nil {
				return err
			}
		}
		t.wake(Sources)
		_, err := t.record(region, 0, ListChanged, by, EventData{Subject: "builtins"}, "")
		return err
	})
	return r, err
}

// renewal compares a region's topics and rules with the built-in ones.
func renewal(ctx context.Context, q queryer, region int64, topics []NewTopic) (r Renewal, err error) {
	have, err := all(ctx, q, func(row scanner) (t heldTopic, err error) {
		return t, row.Scan(&t.id, &t.code, &t.name, &t.removed)
	}, `SELECT id, code, name, CASE WHEN removed_at IS NULL THEN 0 ELSE 1 END FROM topics WHERE region_id = $1`, region)
	if err != nil {
		return r, err
	}
	rules, err := all(ctx, q, func(row scanner) (u heldRule, err error) {
		return u, row.Scan(&u.id, &u.topic, &u.text, &u.builtin, &u.removed)
	}, `SELECT u.id, u.topic_id, u.text, u.builtin, CASE WHEN u.removed_at IS NULL THEN 0 ELSE 1 END
		FROM rules u JOIN topics t ON t.id = u.topic_id WHERE t.region_id = $1 AND t.code <> ''`, region)
	if err != nil {
		return r, err
	}
	present := map[int64][]string{} // the built-in texts of today by topic
	for _, n := range topics {
		at := slices.IndexFunc(have, func(t heldTopic) bool { return t.code == n.Code })
		switch {
		case at >= 0:
			present[have[at].id] = slices.Concat(n.Rules, n.Danger)
			if have[at].removed == 0 {
				r.lacking(have[at].id, n, rules)
			}
		case !slices.ContainsFunc(have, func(t heldTopic) bool { return t.name == n.Name }):
			r.topics = append(r.topics, n)
			r.Topics, r.Added = r.Topics+1, r.Added+len(n.Rules)+len(n.Danger)
		}
	}
	for _, u := range rules {
		if u.removed == 0 && u.builtin != "" && u.builtin == u.text && !slices.Contains(present[u.topic], u.text) {
			r.gone = append(r.gone, u.id)
		}
	}
	r.Added, r.Gone = r.Added+len(r.rules), len(r.gone)
	return r, nil
}

// heldTopic is a topic that a region has or had.
type heldTopic struct {
	id         int64
	code, name string
	removed    int64
}

// heldRule is a rule of a built-in topic that a region has or had.
type heldRule struct {
	id, topic     int64
	text, builtin string
	removed       int64
}

// lacking adds the rules of a built-in topic that a region's never had.
func (r *Renewal) lacking(topic int64, n NewTopic, rules []heldRule) {
	for danger, texts := range [][]string{n.Rules, n.Danger} {
		for _, text := range texts {
			if !slices.ContainsFunc(rules, func(u heldRule) bool {
				return u.topic == topic && (u.builtin == text || u.text == text && u.removed == 0)
			}) {
				r.rules = append(r.rules, newRule{topic, text, danger == 1})
			}
		}
	}
}
