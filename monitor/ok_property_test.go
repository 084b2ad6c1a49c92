package monitor

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"otklik/monitor/sandbox"
	"otklik/storage"
)

// TestOKLosesNothing plays residents and a network in trouble and wants every
// item exactly once at the end, whatever the order of pages, errors and
// restarts.
func TestOKLosesNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := okGame{
			search: rapid.IntRange(0, 4).Draw(rt, "search") == 0,
			opt: sandbox.OKOptions{
				PerSecond: 3, AnchorLife: rapid.SampledFrom([]time.Duration{0, 2 * time.Second, time.Minute}).Draw(rt, "anchors"),
				NoSummaries: rapid.Bool().Draw(rt, "no summaries"), NoMilliseconds: rapid.Bool().Draw(rt, "no milliseconds"), NumbersAsText: rapid.Bool().Draw(rt, "numbers as text"),
			},
			steps: rapid.SliceOfN(rapid.Custom(drawOKStep), 1, 30).Draw(rt, "steps"),
		}
		var wrong []string
		synctest.Test(t, func(t *testing.T) { wrong = g.play(t) })
		if len(wrong) > 0 {
			rt.Fatal(wrong)
		}
	})
}

// okGame is one run.
type okGame struct {
	search bool
	opt    sandbox.OKOptions
	steps  []okStep
}

// okStep is what happens between two readings, and how far they go.
type okStep struct {
	Wait    time.Duration
	Writes  []okWrite
	Fault   int // which one begins; more than there are: none
	Pages   int
	Restart int // before which page; more than there are: none
}

// okWrite is what a resident writes: under which topic and in reply to which
// comment, of those there are; a negative topic is a new one.
type okWrite struct {
	Topic, Comment int
	Late           time.Duration
}

func drawOKStep(t *rapid.T) okStep {
	return okStep{
		Wait: time.Duration(rapid.IntRange(0, 90).Draw(t, "wait")) * time.Second,
		Writes: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) okWrite {
			return okWrite{
				Topic: rapid.IntRange(-1, 3).Draw(t, "topic"), Comment: rapid.IntRange(-2, 3).Draw(t, "comment"),
				Late: time.Duration(max(rapid.IntRange(-30, 10).Draw(t, "late"), 0)) * time.Minute,
			}
		}), 0, 8).Draw(t, "writes"),
		Fault: rapid.IntRange(0, 3*len(okTroubles)).Draw(t, "fault"),
		Pages: rapid.IntRange(1, 5).Draw(t, "pages"), Restart: rapid.IntRange(0, 15).Draw(t, "restart"),
	}
}

// okTroubles are what a network does to its callers.
var okTroubles = []sandbox.Fault{
	{Code: 1}, {Code: 2}, {Code: 8}, {Code: 11}, {Code: 777}, {HTML502: true}, {Drop: true}, {Lose: true}, {Garbage: true}, {Null: true},
	{Repeat: true, Count: 3}, {Reverse: true, Count: 3}, {Delay: time.Minute}, {Code: 100, Method: "discussions.getComments"}, {Null: true, Method: "discussions.getComments"},
	{Code: 1, Method: "discussions.getComments", Count: 2},
	{Code: 300, Count: 2, Match: func(c sandbox.Call) bool { return strings.Contains(c.Params["topic_ids"], ",") }}, // one of many is gone
}

// play says what was wrong at the end.
func (g okGame) play(t *testing.T) (wrong []string) {
	o := sandbox.NewOK(g.opt)
	group := o.Group("Подслушано", "podslushano")
	b := &okBench{T: t, o: o, group: group, got: map[string]int{}, removed: map[string]int{}, items: map[string]Item{}}
	b.source = storage.Source{Network: "ok", Kind: okKindCommunity, Address: group.ID()}
	if g.search {
		b.source.Kind, b.source.Address = okKindSearch, "яма"
	}
	b.network = b.open(sandbox.DefaultOKToken)
	want := map[string]bool{}
	var ends []func()
	for _, s := range g.steps {
		time.Sleep(s.Wait)
		for _, w := range s.Writes {
			want[g.write(group, w)] = true
		}
		if s.Fault < len(okTroubles) {
			ends = append(ends, o.AddFault(okTroubles[s.Fault]))
		}
		for page := range s.Pages {
			if page == s.Restart {
				b.network = b.open(sandbox.DefaultOKToken)
			}
			if more, err := b.page(); err == nil && !more {
				break
			}
		}
	}
	// Trouble ends, and what shows late has shown.
	for _, end := range ends {
		end()
	}
	time.Sleep(time.Hour)
	b.network = b.open(sandbox.DefaultOKToken)
	for range 4 {
		time.Sleep(40 * time.Minute)
		for more := true; more; {
			var err error
			if more, err = b.page(); err != nil {
				return append(wrong, err.Error())
			}
		}
	}
	for id := range want {
		if b.got[id] != 1 {
			wrong = append(wrong, fmt.Sprintf("%s came %d times", id, b.got[id]))
		}
	}
	if len(b.removed) > 0 {
		wrong = append(wrong, fmt.Sprintf("told to be gone: %v", b.removed))
	}
	return wrong
}

// write makes a topic, a comment or a reply and returns its id. A search shows
// topics only.
func (g okGame) write(group *sandbox.OKGroup, w okWrite) string {
	topics := group.Topics()
	if g.search || w.Topic < 0 || len(topics) == 0 {
		return group.Topic("Житель", "Яма #яма", sandbox.OKTopicOptions{Late: w.Late}).ExternalID()
	}
	t := topics[w.Topic%len(topics)]
	if all := t.Comments(); w.Comment >= 0 && len(all) > 0 {
		return all[w.Comment%len(all)].Reply("Житель", "да").ExternalID()
	}
	return t.LateComment("Житель", "нет", w.Late).ExternalID()
}

func FuzzOKCursor(f *testing.F) {
	f.Add(`{"v":1,"start":1,"newest":2,"topics":[{"i":"3","d":4,"n":-2,"c":[[6,7]]}],"todo":["3"],"thread":{"a":"x","n":5}}`)
	f.Add(`{"v":2}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := readOKCursor(text, time.Unix(1_795_000_000, 0))
		if err != nil {
			return
		}
		first, err := c.write()
		if err != nil {
			t.Fatal(err)
		}
		again, err := readOKCursor(first, time.Time{})
		if err != nil {
			t.Fatalf("%q cannot be read back: %v", first, err)
		}
		// What is empty is left out, at the second writing at the latest.
		second, _ := again.write()
		last, err := readOKCursor(second, time.Time{})
		if err != nil {
			t.Fatalf("%q cannot be read back: %v", second, err)
		}
		if third, _ := last.write(); third != second {
			t.Errorf("%q became %q", second, third)
		}
		last.trim(0)
	})
}
