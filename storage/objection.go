package storage

import (
	"context"
	"errors"
	"time"
)

// replyQuiet is how long after a message about a reply the next ones only
// change it.
const replyQuiet = time.Hour

// Reasons of the heads of cards and items that a reply brought.
const (
	resident = "resident" // he wrote something
	unsolved = "unsolved" // that nothing was solved
)

// ByResident says that a resident's reply brought a message: it shows all that
// was replied since.
func (h Head) ByResident() bool { return h.Reason == resident || h.Reason == unsolved }

// tellReply writes a reply into the journal and brings it to those it is for.
// Thanks only change what stands in the chats; anything else comes to the
// official, and that nothing was solved to the administrators too, whose
// decision the incident waits for from then on.
func (t *tx) tellReply(y Reply) error {
	i, err := t.incident(y.Incident)
	if err == nil {
		i, err = t.root(i)
	}
	if err != nil {
		return err
	}
	e, err := t.record(i.Region, i.ID, ReplyCame, Actor{Kind: Resident}, EventData{State: i.State, Reason: string(y.Kind), Post: y.post, Reply: y.ID}, "")
	if err != nil {
		return err
	}
	if err := t.touch(i.ID); err != nil || y.Kind == Thanks {
		return err
	}
	head := Head{Reason: resident, Event: e.ID}
	if y.Kind == NotSolved {
		head.Reason = unsolved
		if err := t.object(i, head); err != nil {
			return err
		}
	}
	return t.tellOfficial(i, head)
}

// object notes that a resident says that nothing was solved. Where the work is
// done already, the administrators are asked whether it is to go on, and the
// incident does not close by itself before they have decided.
func (t *tx) object(i Incident, head Head) error {
	if i.State == New || i.State == Assigned || i.State == Merged {
		return nil
	}
	if err := t.exec(`UPDATE incidents SET objected_at = $1 WHERE id = $2`, t.now, i.ID); err != nil {
		return err
	}
	i.ObjectedAt = at(t.now)
	if err := t.reclock(i); err != nil {
		return err
	}
	group, err := t.group(i.Region)
	if err != nil || group == 0 {
		return err
	}
	if told, err := t.toldLately(i.ID, CardMessage, group, head.Reason); err != nil || told {
		return err
	}
	return t.card(i, head, true)
}

// tellOfficial brings a reply to the official who answered, if he is still
// there.
func (t *tx) tellOfficial(i Incident, head Head) error {
	if i.Official == 0 {
		return nil
	}
	ended, err := one(t.ctx, t, scalar[int64], `SELECT coalesce(ended_at, 0) FROM roles WHERE id = $1`, i.Official)
	if err != nil || ended != 0 {
		return err
	}
	chat, err := t.officialChat(i.Official)
	if err != nil || chat == 0 {
		return err
	}
	if told, err := t.toldLately(i.ID, ItemMessage, chat, head.Reason); err != nil || told {
		return err
	}
	return t.item(i, head)
}

// toldLately says whether the live message about an incident in a chat came
// with a reply a short while ago: it shows the next one too.
func (t *tx) toldLately(incident int64, kind MessageKind, chat int64, reason string) (bool, error) {
	m, err := one(t.ctx, t, scanMessage, `SELECT `+messageColumns+messageTables+`
		WHERE m.incident_id = $1 AND m.chat_id = $2 AND m.kind = $3 AND m.state = 'live' AND m.created_at > $4`, incident, chat, string(kind), t.now-replyQuiet.Milliseconds())
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	shows := m.Head().Reason
	return shows == unsolved || shows == resident && reason == resident, nil
}

// Objected returns the incidents of a region in which a resident said, since a
// time, that nothing was solved, and about which nobody decided yet.
func (s *Store) Objected(ctx context.Context, region int64, since time.Time) ([]Incident, error) {
	return all(ctx, s.read, scanIncident, `SELECT `+incidentColumns+incidentTables+`WHERE i.region_id = $1 AND i.objected_at > $2 AND i.objected_at IS NOT NULL ORDER BY i.id`, region, ms(since))
}
