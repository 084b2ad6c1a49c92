package monitor

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"otklik/monitor/sandbox"
)

// TestGraphLosesNothing plays residents and a network in trouble at random and
// wants every item exactly once at the end, whatever the order of pages, errors,
// expiries and restarts.
func TestGraphLosesNothing(t *testing.T) {
	for name, in := range map[string]func(*testing.T, sandbox.GraphOptions, func(*graphBench)){
		"facebook": inFacebook,
		"instagram": func(t *testing.T, o sandbox.GraphOptions, run func(*graphBench)) {
			inInstagram(t, o, nil, run)
		},
	} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				// A bubble has goroutines of its own, so what fails in it is told outside.
				opt := sandbox.GraphOptions{PageSize: rapid.SampledFrom([]int{0, 2, 5}).Draw(r, "page"), Strings: rapid.Bool().Draw(r, "strings"), HideAuthors: rapid.Bool().Draw(r, "hide")}
				steps := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(0, 1<<16), 8, 8), 5, 40).Draw(r, "steps")
				var lost []string
				t.Run("", func(t *testing.T) {
					in(t, opt, func(b *graphBench) { lost = playGraph(b, steps) })
				})
				if len(lost) > 0 {
					r.Fatal(lost)
				}
			})
		})
	}
}

// graphGame is one random run.
type graphGame struct {
	*graphBench
	want    map[string]bool
	entries []*sandbox.Entry
	remarks []*sandbox.Remark
	media   []*sandbox.Medium
	notes   []*sandbox.Note
	ends    []func()
}

// playGraph takes the steps, each of some choices, and returns what did not come
// exactly once.
func playGraph(b *graphBench, steps [][]int) (lost []string) {
	g := &graphGame{graphBench: b, want: map[string]bool{}}
	for _, s := range steps {
		time.Sleep(time.Duration(s[0]%600) * time.Second)
		for _, choice := range s[1 : 1+s[1]%3] {
			g.write(choice, time.Duration(s[2]%4/3*(s[3]%120))*time.Minute)
		}
		if s[4]%3 == 0 {
			g.trouble(s[5])
		}
		for range 1 + s[6]%4 {
			if more, err := g.fetch(); err == nil && !more {
				break
			}
		}
		if s[7]%5 == 0 {
			g.network = g.open() // a restart
		}
	}
	for _, end := range g.ends {
		end()
	}
	g.network = g.open()
	for range 4 {
		time.Sleep(61 * time.Minute)
		g.poll()
	}
	for id := range g.want {
		if g.got[id] != 1 {
			lost = append(lost, fmt.Sprint(id, " came ", g.got[id], " times"))
		}
	}
	return lost
}

// write makes a post, a comment or a reply, some of them late.
func (g *graphGame) write(choice int, late time.Duration) {
	text := fmt.Sprint("слово ", choice)
	if g.page != nil {
		switch {
		case len(g.entries) == 0 || choice%5 == 0:
			e := g.page.Post("Житель", text, sandbox.EntryOptions{Late: late})
			g.entries = append(g.entries, e)
			g.want[e.ExternalID()] = true
		case choice%5 == 1:
			g.want[g.page.Tag("Житель", text, sandbox.EntryOptions{Late: late}).ExternalID()] = true
		case choice%5 == 2 && len(g.remarks) > 0:
			g.want[g.remarks[choice%len(g.remarks)].Reply("Житель", text).ExternalID()] = true
		default:
			r := g.entries[choice%len(g.entries)].LateComment("Житель", text, late)
			g.remarks = append(g.remarks, r)
			g.want[r.ExternalID()] = true
		}
		return
	}
	switch {
	case len(g.media) == 0 || choice%5 == 0:
		m := g.account.Medium(text)
		g.media = append(g.media, m)
		g.want[m.Code()] = true
	case choice%5 == 1:
		g.want[g.account.Tag("zhitel", text).Code()] = true
	case choice%5 == 2 && len(g.notes) > 0:
		g.want[g.notes[choice%len(g.notes)].Reply("zhitel", text).ID()] = true
	default:
		n := g.media[choice%len(g.media)].LateComment("zhitel", text, late)
		g.notes = append(g.notes, n)
		g.want[n.ID()] = true
	}
}

func (g *graphGame) trouble(choice int) {
	all := []sandbox.Fault{
		{Code: 2}, {Code: 17}, {Code: 777}, {Code: 4}, {Code: 190}, {HTML502: true}, {Drop: true}, {Lose: true}, {Garbage: true},
		{Repeat: true, Count: 3}, {Reverse: true, Count: 3}, {Delay: time.Minute}, {Code: 100, Match: func(c sandbox.Call) bool { return c.Params["after"] != "" }},
	}
	g.ends = append(g.ends, g.g.AddFault(all[choice%len(all)]))
}

