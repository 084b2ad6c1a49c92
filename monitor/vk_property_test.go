package monitor

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"otklik/monitor/sandbox"
	"otklik/storage"
)

// vkMove is one thing that happens: on the network, on the way to it, or to us.
type vkMove struct {
	What string
	On   int           // chooses a post, comment, fault
	Late time.Duration // how long what is written does not show
	Wait time.Duration // before it
}

var vkMoves = []string{
	"post", "post", "comment", "comment", "comment", "reply", "reply", "edit post", "edit comment", "delete post", "delete comment",
	"restore", "restore", "skip ids", "trouble", "trouble", "read", "read", "read", "read to the end", "read to the end", "restart", "kill",
}

func vkMoveGen() *rapid.Generator[vkMove] {
	return rapid.Custom(func(t *rapid.T) vkMove {
		return vkMove{
			What: rapid.SampledFrom(vkMoves).Draw(t, "what"),
			On:   rapid.IntRange(0, 1000).Draw(t, "on"),
			Late: time.Duration(rapid.SampledFrom([]int{0, 0, 0, 1, 5, 10}).Draw(t, "late")) * time.Minute,
			Wait: time.Duration(rapid.SampledFrom([]int{0, 1, 30, 90, 600, 3700}).Draw(t, "wait")) * time.Second,
		}
	})
}

// TestVKLosesNothing: whatever residents write, edit, delete and restore, and
// whatever order pages, errors, restarts and kills come in, all that stands at
// the end came exactly once as new and its last text is known, and what is gone
// was said to be gone, if it was ever told.
func TestVKLosesNothing(t *testing.T) {
	for _, kind := range []string{vkKindCommunity, vkKindSearch, vkKindTopic} {
		t.Run(kind, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				moves := rapid.SliceOfN(vkMoveGen(), 5, 60).Draw(rt, "moves")
				var wrong []string
				inVK(t, sandbox.VKOptions{PerSecond: 5}, func(b *vkBench) {
					g := newVKGame(b, kind)
					g.poll()
					for _, m := range moves {
						g.play(m)
					}
					wrong = g.judge()
				})
				if len(wrong) > 0 {
					rt.Fatalf("%v", wrong)
				}
			})
		})
	}
}

// vkThing is a post, comment or message that somebody wrote.
type vkThing struct {
	id      string
	text    func() string
	edit    func(string)
	remove  func()
	restore func()
	gone    bool
	under   *vkThing
	post    *sandbox.Post
	comment *sandbox.Comment
}

func (x *vkThing) stands() bool { return !x.gone && (x.under == nil || x.under.stands()) }

// vkGame is one run.
type vkGame struct {
	*vkBench
	kind   string
	topic  *sandbox.Topic
	things []*vkThing
	ends   []func()
	known  map[string]string // the last text that was told
	last   map[string]storage.Fate
}

func newVKGame(b *vkBench, kind string) *vkGame {
	g := &vkGame{vkBench: b, kind: kind, known: map[string]string{}, last: map[string]storage.Fate{}}
	b.source.Kind = kind
	switch kind {
	case vkKindSearch:
		b.source.Address = "яма"
	case vkKindTopic:
		g.topic = b.wall.Topic("Житель", "Вопросы", "Яма")
		b.source.Address = fmt.Sprintf("%d_%d", -b.wall.OwnerID(), g.topic.ID())
	}
	return g
}

func (g *vkGame) play(m vkMove) {
	time.Sleep(m.Wait)
	text := fmt.Sprint("Яма ", m.On, " ", len(g.things))
	posts := g.only(func(x *vkThing) bool { return x.post != nil && x.stands() })
	comments := g.only(func(x *vkThing) bool { return x.post == nil && x.stands() })
	gone := g.only(func(x *vkThing) bool { return x.gone && (x.under == nil || x.under.stands()) })
	switch m.What {
	case "post":
		g.write(text, m.Late)
	case "comment":
		if x := pick(posts, m.On); x != nil && g.kind == vkKindCommunity {
			g.answered(x, x.post.LateComment("Житель", text, m.Late))
		}
	case "reply":
		if x := pick(comments, m.On); x != nil && x.comment != nil {
			g.answered(x.under, x.comment.Reply("Житель", text))
		}
	case "edit post", "edit comment":
		list := posts
		if m.What == "edit comment" {
			list = comments
		}
		if x := pick(list, m.On); x != nil && g.kind != vkKindSearch {
			x.edit(text)
		}
	case "delete post", "delete comment":
		list := posts
		if m.What == "delete comment" {
			list = comments
		}
		if x := pick(list, m.On); x != nil && g.kind != vkKindSearch {
			x.remove()
			x.gone = true
		}
	case "restore":
		if x := pick(gone, m.On); x != nil {
			x.restore()
			x.gone = false
		}
	case "skip ids":
		g.wall.Skip(int64(m.On % 200))
	case "trouble":
		all := []sandbox.Fault{
			{Code: 6}, {Code: 10}, {Code: 777}, {Code: 9}, {Code: 29}, {Code: 14}, {HTML502: true}, {Drop: true}, {Lose: true}, {Garbage: true},
			{Repeat: true, Count: 3}, {Reverse: true, Count: 3}, {Empty: true}, {Empty: true, Count: 3}, {Delay: time.Minute},
		}
		g.ends = append(g.ends, g.v.AddFault(all[m.On%len(all)]))
	case "read":
		g.read(1)
	case "read to the end":
		g.read(20)
	case "restart":
		g.network = g.open(sandbox.DefaultServiceToken)
	case "kill": // what was read is not saved
		_, _ = g.network.Fetch(g.Context(), g.source)
		g.network = g.open(sandbox.DefaultServiceToken)
	}
}

