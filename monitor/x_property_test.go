package monitor

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"otklik/monitor/sandbox"
)

// xStep is what happens between two looks of the connector.
type xStep struct {
	Wait    int // seconds
	Posts   int
	Late    int  // seconds until they show
	Edit    int  // changes that post, if there is one
	Delete  int  // deletes that one
	Fault   int  // meets the next calls
	Pages   int  // that are read
	Kill    bool // what the next page brought is not stored
	Restart bool
}

var xSteps = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) xStep {
	return xStep{
		Wait: rapid.IntRange(0, 400).Draw(t, "wait"), Posts: rapid.SampledFrom([]int{0, 1, 3, 15, 40}).Draw(t, "posts"), Late: rapid.SampledFrom([]int{0, 0, 60, 270}).Draw(t, "late"),
		Edit: rapid.IntRange(-20, 100).Draw(t, "edit"), Delete: rapid.IntRange(-40, 100).Draw(t, "delete"), Fault: rapid.IntRange(-2, 9).Draw(t, "fault"),
		Pages: rapid.IntRange(0, 4).Draw(t, "pages"), Kill: rapid.IntRange(0, 4).Draw(t, "kill") == 0, Restart: rapid.IntRange(0, 3).Draw(t, "restart") == 0,
	}
}), 1, 40)

var xFaults = []sandbox.Fault{
	{Text: "rate"}, {Text: "unavailable"}, {HTML502: true}, {Drop: true}, {Lose: true}, {Garbage: true}, {Repeat: true, Count: 3}, {Reverse: true, Count: 3}, {Delay: time.Minute}, {Text: "internal"},
}

// TestXLosesNothing plays residents and a network in trouble at random and wants
// what stands at the end exactly once, whatever the order of pages, errors, kills
// and restarts, and however little money there is.
func TestXLosesNothing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		steps := xSteps.Draw(r, "steps")
		usd := rapid.SampledFrom([]float64{1000, 20, 8}).Draw(r, "usd")
		var wrong []string
		inX(t, sandbox.XOptions{Indexing: 20 * time.Second}, func(b *xBench) {
			b.usd = usd
			b.network = b.open()
			g := &xGame{xBench: b, resident: b.x.Account("resident_1"), deleted: map[int]bool{}}
			b.poll()
			for _, s := range steps {
				g.step(s)
			}
			g.calm()
			wrong = g.wrong()
		})
		for _, line := range wrong {
			r.Error(line)
		}
	})
}

// xGame is one random run.
type xGame struct {
	*xBench
	resident *sandbox.XAccount
	posts    []*sandbox.XPost
	deleted  map[int]bool
	ends     []func()
}

func (g *xGame) step(s xStep) {
	time.Sleep(time.Duration(s.Wait) * time.Second)
	for range s.Posts {
		g.posts = append(g.posts, g.resident.Post(fmt.Sprint("Заречный ", len(g.posts)), sandbox.XPostOptions{Late: time.Duration(s.Late) * time.Second}))
		time.Sleep(time.Millisecond)
	}
	if i := s.Edit; i >= 0 && i < len(g.posts) {
		g.posts[i].Edit(g.posts[i].Text() + " исправлено")
	}
	if i := s.Delete; i >= 0 && i < len(g.posts) {
		g.posts[i].Delete()
		g.deleted[i] = true
	}
	if s.Fault >= 0 {
		g.ends = append(g.ends, g.x.AddFault(xFaults[s.Fault]))
	}
	if s.Restart {
		g.network = g.open()
	}
	if s.Kill {
		_, _ = g.network.Fetch(g.Context(), g.source) // nobody lives to store it
	}
	for range s.Pages {
		if more, err := g.page(); err == nil && !more {
			break
		}
	}
}

// calm ends all trouble and gives the connector a day's time.
func (g *xGame) calm() {
	for _, end := range g.ends {
		end()
	}
	for range 24 * 3 {
		time.Sleep(20 * time.Minute)
		for {
			if more, err := g.page(); err != nil || !more {
				break
			}
		}
	}
}

func (g *xGame) wrong() (out []string) {
	for i, p := range g.posts {
		n := g.got[p.ExternalID()+" "+p.Text()]
		if n > 1 || n == 0 && !g.deleted[i] {
			out = append(out, fmt.Sprintf("post %d, %q, came %d times", i, p.Text(), n))
		}
	}
	for what, n := range g.got {
		if n > 1 {
			out = append(out, fmt.Sprintf("%q came %d times", what, n))
		}
	}
	return out
}

func FuzzXCursor(f *testing.F) {
	f.Add(`{"v":1,"start":1,"newest":1992000000000000000,"head":5,"gaps":[{"since":5,"until":9,"next":"b26v89c19zqg8o3f","at":7}],"seen":[9,8],"day":20000,"spent":15000}`)
	f.Add(`{"v":2}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, text string) {
		now := time.Unix(1_795_000_000, 0)
		c, err := readXCursor(text, now)
		if err != nil {
			return
		}
		c.forget(now)
		first, err := c.write()
		if err != nil {
			t.Fatal(err)
		}
		again, err := readXCursor(first, time.Time{})
		if err != nil {
			t.Fatalf("%q cannot be read back: %v", first, err)
		}
		again.forget(now)
		if second, _ := again.write(); second != first {
			t.Errorf("%q became %q", first, second)
		}
	})
}

func FuzzXStreamLine(f *testing.F) {
	for _, line := range []string{"", "\r", `{"data":{"id":"1992","text":"Заречный","author_id":11,"edit_history_tweet_ids":["1991","1992"]},"matching_rules":[{"id":"1","tag":"otklik-1"}]}`,
		`{"errors":[{"title":"operational-disconnect","type":"https://api.twitter.com/2/problems/operational-disconnect"}]}`, `{"data":{}}`, `{"data":null}`, `[1]`, `{"data":{"id":1.5}}`} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		post, err := readXLine(line)
		if err != nil || post == nil {
			return
		}
		n := &x{}
		if item := n.item(post); item.Network != "x" || item.ExternalID == "" {
			t.Errorf("%q became %+v", line, item)
		}
	})
}

func FuzzXProblem(f *testing.F) {
	f.Add(403, []byte(`{"title":"Forbidden","detail":"You are not allowed to create a Tweet with duplicate content.","type":"about:blank","status":403}`))
	f.Add(429, []byte(`{"errors":[{"code":88,"message":"Rate limit exceeded"}]}`))
	f.Add(400, []byte(`{"errors":[{"parameters":{"since_id":["1"]},"message":"m"}],"type":"https://api.x.com/2/problems/invalid-request"}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if e := readXError(xSearch, status, body); e.Problem == "" || e.Error() == "" {
			t.Errorf("%q became %+v", body, e)
		}
	})
}
