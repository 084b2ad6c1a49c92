package storage

import (
	"errors"
	"fmt"
	"time"
)

// saveChanged takes what a network says became of a post.
func (r *registrar) saveChanged(f Found) (Saved, error) {
	known, became, err := r.befall(f)
	switch {
	case err != nil:
		return Saved{}, err
	case f.Fate == PostRemoved:
		have := map[int64]bool{}
		result := Saved{Post: known, Result: Withdrawn}
		if known != 0 {
			result.Result = became
			result.Incidents, err = r.linked(known, have)
		}
		return result, err
	}
	result, err := r.saveFound(f)
	if err == nil && result.Result == Duplicate && became != "" {
		result.Result = became
	}
	return result, err
}

// befall does to a known post what its network says became of it. known is 0
// for a post that nobody knows: a removed one is nobody's business then, an
// edited or restored one is like any other.
func (r *registrar) befall(f Found) (known int64, result SaveResult, err error) {
	p, err := one(r.ctx, r, scanPost, `SELECT `+postColumns+` FROM posts t WHERE t.network = $1 AND t.external_id = $2
		UNION ALL SELECT `+postColumns+` FROM posts t WHERE t.url = $3 LIMIT 1`, f.Post.Network, null(f.Post.ExternalID), null(f.Post.URL))
	if errors.Is(err, ErrNotFound) {
		return 0, "", nil
	}
	if err != nil {
		return 0, "", err
	}
	changed := false
	switch f.Fate {
	case PostRemoved:
		changed, err = r.removePost(p, f.Forget)
		result = Withdrawn
	case PostRestored:
		changed, err = r.restorePost(p, f)
		result = Restored
	case PostEdited:
		changed, err = r.editPost(p, f)
		result = Edited
	}
	if !changed {
		result = Duplicate
	}
	return p.ID, result, err
}

// removePost notes that a post is gone in its network. Its incidents stay as
// they are: the administrators decide. forget takes its words away too.
func (t *tx) removePost(p Post, forget bool) (changed bool, err error) {
	n, err := t.update(`UPDATE posts SET state = 'deleted' WHERE id = $1 AND state IN ('ready', 'pending')`, p.ID)
	if err != nil || n == 0 {
		return false, err
	}
	if forget {
		if err := t.exec(`UPDATE posts SET text = '', spans = '', parent_text = '', signature = NULL WHERE id = $1`, p.ID); err != nil {
			return true, err
		}
	}
	return true, t.eachIncident(p.ID, func(i Incident) error {
		e, err := t.record(i.Region, i.ID, PostDeleted, Actor{Kind: Monitor}, EventData{Post: p.ID}, "")
		if err != nil {
			return err
		}
		if err := errors.Join(t.touch(i.ID), t.warnWriter(i, "post_removed", e)); err != nil {
			return err
		}
		return t.unanswerable(i, p.ID)
	})
}

// restorePost notes that a post that was gone is back.
func (t *tx) restorePost(p Post, f Found) (changed bool, err error) {
	if p.State != Deleted {
		return false, nil
	}
	if f.Post.Text != "" {
		p.Text, p.Spans = f.Post.Text, f.Post.Spans
	}
	spans, err := encodeSpans(p.Spans)
	if err != nil {
		return false, err
	}
	n, err := t.update(`UPDATE posts SET state = 'ready', text = $1, spans = $2, signature = coalesce($3, signature) WHERE id = $4 AND state = 'deleted'`, p.Text, spans, f.Signature, p.ID)
	if err != nil || n == 0 {
		return false, err
	}
	return true, t.eachIncident(p.ID, func(i Incident) error {
		if _, err := t.record(i.Region, i.ID, PostBack, Actor{Kind: Monitor}, EventData{Post: p.ID}, ""); err != nil {
			return err
		}
		return t.touch(i.ID)
	})
}

