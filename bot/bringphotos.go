package bot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"otklik/storage"
)

const (
	photosAtOnce = 4
	photoTries   = 4               // to fetch a photo, while its answer waits
	photoPause   = 2 * time.Second // between them
	photoTime    = time.Minute     // for all of them: nobody waits longer
)

// bringPhotos fetches the photos of answers that are about to be published, for
// monitor to publish them. One that cannot be fetched is given up soon: the text
// goes out without it, and the official sees that.
func (b *Bot) bringPhotos(ctx context.Context) {
	changed, end := b.store.Changed(storage.Uploads)
	defer end()
	for {
		if err := b.bringAll(ctx); err != nil && ctx.Err() == nil {
			b.log.Error().Err(err).Msg("bring photos")
		}
		if !pause(ctx, changed, slowPoll) {
			return
		}
	}
}

func (b *Bot) bringAll(ctx context.Context) error {
	wanted, err := b.store.WantedUploads(ctx)
	if err != nil {
		return fmt.Errorf("read what photos are wanted: %w", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(photosAtOnce)
	for _, u := range wanted {
		g.Go(func() error { return b.bring(ctx, u) })
	}
	return g.Wait()
}

// bring fetches one photo.
func (b *Bot) bring(ctx context.Context, u storage.Upload) error {
	name, data, trouble := b.fetchPhoto(ctx, u)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if trouble != "" {
		return b.store.FailUpload(ctx, u.ID, trouble)
	}
	return b.store.KeepUpload(ctx, u.ID, name, data)
}

// fetchPhoto returns a photo and a file's name for it, or the code of the
// trouble: gone, too_large, not_photo.
func (b *Bot) fetchPhoto(ctx context.Context, u storage.Upload) (name string, data []byte, trouble string) {
	if u.Bot != b.me.ID {
		return "", nil, "gone"
	}
	ctx, cancel := context.WithTimeout(ctx, photoTime)
	defer cancel()
	var err error
	for try := 1; ; try++ {
		data, err = b.Fetch(ctx, u.Address)
		if err == nil || !mayCome(err) || try == photoTries || !rest(ctx, photoPause) {
			break
		}
	}
	switch {
	case err != nil:
		b.log.Warn().Err(err).Int64("upload", u.ID).Msg("a photo cannot be fetched")
		return "", nil, "gone"
	case len(data) > storage.MaxUpload:
		return "", nil, "too_large"
	}
	endings := map[string]string{"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}
	ending := endings[http.DetectContentType(data)]
	if ending == "" {
		return "", nil, "not_photo"
	}
	return fmt.Sprintf("photo%d.%s", u.ID, ending), data, ""
}

// mayCome says that a file that could not be fetched may come at another try.
func mayCome(err error) bool {
	if page, ok := errors.AsType[*pageError](err); ok {
		return page.status >= 500
	}
	switch kindOf(err) {
	case unsent, lost, gateway, down, flooded:
		return true
	}
	_, ok := errors.AsType[*wireError](err)
	return ok
}
