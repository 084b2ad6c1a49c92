package storage

import (
	"context"
	"fmt"
	"strings"
)

// RuleChange is another text of a rule: the old one with something more that it
// excludes at its end.
type RuleChange struct {
	Rule          int64
	Before, After string
}

// DismissChanging is Dismiss for what rules found by mistake: they are changed
// in the same step, and «Отменить» takes both back. word is what they exclude
// from now on. A rule that reads differently meanwhile is ErrConflict.
func (s *Store) DismissChanging(ctx context.Context, by Actor, incident int64, reason, word string, changes []RuleChange) (c Change, err error) {
	err = s.tx(ctx, func(t *tx) error {
		i, err := t.incident(incident)
		if err != nil {
			return err
		}
		for _, x := range changes {
			if err := t.changeRule(by, i.Region, x); err != nil {
				return fmt.Errorf("rule %d: %w", x.Rule, err)
			}
		}
		data := EventData{Reason: reason, Subject: "without", Rules: int64(len(changes))}
		c, err = t.step(incident, step{by: by, kind: DismissedBy, from: []State{New}, data: data, text: word, undoable: true}, func(i *Incident) error {
			i.State, i.Reason = Dismissed, reason
			return nil
		})
		return err
	})
	return c, err
}

// changeRule gives a rule another text; the line of the journal has both.
func (t *tx) changeRule(by Actor, region int64, x RuleChange) error {
	var topic int64
	err := t.QueryRowContext(t.ctx, `
		UPDATE rules SET text = $1 WHERE id = $2 AND text = $3 AND removed_at IS NULL AND topic_id IN (SELECT id FROM topics WHERE region_id = $4)
		RETURNING topic_id`, x.After, x.Rule, x.Before, region).Scan(&topic)
	if isNoRows(err) {
		return ErrConflict
	}
	if err != nil {
		return err
	}
	t.wake(Sources)
	_, err = t.record(region, 0, ListChanged, by, EventData{Subject: "rule_changed", Topic: topic, Rule: x.Rule}, x.Before+"\n"+x.After)
	return err
}

// changeBack takes back how rules were changed with an event. A rule that was
// removed since stays so; of one that was changed again only this change goes.
func (t *tx) changeBack(by Actor, e Event) error {
	if e.Data.Rules == 0 {
		return nil
	}
	lines, err := all(t.ctx, t, scanEvent, `SELECT `+eventColumns+eventTables+`WHERE e.region_id = $1 AND e.seq >= $2 AND e.seq < $3 ORDER BY e.seq DESC`,
		e.Region, e.Seq-e.Data.Rules, e.Seq)
	if err != nil {
		return err
	}
	for _, l := range lines {
		x := RuleChange{Rule: l.Data.Rule}
		x.Before, x.After, _ = strings.Cut(l.Text, "\n")
		now, err := all(t.ctx, t, scalar[string], `SELECT text FROM rules WHERE id = $1 AND removed_at IS NULL`, x.Rule)
		if err != nil {
			return err
		}
		if len(now) == 0 || x.takenFrom(now[0]) == now[0] {
			continue
		}
		if err := t.changeRule(by, e.Region, RuleChange{Rule: x.Rule, Before: now[0], After: x.takenFrom(now[0])}); err != nil {
			return err
		}
	}
	return nil
}

// takenFrom is a text of the rule without what the change put to its end.
func (x RuleChange) takenFrom(text string) string {
	if text == x.After {
		return x.Before
	}
	rest, ok := strings.CutPrefix(text, x.After+" ")
	end := strings.LastIndex(x.After, " -")
	if !ok || end < 0 {
		return text
	}
	return x.After[:end] + " " + rest
}
