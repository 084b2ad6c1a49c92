package monitor

import (
	"cmp"
	"hash/fnv"
	"slices"

	"otklik/storage"
)

// vkHash is 31 bits that tell one text from another, never vkUntold or vkGone.
func vkHash(text string) int64 {
	h := fnv.New32a()
	h.Write([]byte(text))
	return max(int64(h.Sum32()>>1), 1)
}

// What stands in the place of a text's hash.
const (
	vkUntold = 0  // the text was not noted
	vkGone   = -1 // it was there, and was deleted
)

// vkFate says what became of something whose text had a hash, and now has
// another one.
func vkFate(was, is int64) storage.Fate {
	switch {
	case was == is || was == vkUntold:
		return ""
	case is == vkGone:
		return storage.PostRemoved
	case was == vkGone:
		return storage.PostRestored
	}
	return storage.PostEdited
}

// vkLog remembers which comments were seen: all up to Low, and of the last
// while each by its id, date and the hash of its text, so that one that shows
// late is not lost, and a change is seen.
type vkLog struct {
	Low  int64      `json:"low,omitempty"`
	Seen [][3]int64 `json:"seen,omitempty"` // by id
}

// vkMostSeen bounds the comments that are remembered one by one.
const vkMostSeen = 4000

func vkByID(a, b [3]int64) int { return cmp.Compare(a[0], b[0]) }

// sort brings a log into order that was read from outside.
func (l *vkLog) sort() {
	if !slices.IsSortedFunc(l.Seen, vkByID) {
		slices.SortFunc(l.Seen, vkByID)
	}
}

// take notes a comment as it stands now. It says whether it is new, and else
// what became of it.
func (l *vkLog) take(id, date, hash int64) (fresh bool, fate storage.Fate) {
	if id <= l.Low {
		return false, ""
	}
	at, known := slices.BinarySearchFunc(l.Seen, [3]int64{id}, vkByID)
	if !known {
		l.Seen = slices.Insert(l.Seen, at, [3]int64{id, date, hash})
		return true, ""
	}
	fate = vkFate(l.Seen[at][2], hash)
	l.Seen[at][2] = hash
	return false, fate
}

// lost marks what was seen since a time and does not stand there any more, and
// returns it as id and date.
func (l *vkLog) lost(since int64, stands map[int64]bool) (gone [][3]int64) {
	for i, s := range l.Seen {
		if s[1] >= since && s[2] != vkGone && !stands[s[0]] {
			l.Seen[i][2] = vkGone
			gone = append(gone, s)
		}
	}
	return gone
}

// newest is the date of the last comment seen; 0 when none is remembered.
func (l *vkLog) newest() (date int64) {
	for _, s := range l.Seen {
		date = max(date, s[1])
	}
	return date
}

// fold forgets the single ids of what is older than a time.
func (l *vkLog) fold(before int64) {
	over := len(l.Seen) - vkMostSeen
	for i, s := range l.Seen {
		if s[1] < before || i < over {
			l.Low = max(l.Low, s[0])
		}
	}
	l.Seen = slices.DeleteFunc(l.Seen, func(s [3]int64) bool { return s[0] <= l.Low })
}
