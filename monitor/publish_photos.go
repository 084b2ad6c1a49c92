package monitor

import (
	"context"
	"fmt"
	"time"

	"otklik/storage"
)

const (
	photoPatience = 15 * time.Second       // for bot to bring photos, after the hold
	photoLook     = 500 * time.Millisecond // between two looks whether it has
)

// awaitPhotos waits for photos that bot is fetching, not for long: a text
// without its photo is better than no text.
func (p *publisher) awaitPhotos(ctx context.Context, b storage.Publication) error {
	for end := p.m.store.Now().Add(photoPatience); ; {
		_, wanted, err := p.m.store.Uploaded(ctx, b.Answer, 0)
		if err != nil || wanted == 0 || !p.m.store.Now().Before(end) {
			return ctx.Err() // publish will meet an error again and say so
		}
		if err := pause(ctx, photoLook); err != nil {
			return err
		}
	}
}

// photos are those that go out with an answer; how many is noted before they do.
func (p *publisher) photos(ctx context.Context, t task) ([]Photo, error) {
	n := p.m.takesPhotos(t.post)
	if n == 0 {
		return nil, nil
	}
	uploaded, _, err := p.m.store.Uploaded(ctx, t.Answer, n)
	if err != nil {
		return nil, fmt.Errorf("read the photos of answer %d: %w", t.Answer, err)
	}
	var photos []Photo
	for _, u := range uploaded {
		photos = append(photos, Photo(u))
	}
	if err := p.m.store.SendPhotos(ctx, t.ID, len(photos)); err != nil {
		return nil, fmt.Errorf("note the photos of publication %d: %w", t.ID, err)
	}
	return photos, nil
}
