package storage

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// ByHandProof is how an official shows that he published by hand.
type ByHandProof struct {
	Publication int64  // 0: all that wait for him, which no single link proves
	URL         string // "" for «Опубликовано, ссылки нет»
	ExternalID  string // the network's id of the answer, as far as the link tells it
	Checked     bool   // the link belongs to the thread
	Message     int64  // the messenger's id of the message that brought the link
	Unsure      bool   // of all, only those that may have gone out: «Вышло»
	Count       int    // how many of all he was told it would be; 0: whatever it is
}

// PublishedByHand takes a proof for one publication that waits for the
// official, or for all of them: what he was to publish, and what nobody could
// tell about. A link that its message has proved already changes nothing.
// Monitor is asked whether the answer stands there.
func (s *Store) PublishedByHand(ctx context.Context, by Actor, incident int64, proof ByHandProof) (c Change, err error) {
	err = s.tx(ctx, func(t *tx) error {
		i, err := t.incident(incident)
		if err != nil {
			return err
		}
		if err := t.mine(i, by); err != nil {
			return err
		}
		if c = (Change{Incident: i}); proof.Message != 0 {
			again, err := one(ctx, t, scalar[int64], `SELECT count(*) FROM publications b JOIN answers a ON a.id = b.answer_id WHERE a.incident_id = $1 AND b.proved_by = $2 AND b.url = $3`,
				incident, proof.Message, proof.URL)
			if err != nil || again > 0 {
				return err
			}
		}
		a, err := t.openAnswer(i, FrozenAnswer)
		if err != nil {
			return err
		}
		proven, err := t.waiting(a.ID, proof)
		if err != nil {
			return err
		}
		switch {
		case len(proven) == 0:
			return t.conflict(i, Conflict{Publishing: true})
		case proof.Count > 0 && len(proven) != proof.Count:
			return t.conflict(i, Conflict{Waiting: len(proven)})
		case proof.URL != "" && len(proven) > 1:
			return fmt.Errorf("a link proves one publication of incident %d, %d wait", incident, len(proven))
		}
		if err := t.prove(i, a.ID, proven, proof); err != nil {
			return err
		}
		line := EventData{Answer: a.ID}
		if len(proven) == 1 {
			line.Post = proven[0].Post
		}
		if _, err := t.record(i.Region, i.ID, ByHandIn, by, line, proof.URL); err != nil {
			return err
		}
		c, err = t.settled(by, i, a.ID)
		return err
	})
	return c, err
}

// waiting returns what a proof is for: publications that wait for the official.
func (t *tx) waiting(answer int64, proof ByHandProof) ([]Publication, error) {
	list, err := all(t.ctx, t, scanPublication, `SELECT `+publicationColumns+publicationTables+`WHERE b.answer_id = $1 AND b.state IN ('waiting', 'unknown') ORDER BY b.id`, answer)
	return slices.DeleteFunc(list, func(p Publication) bool {
		if proof.Publication != 0 {
			return p.ID != proof.Publication
		}
		return proof.Unsure && p.State != Unknown
	}), err
}