// editPost takes a post's new text; the journal keeps the old one. What was
// erased, or is gone, stays so.
func (t *tx) editPost(p Post, f Found) (changed bool, err error) {
	if p.State != Ready || p.Text == f.Post.Text && p.Photos == f.Post.Photos && p.Videos == f.Post.Videos {
		return false, nil
	}
	spans, err := encodeSpans(f.Post.Spans)
	if err != nil {
		return false, err
	}
	n, err := t.update(`UPDATE posts SET text = $1, spans = $2, photos = $3, videos = $4, edited_at = $5, signature = $6 WHERE id = $7 AND state = 'ready' AND text = $8`,
		f.Post.Text, spans, f.Post.Photos, f.Post.Videos, t.now, f.Signature, p.ID, p.Text)
	if err != nil || n == 0 {
		return false, err
	}
	old := p.Text
	if f.Forget {
		old = ""
	}
	return true, t.eachIncident(p.ID, func(i Incident) error {
		e, err := t.record(i.Region, i.ID, PostChanged, Actor{Kind: Monitor}, EventData{Post: p.ID}, old)
		if err != nil {
			return err
		}
		if err := errors.Join(t.touch(i.ID), t.warnWriter(i, "post_edited", e)); err != nil {
			return err
		}
		return t.raise(i, f.Matches, Head{Reason: "edited", Event: e.ID})
	})
}

// raise makes an open incident as important as a post of it is, unless an
// administrator said how important it is; its card comes again.
func (t *tx) raise(i Incident, matches []Match, head Head) error {
	importance := i.Importance
	for _, m := range matches {
		if m.Region == i.Region && m.Importance.rank() > importance.rank() {
			importance = m.Importance
		}
	}
	if importance == i.Importance || i.State != New && i.State != Assigned {
		return nil
	}
	said, err := one(t.ctx, t, scalar[int64], `SELECT count(*) FROM events WHERE incident_id = $1 AND kind = $2 AND actor <> 'monitor'`, i.ID, string(ImportanceSet))
	if err != nil || said > 0 {
		return err
	}
	if err := t.exec(`UPDATE incidents SET importance = $1 WHERE id = $2`, string(importance), i.ID); err != nil {
		return err
	}
	if _, err := t.record(i.Region, i.ID, ImportanceSet, Actor{Kind: Monitor}, EventData{Importance: importance}, ""); err != nil {
		return err
	}
	if i, err = t.incident(i.ID); err != nil {
		return err
	}
	return errors.Join(t.reclock(i), t.card(i, head, true))
}

// rank orders importances.
func (i Importance) rank() int {
	switch i {
	case Danger:
		return 3
	case High:
		return 2
	case Normal:
		return 1
	}
	return 0
}

// eachIncident calls do with the incidents of a post.
func (t *tx) eachIncident(post int64, do func(Incident) error) error {
	ids, err := all(t.ctx, t, scalar[int64], `SELECT incident_id FROM incident_posts WHERE post_id = $1 ORDER BY region_id`, post)
	if err != nil {
		return err
	}
	for _, id := range ids {
		i, err := t.incident(id)
		if err != nil {
			return err
		}
		if err := do(i); err != nil {
			return fmt.Errorf("incident %d: %w", id, err)
		}
	}
	return nil
}

// warnEvery is how often an official is interrupted by the changes of a post.
const warnEvery = 15 * time.Minute

// warnWriter tells the official who is writing an answer now that what he
// answers has changed; whoever is not sees it in his item.
func (t *tx) warnWriter(i Incident, code string, e Event) error {
	if i.State != Assigned {
		return nil
	}
	chat, err := t.officialChat(i.Official)
	if err != nil || chat == 0 {
		return err
	}
	writes, err := one(t.ctx, t, scalar[int64], `
		SELECT (SELECT count(*) FROM answers a WHERE a.incident_id = $1 AND a.state IN ('draft', 'frozen'))
			+ (SELECT count(*) FROM dialogs d WHERE d.incident_id = $1 AND d.chat_id = $2 AND d.expires_at > $3)`, i.ID, chat, t.now)
	if err != nil || writes == 0 {
		return err
	}
	left, err := one(t.ctx, t, scalar[int64], `SELECT count(*) FROM incident_posts ip JOIN posts t ON t.id = ip.post_id WHERE ip.incident_id = $1 AND t.state <> 'deleted'`, i.ID)
	if err != nil {
		return err
	}
	params := Params{"ID": i.ID}
	if left > 0 {
		params["Left"] = left
	}
	dedupe := fmt.Sprintf("%s:%d:%d", code, i.ID, e.At.UnixMilli()/warnEvery.Milliseconds())
	_, err = t.say(Saying{Chat: chat, Kind: NoticeMessage, Incident: i.ID, Payload: Notice{Code: code, Params: params}, Dedupe: dedupe, Sound: true, Priority: First})
	return err
}
