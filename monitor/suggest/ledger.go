package suggest

import (
	"cmp"
	"math"
)

// ledger counts how predictions turned out that were made before their lessons
// were learned, apart for each width of margin.
type ledger map[entry]tally

// entry is one line of a ledger.
type entry struct {
	class  int64 // that was predicted; 0 where classes are not told apart
	margin uint8 // which of the widths
}

func (e entry) compare(o entry) int {
	return cmp.Or(cmp.Compare(e.class, o.class), cmp.Compare(e.margin, o.margin))
}

// tally is how often something was predicted. Old outcomes fade, so that it
// follows what changes.
type tally struct {
	Tried, Right float32
	Beat, Lost   float32 // right where the default was wrong, and the reverse
}

// fade is what an outcome still counts after the next one.
const fade = 0.99

// widths part the margins, the distance of the two best scores.
var widths = [...]float32{0.2, 0.5, 1, 1.6}

func widthOf(guesses []guess) uint8 {
	margin := float32(math.MaxFloat32)
	if len(guesses) > 1 {
		margin = guesses[0].score - guesses[1].score
	}
	for i, w := range widths {
		if margin < w {
			return uint8(i)
		}
	}
	return uint8(len(widths))
}

// outcome is how one prediction turned out; the zero value is none.
type outcome struct {
	entry
	tally
}

// judge compares a prediction and the default, 0 for none, with what was right.
func judge(guesses []guess, byClass bool, standard, right int64) outcome {
	if len(guesses) == 0 {
		return outcome{}
	}
	o := outcome{entry{margin: widthOf(guesses)}, tally{Tried: 1}}
	if byClass {
		o.class = guesses[0].class
	}
	hit := guesses[0].class == right
	if hit {
		o.Right = 1
	}
	switch {
	case hit && standard != right:
		o.Beat = 1
	case !hit && standard == right:
		o.Lost = 1
	}
	return o
}

func (l ledger) add(o outcome) {
	if o.Tried == 0 {
		return
	}
	t := l[o.entry]
	l[o.entry] = tally{t.Tried*fade + o.Tried, t.Right*fade + o.Right, t.Beat*fade + o.Beat, t.Lost*fade + o.Lost}
}

// takeBack removes an outcome, as if it were the latest.
func (l ledger) takeBack(o outcome) {
	if o.Tried == 0 {
		return
	}
	t := l[o.entry]
	l[o.entry] = tally{max(t.Tried-o.Tried, 0), max(t.Right-o.Right, 0), max(t.Beat-o.Beat, 0), max(t.Lost-o.Lost, 0)}
}

// record is how predictions of a class turned out that were made by such a
// margin. Where they were few, those by smaller margins are added, which are
// right less often.
func (l ledger) record(e entry) tally {
	t := l[e]
	for t.Tried < enough && e.margin > 0 {
		e.margin--
		less := l[e]
		t = tally{t.Tried + less.Tried, t.Right + less.Right, t.Beat + less.Beat, t.Lost + less.Lost}
	}
	return t
}

// precision is the share of right predictions, careful where few were made: a
// hit and a miss are added.
func (t tally) precision() float64 { return float64(t.Right+1) / float64(t.Tried+2) }

// enough is how many predictions prove something.
const enough = 10

// reliable tells that predictions were right so often that they may be offered.
func (t tally) reliable(least float64) bool { return t.Tried >= enough && t.precision() >= least }

// better tells that predictions beat the default by more than chance would
// explain: by a standard error of their differences.
func (t tally) better() bool {
	return t.Beat >= 3 && t.Beat-t.Lost > float32(math.Sqrt(float64(t.Beat+t.Lost)))
}