// prove notes that publications were made by hand, and asks monitor to look
// where there is something to be found.
func (t *tx) prove(i Incident, answer int64, proven []Publication, proof ByHandProof) error {
	chat, err := t.officialChat(i.Official)
	if err != nil {
		return err
	}
	for _, p := range proven {
		n, err := t.update(`UPDATE publications SET state = 'by_hand', url = $1, external_id = $2, checked = $3, proved_by = $4, done_at = $5 WHERE id = $6 AND answer_id = $7 AND state IN ('waiting', 'unknown')`,
			proof.URL, proof.ExternalID, flag(proof.Checked), proof.Message, t.now, p.ID, answer)
		if err != nil {
			return err
		}
		if n == 0 {
			return t.conflict(i, Conflict{Publishing: true})
		}
		if chat != 0 && (proof.URL != "" || p.State == Unknown) {
			if err := t.check("link", chat, p.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// RefuseLinks remembers links that belong to no thread of the incident, and the
// messenger's id of the message that brought them. It returns those that were
// refused before, in another message: they are to be taken.
func (s *Store) RefuseLinks(ctx context.Context, incident int64, urls []string, message int64) (again []string, err error) {
	err = s.tx(ctx, func(t *tx) error {
		i, err := t.incident(incident)
		if err != nil {
			return err
		}
		a, err := t.openAnswer(i, FrozenAnswer)
		if err != nil {
			return err
		}
		type refusal struct {
			urls string
			by   int64
		}
		before, err := all(ctx, t, func(r scanner) (x refusal, err error) { return x, r.Scan(&x.urls, &x.by) },
			`SELECT refused_url, refused_by FROM publications WHERE answer_id = $1 AND refused_url <> '' ORDER BY refused_by DESC LIMIT 1`, a.ID)
		if err != nil {
			return err
		}
		var known []string
		if len(before) > 0 {
			known = strings.Split(before[0].urls, "\n")
		}
		again = nil
		for _, u := range urls {
			switch {
			case !slices.Contains(known, u):
				known = append(known, u)
			case before[0].by != message:
				again = append(again, u)
			}
		}
		return t.exec(`UPDATE publications SET refused_url = $1, refused_by = $2 WHERE answer_id = $3 AND state IN ('waiting', 'unknown')`, strings.Join(known, "\n"), message, a.ID)
	})
	return again, err
}

// LinkVerdict is what a network says of an answer that was published by hand.
type LinkVerdict string

// The verdicts.
const (
	LinkUntold LinkVerdict = "untold" // the network cannot be asked
	LinkStands LinkVerdict = "stands"
	LinkAbsent LinkVerdict = "absent" // nothing stands there
	LinkOther  LinkVerdict = "other"  // something else stands there
)

// FinishLinkCheck notes what a network says of a publication that its official
// made by hand, with the network's id and address of it where they are known
// better now. What does not stand there is told to the official.
func (s *Store) FinishLinkCheck(ctx context.Context, c Check, v LinkVerdict, externalID, url string) error {
	return s.tx(ctx, func(t *tx) error {
		n, err := t.update(`UPDATE checks SET done_at = $1 WHERE id = $2 AND done_at IS NULL`, t.now, c.ID)
		if err != nil || n == 0 || v == LinkUntold {
			return err
		}
		p, i, err := t.publication(c.Subject)
		if err != nil {
			return err
		}
		if p.State != ByHand {
			return nil
		}
		if externalID == "" {
			externalID = p.ExternalID
		}
		if url == "" {
			url = p.URL
		}
		if err := t.exec(`UPDATE publications SET checked = $1, external_id = $2, url = $3 WHERE id = $4`, flag(v == LinkStands), externalID, url, p.ID); err != nil {
			return err
		}
		if err := t.touch(i.ID); err != nil || v == LinkStands {
			return err
		}
		post, err := one(ctx, t, scanPost, `SELECT `+postColumns+` FROM posts t WHERE t.id = $1`, p.Post)
		if err != nil {
			return err
		}
		_, err = t.say(Saying{
			Chat: c.Chat, Kind: NoticeMessage, Incident: i.ID, Sound: true, Priority: Second,
			Payload: Notice{Code: "link_" + string(v), Params: Params{"ID": i.ID, "Publication": p.ID, "Network": post.Network, "URL": url}},
		})
		return err
	})
}

// Relink takes another link for a publication that its official made by hand,
// which monitor then looks at like the first.
func (s *Store) Relink(ctx context.Context, by Actor, incident int64, proof ByHandProof) error {
	return s.tx(ctx, func(t *tx) error {
		i, err := t.incident(incident)
		if err != nil {
			return err
		}
		if err := t.mine(i, by); err != nil {
			return err
		}
		p, err := one(ctx, t, scanPublication, `SELECT `+publicationColumns+publicationTables+`WHERE b.id = $1 AND a.incident_id = $2 AND b.state = 'by_hand'`, proof.Publication, incident)
		if err != nil || p.URL == proof.URL && p.ProvedBy == proof.Message {
			return err
		}
		if err := t.exec(`UPDATE publications SET url = $1, external_id = $2, checked = $3, proved_by = $4 WHERE id = $5`, proof.URL, proof.ExternalID, flag(proof.Checked), proof.Message, p.ID); err != nil {
			return err
		}
		chat, err := t.officialChat(i.Official)
		if err != nil {
			return err
		}
		if chat != 0 {
			if err := t.check("link", chat, p.ID); err != nil {
				return err
			}
		}
		if _, err := t.record(i.Region, i.ID, ByHandIn, by, EventData{Answer: p.Answer, Post: p.Post}, proof.URL); err != nil {
			return err
		}
		return t.touch(i.ID)
	})
}
