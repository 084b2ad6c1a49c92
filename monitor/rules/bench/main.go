// Bench compares the engine of otklik/monitor/rules with others, and prints
// the ratios beside their goals. All of one table comes from one run, since
// figures of two runs say more about the machine than about the code:
//
//	go run . [-posts FILE.csv[.gz]]… [-cut BYTES] [-rules N] [-rounds N] [-json] [-profile FILE]
//
// Without files it writes its texts itself. The goals are for posts of 219 bytes
// on average, so longer texts are to be cut; the rules are made of words of the
// posts, as dense as density.go says. It is a module of its own, so that the
// libraries it compares with are nobody else's dependencies.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
)

const (
	generated = 20_000  // posts, when no file is given
	corpus    = 4 << 20 // bytes of a pass
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ExitOnError)
	var texts []string
	flags.Func("posts", "a CSV `file` with a column text, perhaps .gz; may be given again", func(path string) error {
		more, err := readPosts(path)
		texts = append(texts, more...)
		return err
	})
	cut := flags.Int("cut", 0, "cut the texts of files into posts, at the first end of a sentence after so many `bytes`; 0: leave them whole, as they always are to be known again")
	rules := flags.Int("rules", 40_000, "rules of the largest set; the others have a fourth and a fortieth")
	rounds := flags.Int("rounds", 15, "how often each is measured; what is slow five times at most")
	asJSON := flags.Bool("json", false, "print JSON")
	profile := flags.String("profile", "", "write a CPU profile of the largest set matching to this `file`, and measure nothing")
	if err := flags.Parse(args); err != nil {
		return err
	}
	runtime.GOMAXPROCS(1)
	posts := texts
	switch {
	case texts == nil:
		texts = newGenerator(1).posts(generated)
		posts = texts
	case *cut > 0:
		posts = cutPosts(texts, *cut)
	}
	b, err := newBench(texts, posts, *rules, *rounds, corpus)
	if err != nil {
		return err
	}
	if *profile != "" {
		return b.profile(*profile)
	}
	if err := b.measure(); err != nil {
		return err
	}
	if *asJSON {
		return b.table.writeJSON(out)
	}
	return b.table.write(out)
}

// profile runs the hot loop under the profiler.
func (b *bench) profile(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return err
	}
	for range b.rounds {
		b.own[2].match(b.many)
	}
	pprof.StopCPUProfile()
	return file.Close()
}
