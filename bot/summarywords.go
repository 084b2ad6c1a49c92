package bot

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"

	"otklik/bot/texts"
	"otklik/storage"
)

// summaryTopics and summaryBodies keep the text on one screen.
const (
	summaryTopics = 5
	summaryBodies = 5
)

// edge is an end of a period. An end at midnight is that of the day before, at
// 24:00.
type edge struct {
	Day   texts.Moment
	Clock string
}

func (o summaryOf) edge(t time.Time, end bool) edge {
	if end && t.Equal(midnight(t, 0)) {
		return edge{texts.In(o.region.Zone(), midnight(t, -1), o.now), "24:00"}
	}
	return edge{texts.In(o.region.Zone(), t, o.now), t.Format("15:04")}
}

// summaryWords are the numbers as the templates take them.
type summaryWords struct {
	Region               string
	From, To             edge
	BeforeFrom, BeforeTo edge
	Registered, Before   int
	Change               string
	New, Dismissed       int
	Assigned, Answered   int
	Closed, Merged       int
	Reasons              []reasonCount
	Overdue              int
	Topics               []topicWords
	Rest, RestShare      string // of the topics that are not shown; "" for none
	Answers              int
	Mean, Median         *span
	MedianBefore         *span // nil when nothing was answered
	Bodies               []bodyWords
	MoreBodies           int
	RankedFrom           int
	LatePromises         int
}

type reasonCount struct {
	Reason string
	Count  int
}

type topicWords struct {
	Name          string
	Count         int
	Share, Change string
}

type bodyWords struct {
	Place     int
	Name      string
	Answered  int
	Incidents int
	Median    *span
}

// span is a duration in whole minutes.
type span struct{ Days, Hours, Minutes int }

func spanOf(d time.Duration) *span {
	m := int(d.Round(time.Minute) / time.Minute)
	return &span{m / (24 * 60), m / 60 % 24, m % 60}
}

func (o summaryOf) words() summaryWords {
	sum, before := o.counts, o.period.before()
	w := summaryWords{
		Region: cut(cleanLine(o.region.Name), 60), From: o.edge(o.period.from, false), To: o.edge(o.period.to, true), BeforeFrom: o.edge(before.from, false), BeforeTo: o.edge(before.to, true),
		Registered: sum.Registered, Before: sum.Before, Change: change(sum.Registered, sum.Before),
		New: sum.States[storage.New], Dismissed: sum.States[storage.Dismissed], Assigned: sum.States[storage.Assigned],
		Answered: sum.States[storage.Answered], Closed: sum.States[storage.Closed], Merged: sum.States[storage.Merged],
		Reasons: reasonCounts(sum.Reasons), Overdue: sum.Overdue, Answers: sum.Answers.Count, RankedFrom: storage.RankedFrom, LatePromises: sum.LatePromises,
	}
	rest := sum.Registered
	for _, t := range o.topTopics() {
		w.Topics = append(w.Topics, topicWords{cut(cleanLine(t.Name), 40), t.Registered, share(t.Registered, sum.Registered), change(t.Registered, t.Before)})
		rest -= t.Registered
	}
	if rest > 0 {
		w.Rest, w.RestShare = strconv.Itoa(rest), share(rest, sum.Registered)
	}
	if sum.Answers.Count > 0 {
		w.Mean, w.Median = spanOf(sum.Answers.Mean), spanOf(sum.Answers.Median)
	}
	if sum.AnswersBefore.Count > 0 {
		w.MedianBefore = spanOf(sum.AnswersBefore.Median)
	}
	for n, b := range sum.Bodies {
		if n == summaryBodies {
			w.MoreBodies = len(sum.Bodies) - n
			break
		}
		x := bodyWords{n + 1, cut(cleanLine(b.Name), 40), b.Answers.Count, b.Incidents, nil}
		if b.Answers.Count > 0 {
			x.Median = spanOf(b.Answers.Median)
		}
		w.Bodies = append(w.Bodies, x)
	}
	return w
}

// topTopics are the most frequent topics of the period.
func (o summaryOf) topTopics() []storage.TopicCount {
	list := slices.DeleteFunc(slices.Clone(o.counts.Topics), func(t storage.TopicCount) bool { return t.Registered == 0 })
	return list[:min(len(list), summaryTopics)]
}

// reasonCounts are the reasons, the most frequent first.
func reasonCounts(reasons map[string]int) (list []reasonCount) {
	for reason, n := range reasons {
		list = append(list, reasonCount{reason, n})
	}
	slices.SortFunc(list, func(a, b reasonCount) int {
		return cmp.Or(b.Count-a.Count, cmp.Compare(a.Reason, b.Reason))
	})
	return list
}

// change is by how much a number grew: "+12", "−3", "±0".
func change(now, before int) string {
	switch n := now - before; {
	case n > 0:
		return "+" + strconv.Itoa(n)
	case n < 0:
		return "−" + strconv.Itoa(-n)
	default:
		return "±0"
	}
}

// share is a part in whole per cent; what is something is never none, and what
// is not all is never all.
func share(part, whole int) string {
	if part == 0 || whole == 0 {
		return "0"
	}
	percent := int(math.Round(100 * float64(part) / float64(whole)))
	switch {
	case percent == 0:
		return "<1"
	case percent == 100 && part < whole:
		return ">99"
	}
	return strconv.Itoa(percent)
}
