package main

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTextsAreTheSameEachTime(t *testing.T) {
	once, again := newGenerator(7).posts(300), newGenerator(7).posts(300)
	if !slices.Equal(once, again) {
		t.Error("one seed wrote two texts")
	}
	if slices.Equal(once, newGenerator(8).posts(300)) {
		t.Error("two seeds wrote the same")
	}
	total := 0
	for _, post := range once {
		total += len(post)
	}
	if mean := total / len(once); mean < 150 || mean > 350 {
		t.Errorf("%d bytes a post, want about 220", mean)
	}
}

func TestMixHasItsShares(t *testing.T) {
	posts := newGenerator(1).posts(300)
	list := newMixer(1, posts).rules(2000, 6)
	if again := newMixer(1, posts).rules(2000, 6); !slices.EqualFunc(list, again, func(a, b mixed) bool { return a.String() == b.String() }) {
		t.Error("the same posts gave other rules")
	}
	for _, n := range []int{100, 2000} { // a beginning has the shares of the whole
		var count [5]int
		for _, m := range list[:n] {
			count[m.shape]++
		}
		for s, share := range shares {
			if got := count[s] * 100 / n; got != share {
				t.Errorf("%d %% of the first %d rules have shape %d, want %d", got, n, s, share)
			}
		}
	}
	texts := map[string]bool{}
	for _, rule := range ruleTexts(list) {
		texts[rule.Text] = true
	}
	if len(texts) != len(list) {
		t.Errorf("%d rules, of these %d different", len(list), len(texts))
	}
	if _, err := compile(list); err != nil {
		t.Error(err)
	}
}

func TestMixIsAsDenseAsIsTold(t *testing.T) {
	posts := newGenerator(5).posts(12_000) // each rule meets the post from which it is, so few would do for no mix
	list, err := newMixer(1, posts).dense(8000, posts)
	if err != nil {
		t.Fatal(err)
	}
	own, err := compile(list)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := own.match(posts), enough(8000, posts); got < want || got > want*5/4 {
		t.Errorf("%d matches, want %d or a quarter more: one frequent name makes much of few rules", got, want)
	}
}

// The baseline is worth something only if it finds the same: rules of one word
// in texts written plainly.
func TestRegexpsAgreeWithTheEngine(t *testing.T) {
	g := newGenerator(3)
	var posts []string
	for _, post := range g.posts(400) {
		if strings.IndexFunc(post, func(r rune) bool {
			return r == '\u0301' || r == '\u0306' || r == '\u0308' || r == '\u200b' || r == '\u00ad'
		}) < 0 &&
			!mixesScripts(post) {
			posts = append(posts, post)
		}
	}
	found := 0
	for _, m := range newMixer(3, posts).rules(600, 8) {
		if m.shape != single {
			continue
		}
		own, err := compile([]mixed{m})
		if err != nil {
			t.Fatal(err)
		}
		expression := newRegexps(m)
		for _, post := range posts {
			want := expression.match(post)
			if got := len(own.hits(post)) == 1; got != want {
				t.Errorf("%s in %q: the engine says %v, the regexp %v", m, post, got, want)
			}
			if want {
				found++
			}
		}
	}
	if found < 50 {
		t.Errorf("only %d matches: this compares little", found)
	}
}

// mixesScripts tells of disguises, which a regexp does not see through.
func mixesScripts(post string) bool {
	for _, word := range wordsIn(post) {
		if strings.IndexFunc(word, notCyrillic) >= 0 && strings.IndexFunc(word, func(r rune) bool { return !notCyrillic(r) }) >= 0 {
			return true
		}
	}
	return false
}

func TestRegexpsOfEachShape(t *testing.T) {
	for _, c := range []struct {
		rule mixed
		text string
		want bool
	}{
		{mixed{shape: near, words: []string{"яма", "дорога"}}, "на дороге опять большая яма", true},
		{mixed{shape: near, words: []string{"яма", "дорога"}}, "яма, а за ней снова дорога", false},
		{mixed{shape: both, words: []string{"яма", "дорога"}}, "яма, а за ней снова дорога", true},
		{mixed{shape: both, words: []string{"яма", "дорога"}}, "дорога", false},
		{mixed{shape: without, words: []string{"яма", "дорога", "снег"}}, "дорога и ямы", true},
		{mixed{shape: without, words: []string{"яма", "дорога", "снег"}}, "дорога и ямы в снегу", false},
		{mixed{shape: phrase, words: []string{"нет", "вода"}}, "опять нет воды!", true},
		{mixed{shape: phrase, words: []string{"нет", "вода"}}, "воды нет", false},
	} {
		own, err := compile([]mixed{c.rule})
		if err != nil {
			t.Fatal(err)
		}
		if got := newRegexps(c.rule).match(c.text); got != c.want {
			t.Errorf("regexps of %s in %q: %v", c.rule, c.text, got)
		}
		if got := len(own.hits(c.text)) == 1; got != c.want {
			t.Errorf("the engine with %s in %q: %v", c.rule, c.text, got)
		}
	}
}

