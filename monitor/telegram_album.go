package monitor

import (
	"slices"
	"time"

	"otklik/storage"
)

const (
	albumWait  = 2 * time.Second // the pictures of an album come one by one, within about a second
	albumParts = 10              // pictures that an album has at most
)

// joinAlbums puts the messages of an album together; every other message stands
// alone. It takes rows in their order up to the first of an album that may not
// be complete: taken is how many it took, and wait, where it left some for that
// reason, when to come again.
func joinAlbums(rows []storage.Heard, now time.Time) (joined [][]storage.Heard, taken int, wait time.Time) {
	taken = len(rows)
	for i, h := range rows {
		first := slices.IndexFunc(rows[:i+1], func(o storage.Heard) bool { return sameAlbum(o, h) })
		if first < 0 || first >= taken {
			continue
		}
		ready := h.At.Add(albumWait)
		cut := len(rows) == telegramPage && i >= len(rows)-albumParts && first > 0
		if ready.After(now) || cut {
			taken = first
		}
		if ready.After(now) && ready.After(wait) {
			wait = ready
		}
	}
	for i, h := range rows[:taken] {
		at := slices.IndexFunc(rows[:i], func(o storage.Heard) bool { return sameAlbum(o, h) })
		if at < 0 {
			joined = append(joined, []storage.Heard{h})
			continue
		}
		album := slices.IndexFunc(joined, func(parts []storage.Heard) bool { return sameAlbum(parts[0], h) })
		joined[album] = append(joined[album], h)
	}
	return joined, taken, wait
}

// sameAlbum tells whether two messages are parts of one album. An edited one
// comes alone.
func sameAlbum(a, b storage.Heard) bool {
	return a.Album != "" && a.Album == b.Album && !a.Edited && !b.Edited
}
