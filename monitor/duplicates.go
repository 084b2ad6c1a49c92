package monitor

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"otklik/monitor/similar"
	"otklik/storage"
)

const (
	twinAge   = 30 * 24 * time.Hour // of a text that another one may repeat
	twinsKept = 200_000             // texts of all regions, the newest
)

// twins knows the texts that incidents were made of lately, to tell whether
// another one says the same. Its lock is held while posts are stored: what two
// sources bring at one moment is compared too.
type twins struct {
	mu    sync.Mutex
	texts *similar.Index // nil: not read from the database yet
}

// saveNew stores prepared posts and tells for each region which earlier ones
// say the same. Whatever stores posts that were matched passes here.
func (m *Monitor) saveNew(ctx context.Context, progress *storage.Progress, batch []prepared) ([]storage.Saved, error) {
	t := &m.twins
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := m.loadTwins(ctx); err != nil {
		return nil, err
	}
	t.find(batch, m.store.Now().Add(-twinAge).UnixMilli())
	saved, err := m.store.SavePosts(ctx, progress, founds(batch))
	if err != nil {
		return nil, fmt.Errorf("save %d posts: %w", len(batch), err)
	}
	t.learn(batch, saved, m.store.Now().UnixMilli())
	return saved, nil
}

// loadTwins reads the texts of the last days, once. The lock is held.
func (m *Monitor) loadTwins(ctx context.Context) error {
	if m.twins.texts != nil {
		return nil
	}
	texts := similar.NewIndex(twinsKept)
	err := m.store.Signatures(ctx, m.store.Now().Add(-twinAge), func(s storage.Signed) bool {
		e := similar.Entry{
			Region: s.Region, Post: s.Post, At: s.FoundAt.UnixMilli(),
			From: similar.KeyOf(s.SourceURL), Self: similar.KeyOf(s.URL), Under: similar.KeyOf(s.ParentURL),
		}
		// One of another edition says nothing and is as good as none.
		if e.Signature.UnmarshalBinary(s.Signature) == nil {
			texts.Add(&e)
		}
		return true
	})
	if err != nil {
		return fmt.Errorf("read the signatures of posts: %w", err)
	}
	m.twins.texts = texts
	m.log.Info().Int("texts", texts.Len()).Int("bytes", texts.Bytes()).Msg("texts that others may repeat")
	return nil
}

// sign makes the signature of a post that concerns somebody, or has another text
// now. It is made of the raw text: what is masked tells texts apart too.
func (f *prepared) sign(raw string) {
	if len(f.Matches) == 0 && f.Fate != storage.PostEdited && f.Fate != storage.PostRestored {
		return
	}
	f.signature = similar.Sign(cut(strings.TrimSpace(CleanText(raw)), maxText))
	f.Signature = f.signature.AppendBinary(nil)
}

// entry is a post as the index compares it.
func (f *prepared) entry(region, post, at int64) *similar.Entry {
	return &similar.Entry{
		Region: region, Post: post, At: at, Signature: f.signature,
		From: similar.KeyOf(f.Post.SourceURL), Self: similar.KeyOf(f.Post.URL), Under: similar.KeyOf(f.Post.ParentURL),
	}
}

// find gives the matches of a batch their twins: a stored post, or one that
// stands earlier in the batch when that is more alike.
func (t *twins) find(batch []prepared, since int64) {
	earlier := similar.NewIndex(len(batch))
	for i := range batch {
		f := &batch[i]
		for k := range f.Matches {
			match := &f.Matches[k]
			e := f.entry(match.Region, 0, since)
			same, like := t.texts.Find(e, since)
			sameHere, likeHere := earlier.Find(e, since)
			match.Same, match.Similar = better(same, sameHere), better(like, likeHere)
			e.Post = int64(i + 1)
			earlier.Add(e)
		}
	}
}

// better is the twin that is more alike, the stored one of equals.
func better(stored, here similar.Twin) storage.Twin {
	if here.Likeness > stored.Likeness {
		return storage.Twin{Earlier: int(here.Post), Score: here.Likeness}
	}
	return storage.Twin{Post: stored.Post, Score: stored.Likeness}
}

// learn remembers what was stored.
func (t *twins) learn(batch []prepared, saved []storage.Saved, now int64) {
	for i, s := range saved {
		f := &batch[i]
		switch {
		case f.Fate == storage.PostRemoved && f.Forget:
			t.texts.Remove(s.Post)
		case s.Result == storage.Edited, s.Result == storage.Restored:
			t.texts.Renew(s.Post, f.signature)
		case s.Result == storage.Fresh && s.Post != 0:
			for _, match := range f.Matches {
				t.texts.Add(f.entry(match.Region, s.Post, now))
			}
		}
	}
}
