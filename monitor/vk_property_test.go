package monitor

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"otklik/monitor/sandbox"
)

// TestVKLosesNothing plays residents and a network in trouble at random and
// wants every item exactly once at the end, whatever the order of pages,
// errors and restarts.
func TestVKLosesNothing(t *testing.T) {
	for seed := range uint64(15) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			inVK(t, sandbox.VKOptions{PerSecond: 5}, func(b *vkBench) {
				g := vkGame{vkBench: b, r: rand.New(rand.NewPCG(seed, 1)), want: map[string]bool{}}
				if seed%3 == 0 {
					g.search = true
					b.source.Kind, b.source.Address = vkKindSearch, "яма"
				}
				b.poll()
				for range 70 {
					g.step()
				}
				// Trouble ends, and what shows late has shown.
				g.calm()
				for range 4 {
					time.Sleep(40 * time.Minute)
					b.poll()
				}
				for id := range g.want {
					if b.got[id] != 1 {
						t.Errorf("%s came %d times", id, b.got[id])
					}
				}
			})
		})
	}
}

// vkGame is one random run.
type vkGame struct {
	*vkBench
	r      *rand.Rand
	search bool
	want   map[string]bool
	posts  []*sandbox.Post
	ends   []func()
}

func (g *vkGame) step() {
	time.Sleep(time.Duration(g.r.IntN(90)) * time.Second)
	for range g.r.IntN(6) {
		g.write()
	}
	if g.r.IntN(3) == 0 {
		g.trouble()
	}
	for range 1 + g.r.IntN(4) {
		if more, err := g.page(); err == nil && !more {
			break
		}
		if g.r.IntN(4) == 0 {
			g.network = g.open(sandbox.DefaultServiceToken) // a restart
		}
	}
}

// write makes a post, a comment or a reply, some of them late. A search shows
// posts only, and late ones within its overlap.
func (g *vkGame) write() {
	late := time.Duration(0)
	if g.r.IntN(4) == 0 {
		late = time.Duration(g.r.IntN(10)) * time.Minute
	}
	if g.search || len(g.posts) == 0 || g.r.IntN(3) == 0 {
		p := g.wall.Post("Житель", "Яма", sandbox.PostOptions{Late: late})
		g.posts = append(g.posts, p)
		g.want[p.ExternalID()] = true
		return
	}
	p := g.posts[g.r.IntN(len(g.posts))]
	if all := p.Comments(); len(all) > 0 && g.r.IntN(2) == 0 {
		g.want[all[g.r.IntN(len(all))].Reply("Житель", "да").ExternalID()] = true
		return
	}
	g.want[p.LateComment("Житель", "нет", late).ExternalID()] = true
}

func (g *vkGame) trouble() {
	all := []sandbox.Fault{
		{Code: 6}, {Code: 10}, {Code: 777}, {Code: 9}, {HTML502: true}, {Drop: true}, {Lose: true}, {Garbage: true},
		{Repeat: true, Count: 3}, {Reverse: true, Count: 3}, {Delay: time.Minute},
	}
	g.ends = append(g.ends, g.v.AddFault(all[g.r.IntN(len(all))]))
}

func (g *vkGame) calm() {
	for _, end := range g.ends {
		end()
	}
	time.Sleep(time.Hour)
	g.network = g.open(sandbox.DefaultServiceToken)
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