func TestCandidatesAreFound(t *testing.T) {
	patterns := stems([]mixed{{shape: both, words: []string{"яма", "дорога"}}, {shape: without, words: []string{"яма", "двор", "снег"}}})
	for name, find := range map[string]func([][]byte) int{"BobuSumisu": bobuSumisu(patterns), "cloudflare": cloudflare(patterns)} {
		for text, want := range map[string]int{"Снова ЯМЫ, у дорог": 2, "снег и вода": 0} {
			if got := find(ready([]string{text})); got != want {
				t.Errorf("%s found %d stems in %q, want %d", name, got, text, want)
			}
		}
	}
	p, err := newPercolator([]mixed{{words: []string{"яма"}, anchor: "яма"}, {words: []string{"снег"}, anchor: "снег"}})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := p.candidates("опять в яме вода"); n != 1 || err != nil {
		t.Errorf("bleve gave %d candidates, %v, want the rule of the pit", n, err)
	}
}

func TestSpeedup(t *testing.T) {
	got := speedup(laps{1, 2, 1}, laps{4, 4, 2})
	if want := (ratio{Median: 2, Min: 2, Max: 4, Best: 2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := median([]float64{1, 2, 4, 9}); got != 3 {
		t.Errorf("median of four is %v", got)
	}
}

func TestRaceCountsThePosts(t *testing.T) {
	var order []string
	runner := func(name string, posts int, factor float64) runner {
		return runner{name: name, posts: posts, factor: factor, run: func() int {
			order = append(order, name)
			time.Sleep(20 * time.Millisecond)
			return 0
		}}
	}
	times := race(wall, 3, runner("all", 10, 0), runner("sampled", 10, 40), runner("half", 20, 0))
	if want := strings.Fields("all sampled half all sampled half all sampled half"); !slices.Equal(order, want) {
		t.Errorf("ran %v", order)
	}
	for name, want := range map[string]float64{"sampled": 1.0 / 40, "half": 2} {
		if got := speedup(times[name], times["all"]).Best; math.Abs(got-want)/want > 0.5 {
			t.Errorf("%s is %v times as fast, want about %v", name, got, want)
		}
	}
}

func TestPostsAreReadFromCSV(t *testing.T) {
	posts, err := postsOf(strings.NewReader("id,text,theme\n1,\"яма,\nвода\",roads\n2, ,x\n3,снег,y\n"))
	if want := []string{"яма,\nвода", "снег"}; err != nil || !slices.Equal(posts, want) {
		t.Errorf("read %q, %v", posts, err)
	}
	if _, err := postsOf(strings.NewReader("id,message\n1,яма\n")); err == nil {
		t.Error("took a file without the column")
	}
}

func TestTextsAreCutAtSentences(t *testing.T) {
	got := cutPosts([]string{"Яма. Вода. Снег! Лёд", "", "Газ."}, 12)
	if want := []string{"Яма. Вода.", " Снег! Лёд", "", "Газ."}; !slices.Equal(got, want) {
		t.Errorf("cut into %q", got)
	}
}

// A small run measures all rows and prints them both ways.
func TestTable(t *testing.T) {
	texts := newGenerator(1).posts(120)
	b, err := newBench(texts, cutPosts(texts, 100), 400, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.measure(); err != nil {
		t.Fatal(err)
	}
	var text, data bytes.Buffer
	if err := b.table.write(&text); err != nil {
		t.Fatal(err)
	}
	if err := b.table.writeJSON(&data); err != nil {
		t.Fatal(err)
	}
	t.Log(text.String())
	var read table
	if err := json.Unmarshal(data.Bytes(), &read); err != nil || len(read.Rows) != len(b.table.Rows) {
		t.Fatalf("JSON has %d rows of %d, %v", len(read.Rows), len(b.table.Rows), err)
	}
	for _, r := range read.Rows {
		if r.Most && r.Met != (r.Value <= r.Goal) || !r.Most && r.Met != (r.Value >= r.Goal) || math.IsNaN(r.Value) {
			t.Errorf("row %+v contradicts itself", r)
		}
		if !strings.Contains(text.String(), r.Name) {
			t.Errorf("the text lacks %s", r.Name)
		}
	}
}

func TestShort(t *testing.T) {
	for v, want := range map[float64]string{0.3456: "0.346", 12: "12", 1234.5: "1,234", 1234567: "1,234,567", 0: "0", 123: "123"} {
		if got := short(v); got != want {
			t.Errorf("short(%v) = %s, want %s", v, got, want)
		}
	}
}
