package bot

import (
	"slices"
	"strconv"
	"time"

	"otklik/bot/texts"
	"otklik/storage"
)

// The lengths in days up to which a period is shown by days and by weeks; a
// single day is shown by hours, what is longer by months.
const (
	shownByDays  = 31
	shownByWeeks = 26 * 7
)

// columns are the beginnings of the pieces that a period is shown in.
func (p period) columns() (list []time.Time) {
	switch n := p.days(); {
	case n == 1:
		for t := p.from; t.Before(midnight(p.from, 1)); t = t.Add(time.Hour) {
			list = append(list, t)
		}
	case n <= shownByDays:
		for d := range n {
			list = append(list, midnight(p.from, d))
		}
	case n <= shownByWeeks:
		for d := 0; d < n; d += 7 {
			list = append(list, midnight(p.from, d))
		}
	default:
		y, m, _ := p.from.Date()
		for t := p.from; t.Before(p.to); t = startOf(y, m, 1, p.from.Location()) {
			list = append(list, t)
			m++
		}
	}
	return list
}

// shownStates are the states as the picture groups them, the most urgent first.
var shownStates = [][]storage.State{{storage.New}, {storage.Assigned}, {storage.Answered, storage.Closed}, {storage.Dismissed, storage.Merged}}

// bars adds the quarters of an hour up to the pieces of the period.
func (p period) bars(quarters []storage.Quarter, label func(time.Time) string) (list []chartBar) {
	starts := p.columns()
	for _, t := range starts {
		list = append(list, chartBar{label(t), make([]int, len(shownStates))})
	}
	for _, q := range quarters {
		i, exact := slices.BinarySearchFunc(starts, q.From, time.Time.Compare)
		if !exact {
			i = max(0, i-1)
		}
		for n, states := range shownStates {
			if slices.Contains(states, q.State) {
				list[i].Values[n] += q.Count
			}
		}
	}
	return list
}

// chart is the picture of a summary in words of a language.
func (o summaryOf) chart(s *speaker, quarters []storage.Quarter) chart {
	w := o.words()
	c := chart{
		Title: s.plain("chart_title", w), Under: s.plain("chart_under", w),
		TopicsTitle: s.plain("chart_topics", nil), Nothing: s.plain("chart_nothing", nil),
	}
	for _, states := range shownStates {
		c.States = append(c.States, s.plain("chart_state", string(states[0])))
	}
	hours := o.period.days() == 1
	c.Bars = o.period.bars(quarters, func(t time.Time) string {
		if hours {
			return t.Format("15:04")
		}
		return s.plain("chart_day", texts.In(o.region.Zone(), t, o.now))
	})
	for n, t := range o.topTopics() {
		x := w.Topics[n]
		c.Topics = append(c.Topics, chartTopic{Name: cut(cleanLine(t.Name), labelLength), Figures: strconv.Itoa(x.Count) + " · " + x.Share + " %", Count: x.Count})
	}
	return c
}

// plain is a template's message without markup, of any length.
func (s *speaker) plain(name string, data any) string {
	text, err := s.words.Plain(s.lang, name, data)
	if err != nil && s.err == nil {
		s.err = err
	}
	return text
}
