package monitor

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"

	"otklik/storage"
)

// rememberedItems is how many items a feed's cursor remembers beside those of
// its last document: what left it may come back.
const rememberedItems = 2000

// feedMark is what a cursor remembers of an item: beginnings of the hashes of
// its name, its address and its text.
type feedMark struct {
	own, link [8]byte
	text      [4]byte
}

// feedMarks are written as one string, 20 bytes each.
type feedMarks []feedMark

const feedMarkSize = 20

// MarshalText implements encoding.TextMarshaler.
func (f feedMarks) MarshalText() ([]byte, error) {
	raw := make([]byte, 0, len(f)*feedMarkSize)
	for _, m := range f {
		raw = append(append(append(raw, m.own[:]...), m.link[:]...), m.text[:]...)
	}
	return base64.RawStdEncoding.AppendEncode(nil, raw), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (f *feedMarks) UnmarshalText(text []byte) error {
	raw, err := base64.RawStdEncoding.AppendDecode(nil, text)
	if err != nil {
		return fmt.Errorf("read what a feed had: %w", err)
	}
	if len(raw)%feedMarkSize != 0 {
		return errors.New("read what a feed had: it was cut off")
	}
	*f = nil
	for r := bytes.NewReader(raw); r.Len() > 0; {
		var m feedMark
		for _, part := range [][]byte{m.own[:], m.link[:], m.text[:]} {
			_, _ = r.Read(part) // as long as was just asked
		}
		*f = append(*f, m)
	}
	return nil
}

func (e feedEntry) mark() (m feedMark) {
	text := sha256.Sum256([]byte(e.item.Text))
	own := sha256.Sum256([]byte(e.own))
	if e.own == "" {
		own = sha256.Sum256([]byte("\x00" + e.item.Text))
	}
	copy(m.own[:], own[:])
	copy(m.text[:], text[:])
	if e.item.URL != "" {
		link := sha256.Sum256([]byte(e.item.URL))
		copy(m.link[:], link[:])
	}
	return m
}

// feedID is an item's external id. The source's address tells equal names in
// different feeds apart.
func feedID(source, name string) string {
	sum := sha256.Sum256([]byte(source + "\x00" + name))
	return hex.EncodeToString(sum[:16])
}

// ledger is how often names and addresses were used, each for another text.
type ledger struct {
	marks map[feedMark]bool
	texts map[named]bool
	owns  map[[8]byte]int
	links map[[8]byte]int
}

// named is a text under a name or an address.
type named struct {
	name [8]byte
	text [4]byte
}

func newLedger(marks []feedMark) *ledger {
	l := &ledger{marks: map[feedMark]bool{}, texts: map[named]bool{}, owns: map[[8]byte]int{}, links: map[[8]byte]int{}}
	for _, m := range marks {
		if l.marks[m] {
			continue
		}
		l.marks[m] = true
		if n := (named{m.own, m.text}); !l.texts[n] {
			l.texts[n] = true
			l.owns[m.own]++
		}
		if n := (named{m.link, m.text}); m.link != [8]byte{} && !l.texts[n] {
			l.texts[n] = true
			l.links[m.link]++
		}
	}
	return l
}

// knows says whether the text stood there under that name, or under that
// address and another name: some feeds name their items anew.
func (l *ledger) knows(m feedMark) bool {
	return l.texts[named{m.own, m.text}] || m.link != [8]byte{} && l.texts[named{m.link, m.text}]
}

// news returns the items of a feed that are new or read otherwise than before,
// and what to remember. A name that stands for several texts at once names none
// of them; an address that does is made one of its own, or the items would be
// one post.
func (f feedMarks) news(source string, entries []feedEntry) (items []Item, seen feedMarks) {
	marks := make([]feedMark, len(entries))
	for i, e := range entries {
		marks[i] = e.mark()
	}
	before, present := newLedger(f), newLedger(marks)
	edited := map[[8]byte]bool{}
	told := map[named]bool{}
	for i, e := range entries {
		m := marks[i]
		again := told[named{m.own, m.text}]
		told[named{m.own, m.text}] = true
		if !again {
			seen = append(seen, m)
		}
		if again || before.knows(m) {
			continue
		}
		item := e.item
		item.ExternalID = feedID(source, e.own)
		alone := e.own != "" && present.owns[m.own] == 1
		switch {
		case alone && before.owns[m.own] == 1:
			item.Fate = storage.PostEdited
			edited[m.own] = true
		case !alone || before.owns[m.own] > 0:
			item.ExternalID = feedID(source, e.own+"\x00"+item.Text)
		}
		if item.Fate == "" && item.URL != "" && (present.links[m.link] > 1 || before.links[m.link] > 0) {
			item.URL += "#" + item.ExternalID
		}
		items = append(items, item)
	}
	limit := len(seen) + rememberedItems
	for _, m := range f {
		if len(seen) < limit && !present.knows(m) && !edited[m.own] {
			seen = append(seen, m)
		}
	}
	return items, seen
}