func FuzzGraphCursor(f *testing.F) {
	f.Add(`{"v":1,"start":1,"newest":2,"posts":{"1_2":{"d":4,"n":-1,"c":{"low":5,"seen":{"6":7}}}},"todo":["1_2"],"thread":{"more":"after=x"},"walk":{"edge":"feed","newest":3}}`)
	f.Add(`{"v":1,"posts":{"1_2":null},"tag":{"id":"1","account":"2","since":3}}`)
	f.Add(`{"v":2}`)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := readGraphCursor(text, time.Unix(1_795_000_000, 0))
		if err != nil {
			return
		}
		first, err := c.write()
		if err != nil {
			t.Fatal(err)
		}
		again, err := readGraphCursor(first, time.Time{})
		if err != nil {
			t.Fatalf("%q cannot be read back: %v", first, err)
		}
		// What is empty is left out, at the second writing at the latest.
		second, _ := again.write()
		last, err := readGraphCursor(second, time.Time{})
		if err != nil {
			t.Fatalf("%q cannot be read back: %v", second, err)
		}
		if third, _ := last.write(); third != second {
			t.Errorf("%q became %q", second, third)
		}
	})
}

// FuzzGraphFetch reads on from any cursor: an error or an end, never a panic nor
// a reading that goes on for ever.
func FuzzGraphFetch(f *testing.F) {
	f.Add(`{"v":1,"todo":["1_2","x"],"posts":{"1_2":{"d":4}},"thread":{"more":"%zz"}}`)
	f.Add(`{"v":1,"walk":{"edge":"../me","more":"after=x&limit=-1"}}`)
	f.Add(`{"v":1,"tag":{"id":"../x","account":"","since":99999999999}}`)
	f.Fuzz(func(t *testing.T, cursor string) {
		if len(cursor) > 1<<12 {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			for _, hashtag := range []bool{false, true} {
				g := sandbox.NewGraph(sandbox.GraphOptions{})
				page, account := g.Page("Страница", "page"), g.Account("account")
				page.Post("Житель", "Яма", sandbox.EntryOptions{}).Comment("Житель", "Да")
				account.Medium("Субботник").Comment("zhitel", "Да")
				g.Stranger("zhitel", "Яма #яма ", 0)
				b := &graphBench{T: t, g: g, page: page, account: account, got: map[string]int{}, items: map[string]Item{}}
				base := "https://graph.facebook.com" + sandbox.GraphVersion
				if b.network = b.opened(openFacebook, facebookSettings{URL: base, Pages: page.ID() + ":" + page.Token()}); hashtag {
					b.network = b.opened(openInstagram, instagramSettings{URL: base, Accounts: account.ID() + ":" + account.Token()})
					b.source.Address, b.source.Kind = "яма", "hashtag"
				} else {
					b.source.Address, b.source.Kind = page.ID(), "community"
				}
				b.source.Cursor = cursor
				for range 300 {
					if more, err := b.fetch(); err != nil || !more {
						return
					}
				}
				t.Error("the reading does not end")
			}
		})
	})
}

func FuzzGraphNews(f *testing.F) {
	f.Add([]byte(`{"object":"page","entry":[{"id":"77","changes":[{"field":"feed","value":{"item":"comment","verb":"add","comment_id":"15_3","post_id":"77_15","message":"Яма"}}]}]}`))
	f.Add([]byte(`{"object":"instagram","entry":[{"id":77,"changes":[{"field":"mentions","value":{"media_id":"1"}}]}]}`))
	f.Add([]byte(`{"object":"page","entry":[{"id":"77","changes":[{"field":"feed","value":{"item":"post","verb":"edited","post_id":1,"created_time":"x"}}]}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		g := sandbox.NewGraph(sandbox.GraphOptions{AppSecret: hookSecret, VerifyToken: hookWord})
		b := &graphBench{T: t, g: g}
		base := "https://graph.facebook.com" + sandbox.GraphVersion
		for _, n := range []Network{
			b.opened(openFacebook, facebookSettings{URL: base, Pages: "77:token", AppSecret: hookSecret, VerifyToken: hookWord}),
			b.opened(openInstagram, instagramSettings{URL: base, Accounts: "77:token", AppSecret: hookSecret, VerifyToken: hookWord}),
		} {
			items, _, err := n.(Receiver).Receive(g.Signed("https://otklik.example/hooks", body), body)
			if err != nil && len(items) > 0 {
				t.Errorf("%d items beside the error %v", len(items), err)
			}
			for _, i := range items {
				if i.Network != n.Name() || i.ExternalID == "" || i.Origin != "77" {
					t.Errorf("%+v", i)
				}
			}
		}
	})
}
