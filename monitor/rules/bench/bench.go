package main

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// What is too slow to be run in full is run on a sample.
const (
	sampledRules = 400 // tried as regular expressions
	sampledPosts = 500
	sampleRuns   = 10 // of our own engine on the same posts, to last long enough
	fewRounds    = 5
	sharedPosts  = 200 // of those that cores share, taken at a time
)

// bench has the texts and the rules of one run.
type bench struct {
	texts  []string // whole
	posts  []string // the same, or cut
	many   []string // enough of them to last a while
	sizes  [3]int
	mix    []mixed // of the largest size; the smaller ones are its beginnings
	own    [3]*matcher
	rounds int
	table  table
}

func newBench(texts, posts []string, rules, rounds, bytes int) (*bench, error) {
	b := &bench{texts: texts, posts: posts, many: enlarge(posts, bytes), rounds: rounds, sizes: [3]int{rules / 40, rules / 4, rules}}
	var err error
	if b.mix, err = newMixer(1, posts).dense(rules, posts); err != nil {
		return nil, err
	}
	for i, n := range b.sizes {
		if b.own[i], err = compile(b.mix[:n]); err != nil {
			return nil, err
		}
	}
	total := 0
	for _, post := range posts {
		total += len(post)
	}
	b.table = table{
		Machine: fmt.Sprintf("%s %s/%s, GOMAXPROCS=1", runtime.Version(), runtime.GOOS, runtime.GOARCH),
		Posts:   len(posts), Bytes: float64(total) / float64(len(posts)), Rounds: rounds,
	}
	return b, nil
}

func (b *bench) add(rows ...row) { b.table.Rows = append(b.table.Rows, rows...) }

// measure fills the table.
func (b *bench) measure() error {
	b.passes()
	b.automata()
	b.regexps()
	if err := b.percolator(); err != nil {
		return err
	}
	b.cores()
	b.bounds()
	b.repeats()
	return b.compiling()
}

// passes compares the engine with passes over the same texts that look for
// nothing.
func (b *bench) passes() {
	whole := func(name string, run func(posts []string) int) runner {
		return runner{name: name, posts: len(b.many), run: func() int { return run(b.many) }}
	}
	runners := []runner{whole("tokens", tokenise), whole("strings.ToLower", lower)}
	for i, n := range b.sizes {
		runners = append(runners, whole(fmt.Sprintf("%d rules", n), b.own[i].match))
	}
	times := race(processor, b.rounds, runners...)
	for i, r := range runners {
		f := figure{Name: r.name, Posts: times[r.name].rate(), MBytes: times[r.name].rate() * b.table.Bytes / 1e6}
		if i >= 2 {
			f.Matches = float64(b.own[i-2].match(b.posts)) / float64(len(b.posts))
		}
		b.table.Rates = append(b.table.Rates, f)
	}
	few, most := times[runners[2].name], times[runners[4].name]
	b.add(
		atLeast(0.35, fmt.Sprintf("%d rules : tokenise pass", b.sizes[2]), speedup(most, times["tokens"]), ""),
		atLeast(0.85, fmt.Sprintf("%d rules : strings.ToLower", b.sizes[2]), speedup(most, times["strings.ToLower"]), ""),
		atLeast(0.75, fmt.Sprintf("%d rules : tokenise pass", b.sizes[0]), speedup(few, times["tokens"]), ""),
	)
}

func lower(posts []string) (bytes int) {
	for _, post := range posts {
		bytes += len(strings.ToLower(post))
	}
	return bytes
}

// automata compares it with Aho–Corasick libraries that find candidates.
func (b *bench) automata() {
	texts, patterns := ready(b.many), stems(b.mix)
	own := runner{name: "own", posts: len(b.many), run: func() int { return b.own[2].match(b.many) }}
	for _, other := range []struct {
		name  string
		build func([]string) func([][]byte) int
	}{{"BobuSumisu/aho-corasick", bobuSumisu}, {"cloudflare/ahocorasick", cloudflare}} {
		find := other.build(patterns)
		times := race(processor, b.rounds, own, runner{name: other.name, posts: len(texts), run: func() int { return find(texts) }})
		b.add(atLeast(1.3, fmt.Sprintf("%d rules : %s", b.sizes[2], other.name), speedup(times["own"], times[other.name]),
			"it finds candidates only, in texts made ready before"))
	}
}

// sample takes posts evenly.
func (b *bench) sample() []string {
	n := min(sampledPosts, len(b.posts))
	out := make([]string, n)
	for i := range out {
		out[i] = b.posts[i*len(b.posts)/n]
	}
	return out
}

// onSample is one of our matchers on the sample, run again and again.
func (b *bench) onSample(i int, posts []string) runner {
	return runner{name: "own", posts: sampleRuns * len(posts), run: func() (found int) {
		for range sampleRuns {
			found += b.own[i].match(posts)
		}
		return found
	}}
}

