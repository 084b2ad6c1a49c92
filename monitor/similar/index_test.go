package similar

import (
	"fmt"
	"testing"
)

const text = "На остановке у рынка третий день не горит ни один фонарь, вечером страшно ходить, просим починить."

func entry(region, post, at int64, text string) *Entry {
	return &Entry{Region: region, Post: post, At: at, Signature: Sign(text)}
}

// Who finds whom: the same text in the same region, the newest, not too old.
func TestFind(t *testing.T) {
	x := NewIndex(100)
	x.Add(entry(1, 1, 10, text))
	x.Add(entry(1, 2, 20, text))
	x.Add(entry(2, 3, 30, text))
	for _, c := range []struct {
		name   string
		region int64
		post   int64
		since  int64
		want   int64
	}{
		{"the newest of its region", 1, 9, 0, 2},
		{"another region", 2, 9, 0, 3},
		{"a region without posts", 3, 9, 0, 0},
		{"a post is not its own twin", 1, 2, 0, 1},
		{"at the border of the window", 1, 9, 20, 2},
		{"past the window", 1, 9, 21, 0},
	} {
		if same, like := x.Find(entry(c.region, c.post, 40, text), c.since); same.Post != c.want || like.Post != 0 {
			t.Errorf("%s: %v and %v, want %d", c.name, same, like, c.want)
		}
	}
}

// What contradicts is offered and never taken for the same.
func TestConflictIsOffered(t *testing.T) {
	x := NewIndex(100)
	x.Add(entry(1, 1, 0, text+" Ленина, 5"))
	if same, like := x.Find(entry(1, 2, 0, text+" Ленина, 7"), 0); same.Post != 0 || like.Post != 1 || like.Likeness < JoinAt {
		t.Errorf("another house: %v and %v", same, like)
	}
	if same, _ := x.Find(entry(1, 2, 0, text+" Ленина, 5"), 0); same.Post != 1 {
		t.Errorf("the same house: %v", same)
	}
}

// A comment that quotes its post is no twin of it, whichever was read first; two
// comments are.
func TestCommentIsNoTwinOfItsPost(t *testing.T) {
	post, comment, other := entry(1, 1, 0, text), entry(1, 2, 0, text), entry(1, 3, 0, text)
	post.Self, comment.Under, other.Under = KeyOf("post"), KeyOf("post"), KeyOf("post")
	comment.Self = KeyOf("comment")
	x := NewIndex(100)
	x.Add(post)
	if same, _ := x.Find(comment, 0); same.Post != 0 {
		t.Errorf("a comment and its post: %v", same)
	}
	x.Add(comment)
	if same, _ := x.Find(other, 0); same.Post != 2 {
		t.Errorf("two comments: %v", same)
	}
	x = NewIndex(100)
	x.Add(comment)
	if same, _ := x.Find(post, 0); same.Post != 0 {
		t.Errorf("a post and its comment: %v", same)
	}
}

// A short text is compared where it was said, and nowhere else.
func TestShortTextsAreComparedAtTheirSource(t *testing.T) {
	said := func(post int64, from string) *Entry {
		e := entry(1, post, 0, "Поддерживаю!")
		e.From = KeyOf(from)
		return e
	}
	x := NewIndex(1000)
	x.Add(said(1, "a"))
	x.Add(said(2, ""))
	for n := range int64(100) {
		x.Add(said(100+n, fmt.Sprint("other ", n)))
	}
	for from, want := range map[string]int64{"a": 1, "b": 0, "": 0} {
		if same, like := x.Find(said(9, from), 0); same.Post != want || like.Post != 0 {
			t.Errorf("said in %q: %v and %v, want %d", from, same, like, want)
		}
	}
	if x.Len() != 101 {
		t.Errorf("%d entries, want only those that can be found", x.Len())
	}
}

// However many come, the newest are kept and the memory does not grow.
func TestOldestMakeRoom(t *testing.T) {
	r := newRand()
	const most = 1000
	x := NewIndex(most)
	var list []complaint
	size := 0
	for i, c := range complaints(r, 3*most) {
		list = append(list, c)
		x.Add(entry(1, int64(i+1), 0, c.text))
		if i == most {
			size = x.Bytes()
		}
	}
	if x.Len() != most || x.Bytes() != size || size > most*400 {
		t.Errorf("%d entries in %d bytes, once %d", x.Len(), x.Bytes(), size)
	}
	for i, c := range list {
		same, _ := x.Find(entry(1, -1, 0, c.text), 0)
		if kept := i >= 2*most; kept != (same.Likeness == 1) {
			t.Fatalf("text %d of %d: %v", i+1, len(list), same)
		}
	}
}

// The index finds what comparing with every entry finds.
func TestIndexMissesLittle(t *testing.T) {
	r := newRand()
	x := NewIndex(4000)
	var entries []*Entry
	list := complaints(r, 2000)
	for i, c := range list {
		e := entry(int64(i%2), int64(i+1), int64(i), c.text)
		x.Add(e)
		entries = append(entries, e)
	}
	asked, missed := 0, 0
	for i := range 1000 {
		text := complain(r, r.Perm(len(sentences))[:4]...).text
		if i%2 == 0 {
			text = edits[r.IntN(len(edits))].do(r, list[r.IntN(len(list))].text)
		}
		e := entry(0, -1, 0, text)
		var same, like Twin
		for _, o := range entries {
			if e.meets(o) {
				weigh(e, o, &same, &like)
			}
		}
		if best := max(same.Likeness, like.Likeness); best >= 0.5 {
			asked++
			gotSame, gotLike := x.Find(e, 0)
			if max(gotSame.Likeness, gotLike.Likeness) < best-0.1 {
				missed++
			}
		}
	}
	t.Logf("%d of %d are missed", missed, asked)
	if asked < 300 || missed*100 > asked*3 {
		t.Errorf("%d of %d are missed", missed, asked)
	}
}

// What was edited is found by its new text, what was taken back by none.
func TestRenewAndRemove(t *testing.T) {
	x := NewIndex(100)
	other := complain(newRand(), 1, 2, 3).text
	x.Add(entry(1, 1, 0, text))
	x.Add(entry(2, 1, 0, text))
	x.Renew(1, Sign(other))
	for region := range int64(2) {
		if same, _ := x.Find(entry(region+1, 9, 0, text), 0); same.Post != 0 {
			t.Errorf("the old text: %v", same)
		}
		if same, _ := x.Find(entry(region+1, 9, 0, other), 0); same.Post != 1 {
			t.Errorf("the new text: %v", same)
		}
	}
	x.Remove(1)
	if same, like := x.Find(entry(1, 9, 0, other), 0); same.Post+like.Post != 0 {
		t.Errorf("what was taken back: %v and %v", same, like)
	}
}

// A flood of one template costs little, and hides no true copy.
func TestFloodOfOneTemplate(t *testing.T) {
	x := NewIndex(20_000)
	for i := range 10_000 {
		x.Add(entry(1, int64(i+1), 0, text))
	}
	x.search = 0
	if same, _ := x.Find(entry(1, -1, 0, text), 0); same.Post != 10_000 {
		t.Errorf("found %v", same)
	}
	seen := 0
	for i := range x.slots {
		if x.slots[i].seen != 0 {
			seen++
		}
	}
	if seen > bands*deepest {
		t.Errorf("a search looked at %d entries", seen)
	}
}