func pick(list []*vkThing, at int) *vkThing {
	if len(list) == 0 {
		return nil
	}
	return list[at%len(list)]
}

func (g *vkGame) only(which func(*vkThing) bool) []*vkThing {
	return slices.DeleteFunc(slices.Clone(g.things), func(x *vkThing) bool { return !which(x) })
}

// write makes a post, or a message. A search shows late ones within its overlap.
func (g *vkGame) write(text string, late time.Duration) {
	if g.topic != nil {
		id := g.topic.Comment("Житель", text)
		x := &vkThing{id: id, restore: func() { g.topic.RestoreComment(id) }, remove: func() { g.topic.DeleteComment(id) }}
		x.text = func() string { return text }
		x.edit = func(s string) { text = s; g.topic.EditComment(id, s) }
		g.things = append(g.things, x)
		return
	}
	p := g.wall.Post("Житель", text, sandbox.PostOptions{Late: late})
	g.things = append(g.things, &vkThing{id: p.ExternalID(), post: p, text: p.Text, edit: p.Edit, remove: p.Delete, restore: p.Restore})
}

func (g *vkGame) answered(post *vkThing, c *sandbox.Comment) {
	g.things = append(g.things, &vkThing{id: c.ExternalID(), under: post, comment: c, text: c.Text, edit: c.Edit, remove: c.Delete, restore: c.Restore})
}

// read reads some pages and saves them.
func (g *vkGame) read(pages int) {
	for range pages {
		p, err := g.network.Fetch(g.Context(), g.source)
		if err != nil {
			return
		}
		for _, i := range p.Items {
			if i.Fate == "" {
				g.got[i.ExternalID]++
			}
			if i.Fate != storage.PostRemoved {
				g.known[i.ExternalID] = i.Text
			}
			g.last[i.ExternalID] = i.Fate
		}
		if g.source.Cursor = p.Cursor; !p.More {
			return
		}
	}
}

// judge ends all trouble, lets show what shows late, and says what is wrong.
func (g *vkGame) judge() (wrong []string) {
	for _, end := range g.ends {
		end()
	}
	g.network = g.open(sandbox.DefaultServiceToken)
	for range 4 {
		time.Sleep(70 * time.Minute)
		g.read(500)
	}
	for _, x := range g.things {
		switch n := g.got[x.id]; {
		case x.stands() && n != 1:
			wrong = append(wrong, fmt.Sprintf("%s came %d times", x.id, n))
		case x.stands() && g.known[x.id] != x.text():
			wrong = append(wrong, fmt.Sprintf("%s is known as %q and says %q", x.id, g.known[x.id], x.text()))
		case x.stands() && g.last[x.id] == storage.PostRemoved:
			wrong = append(wrong, x.id+" stands and was said to be gone")
		case !x.stands() && n > 1:
			wrong = append(wrong, fmt.Sprintf("%s came %d times before it went", x.id, n))
		case !x.stands() && n == 1 && g.last[x.id] != storage.PostRemoved:
			wrong = append(wrong, x.id+" went and nobody said so")
		}
	}
	return wrong
}

func FuzzVKCursor(f *testing.F) {
	f.Add(`{"v":1,"start":1,"newest":2,"posts":[{"i":3,"d":4,"c":{"low":5,"seen":[[6,7]]}}],"todo":[3]}`)
	f.Add(`{"v":2}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := readVKCursor(text, time.Unix(1_795_000_000, 0))
		if err != nil {
			return
		}
		first, err := c.write()
		if err != nil {
			t.Fatal(err)
		}
		again, err := readVKCursor(first, time.Time{})
		if err != nil {
			t.Fatalf("%q cannot be read back: %v", first, err)
		}
		// What is empty is left out, at the second writing at the latest.
		second, _ := again.write()
		last, err := readVKCursor(second, time.Time{})
		if err != nil {
			t.Fatalf("%q cannot be read back: %v", second, err)
		}
		if third, _ := last.write(); third != second {
			t.Errorf("%q became %q", second, third)
		}
	})
}
