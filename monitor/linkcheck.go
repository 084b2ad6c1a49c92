package monitor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"otklik/monitor/links"
	"otklik/storage"
)

const (
	linkLooks = 3                // at what an official published by hand
	linkAgain = 15 * time.Second // between two: what was written just now may not show yet
	sameStart = 40               // letters and digits that a shortened answer has in common with the text
)

// linkChecker asks networks whether answers stand where their officials say.
// Nobody waits for it: what cannot be told stays as the official said.
type linkChecker struct {
	m     *Monitor
	looks map[int64]int
	next  map[int64]time.Time
}

func newLinkChecker(m *Monitor) *linkChecker {
	return &linkChecker{m: m, looks: map[int64]int{}, next: map[int64]time.Time{}}
}

// step looks at the links that are due and says when the next one is.
func (l *linkChecker) step(ctx context.Context) (next time.Time, err error) {
	checks, err := l.m.store.OpenChecks(ctx)
	if err != nil {
		return next, fmt.Errorf("read checks: %w", err)
	}
	for _, c := range checks {
		if c.Kind != "link" {
			continue
		}
		if due := l.next[c.ID]; due.After(l.m.store.Now()) {
			next = sooner(next, due)
			continue
		}
		again, err := l.check(ctx, c)
		if err != nil {
			return next, err
		}
		if again {
			l.looks[c.ID]++
			l.next[c.ID] = l.m.store.Now().Add(linkAgain * time.Duration(l.looks[c.ID]))
			next = sooner(next, l.next[c.ID])
			continue
		}
		delete(l.looks, c.ID)
		delete(l.next, c.ID)
	}
	return next, nil
}

// check looks at one link; again says that it is to be looked at later.
func (l *linkChecker) check(ctx context.Context, c storage.Check) (again bool, err error) {
	p, err := l.m.store.Publication(ctx, c.Subject)
	if err != nil {
		return false, fmt.Errorf("read publication %d: %w", c.Subject, err)
	}
	s := stand{verdict: storage.LinkUntold}
	if p.State == storage.ByHand {
		s, err = l.m.stands(ctx, p)
		switch {
		case ctx.Err() != nil:
			return false, ctx.Err()
		case err != nil:
			l.m.log.Debug().Err(err).Int64("publication", p.ID).Msg("cannot look at an answer published by hand")
			fallthrough
		case s.verdict == storage.LinkAbsent:
			if l.looks[c.ID]+1 < linkLooks {
				return true, nil
			}
		}
	}
	if err := l.m.store.FinishLinkCheck(ctx, c, s.verdict, s.id, s.url); err != nil {
		return false, fmt.Errorf("answer check %d: %w", c.ID, err)
	}
	return false, nil
}

// stand is what a network says of an answer: the verdict, and where it stands
// as far as that is known better now.
type stand struct {
	verdict storage.LinkVerdict
	id, url string
}

// stands asks the network of a publication that was made by hand. An error
// means that it may be asked again.
func (m *Monitor) stands(ctx context.Context, p storage.Publication) (stand, error) {
	untold := stand{verdict: storage.LinkUntold}
	post, err := m.store.Post(ctx, p.Post)
	if err != nil {
		return untold, fmt.Errorf("read post %d: %w", p.Post, err)
	}
	answer, err := m.store.AnswerByID(ctx, p.Answer)
	if err != nil {
		return untold, fmt.Errorf("read answer %d: %w", p.Answer, err)
	}
	given, err := links.Parse(p.URL)
	if err != nil {
		given = links.Link{Network: post.Network} // there is no link, or none that can be read
	}
	n := m.byName[post.Network]
	if n == nil || n.network == nil || given.Network != post.Network && p.ExternalID == "" {
		return untold, nil
	}
	id := p.ExternalID
	if id == "" && given.URL != post.URL && given.ExternalID != post.ExternalID {
		id = given.ExternalID
	}
	if id == "" {
		return m.findByHand(ctx, post, answer)
	}
	face, ok := n.network.(PostFetcher)
	if !ok {
		return untold, nil
	}
	if until := n.heldUntil("post"); until.After(m.store.Now()) {
		return untold, Limited{Until: until}
	}
	item, err := call(m, ctx, post.Network, "post", func(ctx context.Context) (Item, error) {
		ctx, cancel := context.WithTimeout(ctx, askTime)
		defer cancel()
		return face.FetchPost(ctx, id)
	})
	return m.judge(n, p, post, answer, item, err)
}

// judge says what an answer of the network means.
func (m *Monitor) judge(n *opened, p storage.Publication, post storage.Post, answer storage.Answer, item Item, err error) (stand, error) {
	s := stand{verdict: storage.LinkUntold, id: item.ExternalID}
	var limited Limited
	switch code := troubleCode(err); {
	case errors.As(err, &limited):
		n.hold(limited, "post")
		return s, err
	case code == troubleGone && err != nil:
		s.verdict = storage.LinkAbsent
	case code == troubleNetwork && err != nil:
		return s, err
	case err != nil: // it is closed to us, or to be asked with another token
	case !p.Checked && item.ReplyTo != post.ExternalID && (item.ParentURL == "" || item.ParentURL != post.URL):
		// Its address does not tell that it belongs here, and it does not say so itself.
	case item.Own || sameWords(item.Text, answer.Text):
		s.verdict = storage.LinkStands
	default:
		s.verdict = storage.LinkOther
	}
	return s, nil
}

// findByHand looks for an answer whose link names no comment among what our
// accounts wrote under the post.
func (m *Monitor) findByHand(ctx context.Context, post storage.Post, answer storage.Answer) (stand, error) {
	s := stand{verdict: storage.LinkUntold}
	face, ok := m.byName[post.Network].network.(Publisher)
	if !ok {
		return s, nil
	}
	if can, _ := face.CanPublish(post); !can {
		return s, nil // no account of ours writes there
	}
	found, err := call(m, ctx, post.Network, "find", func(ctx context.Context) (bool, error) {
		ctx, cancel := context.WithTimeout(ctx, askTime)
		defer cancel()
		id, url, found, err := face.FindPublished(ctx, post, answer.Text, answer.FrozenAt.Add(-clockSkew))
		s.id, s.url = id, url
		return found, err
	})
	if found {
		s.verdict = storage.LinkStands
	}
	if err != nil && !passes(err) && certain(err) {
		err = nil // it never will be told
	}
	return s, err
}

// sameWords says that a comment is the answer: it has all of its words, or it is
// a beginning of it, as where a network takes less.
func sameWords(comment, answer string) bool {
	c, a := lettersOf(comment), lettersOf(answer)
	if a == "" || c == "" {
		return false
	}
	return strings.Contains(c, a) || utf8.RuneCountInString(c) >= sameStart && strings.HasPrefix(a, c)
}

// lettersOf are the letters and digits of a text in lower case.
func lettersOf(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, strings.ReplaceAll(strings.ToLower(text), "ё", "е"))
}
