package storage

import "context"

// MaxUploads is how many photos of an answer are brought to networks at most.
const MaxUploads = 10

// MaxUpload is the largest photo that is brought to a network, in bytes.
const MaxUpload = 10 << 20

// Upload is a photo of an answer on its way from the messenger into networks.
type Upload struct {
	ID      int64
	Answer  int64
	Bot     int64
	Address string // the messenger's file id
}

// wantUploads asks bot for the photos of an answer as far as a network of the
// planned publications takes any.
func (t *tx) wantUploads(a Answer) error {
	n, err := one(t.ctx, t, scalar[int64], `SELECT coalesce(max(t.takes_photos), 0) FROM publications b JOIN posts t ON t.id = b.post_id WHERE b.answer_id = $1 AND b.state = 'planned'`, a.ID)
	if err != nil || n == 0 {
		return err
	}
	t.wake(Uploads)
	return t.exec(`
		INSERT INTO uploads (answer_id, bot, address, state)
		SELECT p.answer_id, f.bot, f.address, 'wanted' FROM files f JOIN draft_parts p ON p.id = f.part_id
		WHERE p.answer_id = $1 AND f.kind = 'photo' ORDER BY p.id, f.id LIMIT $2`, a.ID, min(n, MaxUploads))
}

// WantedUploads returns the photos that bot has to fetch, oldest first.
func (s *Store) WantedUploads(ctx context.Context) ([]Upload, error) {
	return all(ctx, s.read, func(r scanner) (u Upload, err error) {
		return u, r.Scan(&u.ID, &u.Answer, &u.Bot, &u.Address)
	}, `SELECT id, answer_id, bot, address FROM uploads WHERE state = 'wanted' ORDER BY id LIMIT 100`)
}

// KeepUpload stores a photo that was fetched; name is a file's name. One that
// nobody waits for any more is left out.
func (s *Store) KeepUpload(ctx context.Context, upload int64, name string, data []byte) error {
	return s.tx(ctx, func(t *tx) error {
		return t.exec(`UPDATE uploads SET state = 'ready', name = $1, data = $2 WHERE id = $3 AND state = 'wanted'`, name, data, upload)
	})
}

// FailUpload notes that a photo cannot be fetched. trouble is a code: gone,
// too_large, not_photo.
func (s *Store) FailUpload(ctx context.Context, upload int64, trouble string) error {
	return s.tx(ctx, func(t *tx) error {
		return t.exec(`UPDATE uploads SET state = 'failed', trouble = $1 WHERE id = $2 AND state = 'wanted'`, trouble, upload)
	})
}

// UploadedPhoto is a photo that bot has fetched.
type UploadedPhoto struct {
	Name string
	Data []byte
}

// Uploaded returns the first photos of an answer that are there, n at most, and
// how many of it are still to be fetched.
func (s *Store) Uploaded(ctx context.Context, answer int64, n int) (photos []UploadedPhoto, wanted int, err error) {
	if wanted, err = s.uploadsWanted(ctx, answer); err != nil {
		return nil, 0, err
	}
	photos, err = all(ctx, s.read, func(r scanner) (p UploadedPhoto, err error) {
		return p, r.Scan(&p.Name, &p.Data)
	}, `SELECT name, data FROM uploads WHERE answer_id = $1 AND state = 'ready' ORDER BY id LIMIT $2`, answer, n)
	return photos, wanted, err
}

func (s *Store) uploadsWanted(ctx context.Context, answer int64) (int, error) {
	return one(ctx, s.read, scalar[int], `SELECT count(*) FROM uploads WHERE answer_id = $1 AND state = 'wanted'`, answer)
}

// SendPhotos notes how many photos a publication that is being sent takes
// along: whoever finds it in the network later cannot count them.
func (s *Store) SendPhotos(ctx context.Context, publication int64, n int) error {
	return s.tx(ctx, func(t *tx) error {
		return t.exec(`UPDATE publications SET photos = $1 WHERE id = $2 AND state = 'sending'`, n, publication)
	})
}

// dropUploads throws an answer's photos away once nothing of it can be sent by
// us any more.
func (t *tx) dropUploads(answer int64) error {
	return t.exec(`DELETE FROM uploads WHERE answer_id = $1 AND NOT EXISTS (
		SELECT 1 FROM publications b WHERE b.answer_id = uploads.answer_id AND b.state IN ('planned', 'sending', 'unknown'))`, answer)
}
