package monitor

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/time/rate"

	"otklik/storage"
)

// An answer goes out under every post of its incident. In one network that is
// one post after the other, with a pause; the first sign that the network takes
// it for a flood ends it there, for the next one could cost the account.

// turn waits until the network of a publication has had a pause and bot had
// time to fetch the photos; an error means that ctx ended before.
func (p *publisher) turn(ctx context.Context, b storage.Publication) error {
	post, err := p.m.store.Post(ctx, b.Post)
	if err != nil {
		return ctx.Err() // publish will meet it again and say so
	}
	p.mu.Lock()
	l := p.paces[post.Network]
	if l == nil {
		l = rate.NewLimiter(rate.Every(publishPause), 1)
		p.paces[post.Network] = l
	}
	p.mu.Unlock()
	if err := l.Wait(ctx); err != nil {
		return err
	}
	if p.m.takesPhotos(post) == 0 {
		return nil
	}
	return p.awaitPhotos(ctx, b)
}

// enough says that a refusal of one publication speaks for all of its answer in
// that network, and the reason: the text is a duplicate there, or the network
// wants a pause while the same text goes out again and again. An answer under a
// single post waits a pause out.
func (p *publisher) enough(ctx context.Context, t task, refusal error) (reason string, enough bool, err error) {
	var cannot CannotPublish
	if errors.As(refusal, &cannot) {
		return reasonDuplicate, cannot.Reason == reasonDuplicate, nil
	}
	var limited Limited
	if !errors.As(refusal, &limited) || limited.Until.Sub(p.m.store.Now()) <= moment {
		return "", false, nil
	}
	posts, err := p.m.store.Posts(ctx, t.Incident)
	if err != nil {
		return "", false, fmt.Errorf("posts of incident %d: %w", t.Incident, err)
	}
	same := 0
	for _, post := range posts {
		if post.Network == t.network {
			same++
		}
	}
	return reasonFlood, same > 1, nil
}

// gone asks the network, where it can be asked, whether the post is no more. What
// cannot be told now is met by the attempt to publish.
func (p *publisher) gone(ctx context.Context, t task) bool {
	face, ok := t.face.(PostFetcher)
	n := p.m.byName[t.network]
	if !ok || t.post.ExternalID == "" || n.heldUntil("post").After(p.m.store.Now()) {
		return false
	}
	_, err := call(p.m, ctx, t.network, "post", func(ctx context.Context) (Item, error) {
		ctx, cancel := context.WithTimeout(ctx, askTime)
		defer cancel()
		return face.FetchPost(ctx, t.post.ExternalID)
	})
	var limited Limited
	if errors.As(err, &limited) {
		n.hold(limited, "post")
	}
	return errors.As(err, new(Gone))
}