// regexps compares it with an expression for each rule.
func (b *bench) regexps() {
	posts := b.sample()
	rules := b.mix[:min(sampledRules, b.sizes[0])]
	var list []regexps
	for _, m := range rules {
		list = append(list, newRegexps(m))
	}
	for _, c := range []struct {
		of   int
		goal float64
	}{{0, 5_000}, {2, 100_000}} {
		n := b.sizes[c.of]
		other := runner{name: "regexp", posts: len(posts), factor: float64(n) / float64(len(list)), run: func() (found int) {
			for _, post := range posts {
				for _, r := range list {
					if r.match(post) {
						found++
					}
				}
			}
			return found
		}}
		times := race(processor, min(b.rounds, fewRounds), b.onSample(c.of, posts), other)
		b.add(atLeast(c.goal, fmt.Sprintf("%d rules : a regexp a rule", n), speedup(times["own"], times["regexp"]),
			fmt.Sprintf("reckoned from %d rules, %d posts", len(list), len(posts))))
	}
}

// percolator compares it with bleve.
func (b *bench) percolator() error {
	posts := b.sample()
	p, err := newPercolator(b.mix)
	if err != nil {
		return fmt.Errorf("bleve: %w", err)
	}
	var failed error
	times := race(processor, min(b.rounds, fewRounds), b.onSample(2, posts), runner{name: "bleve", posts: len(posts), run: func() (found int) {
		for _, post := range posts {
			n, err := p.candidates(post)
			failed = errors.Join(failed, err)
			found += n
		}
		return found
	}})
	b.add(atLeast(300, fmt.Sprintf("%d rules : bleve as percolator", b.sizes[2]), speedup(times["own"], times["bleve"]),
		fmt.Sprintf("it finds candidates only; %d posts", len(posts))))
	return failed
}

// cores compares two goroutines that share one set with one. Whoever is done
// with a share takes the next, and the best rounds count, since what another
// program takes of a core is lost to both sides by chance.
func (b *bench) cores() {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	shares := slices.Collect(slices.Chunk(b.many, sharedPosts))
	set := b.own[2].set
	each := [2]*matcher{{set: set}, {set: set}} // apart: what two cores write must not share a cache line
	by := func(goroutines int) func() int {
		return func() int {
			var wait sync.WaitGroup
			var next, found atomic.Int64
			for i := range goroutines {
				wait.Go(func() {
					n := 0
					for at := next.Add(1); int(at) <= len(shares); at = next.Add(1) {
						n += each[i].match(shares[at-1])
					}
					found.Add(int64(n))
				})
			}
			wait.Wait()
			return int(found.Load())
		}
	}
	times := race(wall, 2*b.rounds, runner{name: "one", posts: len(b.many), run: by(1)}, runner{name: "two", posts: len(b.many), run: by(2)})
	r := speedup(times["two"], times["one"])
	b.add(row{Name: "two cores : one core", Unit: "×", Value: r.Best, Ratio: &r, Goal: 1.9, Met: r.Best >= 1.9, Note: "GOMAXPROCS=2, by the wall clock; of the best rounds"})
}

// bounds tells what a post costs at most.
func (b *bench) bounds() {
	m := b.own[2]
	m.match(b.posts)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	m.match(b.posts)
	runtime.ReadMemStats(&after)
	b.add(ceiling(0, "allocations a post", "", float64(after.Mallocs-before.Mallocs)/float64(len(b.posts)), ""))

	slowest, length := 0.0, 0
	for i := range b.posts {
		best := time.Hour
		for range 3 {
			start := time.Now()
			m.match(b.posts[i : i+1])
			best = min(best, time.Since(start))
		}
		if s := best.Seconds() * 1000; s > slowest {
			slowest, length = s, len(b.posts[i])
		}
	}
	b.add(ceiling(5, "slowest post", "ms", slowest, fmt.Sprintf("it has %d bytes; the best of 3", length)))
}

// compiling measures how long a new set takes and what it holds.
func (b *bench) compiling() error {
	list := ruleTexts(b.mix)
	var seconds []float64
	for range b.rounds {
		start := processor()
		if _, err := compile(b.mix); err != nil {
			return err
		}
		seconds = append(seconds, (processor() - start).Seconds())
	}
	slices.Sort(seconds)
	b.add(ceiling(0.5, fmt.Sprintf("compiling %d rules", len(list)), "s", median(seconds), "with all forms; the best "+short(seconds[0])))

	before := heap()
	m, err := compile(b.mix)
	if err != nil {
		return err
	}
	b.add(ceiling(25, fmt.Sprintf("memory of %d rules", len(list)), "MB", float64(heap()-before)/1e6, "beside the dictionary"))
	runtime.KeepAlive(m)
	return nil
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
