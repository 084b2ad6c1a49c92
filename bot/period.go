package bot

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"otklik/storage"
)

// period is what a summary is about, in its region's time: whole days, the
// last of which may end now.
type period struct{ from, to time.Time }

// periodNames are the words for the periods that have a button.
var periodNames = map[string]string{
	"today": "today", "сегодня": "today",
	"yesterday": "yesterday", "вчера": "yesterday",
	"week": "week", "неделя": "week", "неделю": "week",
	"month": "month", "месяц": "month",
}

// longestPeriod is how many days a summary may span.
const longestPeriod = 3 * 366

// readPeriod reads what follows /summary, at a moment in the region's time:
// a name, one date, two dates, or nothing.
func readPeriod(text string, now time.Time) (period, error) {
	text = trimPeriod(text)
	switch periodNames[text] {
	case "today":
		return days(now, 0, now), nil
	case "yesterday":
		return days(now, -1, midnight(now, 0)), nil
	case "week":
		return days(now, -6, now), nil
	case "month":
		return days(now, -29, now), nil
	}
	if text == "" {
		return usualPeriod(now), nil
	}
	return readDates(text, now)
}

// usualPeriod is what a bare /summary means: before noon the day before, on a
// Monday from Friday on; later today.
func usualPeriod(now time.Time) period {
	switch {
	case now.Hour() >= 12:
		return days(now, 0, now)
	case now.Weekday() == time.Monday:
		return days(now, -3, midnight(now, 0))
	default:
		return days(now, -1, midnight(now, 0))
	}
}

func days(now time.Time, first int, to time.Time) period {
	return period{midnight(now, first), to}
}

// midnight is when the day begins that is n days after that of t; where the
// clocks skip midnight, the first moment after it.
func midnight(t time.Time, n int) time.Time {
	y, m, d := t.Date()
	return startOf(y, m, d+n, t.Location())
}

func startOf(y int, m time.Month, d int, zone *time.Location) time.Time {
	day := time.Date(y, m, d, 12, 0, 0, 0, zone)
	y, m, d = day.Date()
	start := time.Date(y, m, d, 0, 0, 0, 0, zone)
	for start.Day() != d {
		start = start.Add(15 * time.Minute)
	}
	// Where clocks are set back to midnight there are two: the day has the first too.
	for earlier := start.Add(-15 * time.Minute); earlier.Day() == d; earlier = start.Add(-15 * time.Minute) {
		start = earlier
	}
	return start
}

const aDate = `(\d{1,2})\.(\d{1,2})(?:\.(\d{4}|\d{2}))?|(\d{4})-(\d{1,2})-(\d{1,2})`

var (
	oneDate  = regexp.MustCompile(`^(?:` + aDate + `)$`)
	twoDates = regexp.MustCompile(`^(` + aDate + `)\s*(?:-|–|—|\.\.|…|\sпо\s|\sto\s|\s)\s*(` + aDate + `)$`)
)

// overNewYear is the longest period that may reach into next year when its last
// day names none: a longer one was more likely written the wrong way round.
const overNewYear = 180 * 24 * time.Hour

// readDates reads "01.06-07.06", "2026-06-01..2026-06-07" or one such date. A
// first day without a year is the last one there was, a last day without a
// year the first that follows.
func readDates(text string, now time.Time) (period, error) {
	first, last := text, text
	if m := twoDates.FindStringSubmatch(text); m != nil {
		first, last = m[1], m[8]
	}
	f, ok := readDate(first)
	l, also := readDate(last)
	if !ok || !also {
		return period{}, badPeriod("unknown")
	}
	until := now
	if f.year == 0 && l.year != 0 {
		until = startOf(l.year, l.month, l.day, now.Location())
	}
	from, ok := f.latest(until)
	to, also := l.earliest(from)
	if !ok || !also {
		return period{}, badPeriod("unknown")
	}
	turned := l.year == 0 && to.Year() > now.Year() && to.Sub(from) > overNewYear
	to = midnight(to, 1)
	switch {
	case from.After(now):
		return period{}, badPeriod("future")
	case !to.After(from), turned:
		return period{}, badPeriod("order")
	case to.Sub(from) > longestPeriod*24*time.Hour:
		return period{}, badPeriod("long")
	case to.After(now):
		to = now
	}
	return period{from, to}, nil
}

// canonicalPeriod is a period as a button names it: short, and read by
// readPeriod as what the person wrote.
func canonicalPeriod(text string, now time.Time) (string, error) {
	text = trimPeriod(text)
	if name := periodNames[text]; name != "" || text == "" {
		return name, nil
	}
	p, err := readPeriod(text, now)
	if err != nil {
		return "", err
	}
	const day = "2006-01-02"
	return p.from.Format(day) + ".." + midnight(p.from, p.days()-1).Format(day), nil
}

// trimPeriod takes off what does not matter.
func trimPeriod(text string) string {
	text = strings.ToLower(cleanLine(text))
	for _, before := range []string{"за ", "с ", "from "} {
		text = strings.TrimPrefix(text, before)
	}
	return text
}

func badPeriod(why string) error {
	return wrong{"summary_period", storage.Params{"Why": why}}
}

// date is a day as a person writes it; year 0 is none.
type date struct {
	year  int
	month time.Month
	day   int
}

func readDate(text string) (d date, ok bool) {
	m := oneDate.FindStringSubmatch(text)
	if m == nil {
		return d, false
	}
	number := func(n int) int { v, _ := strconv.Atoi(m[n]); return v }
	d = date{number(3), time.Month(number(2)), number(1)}
	if len(m[3]) == 2 {
		d.year += 2000
	}
	if m[4] != "" {
		d = date{number(4), time.Month(number(5)), number(6)}
		ok = d.year > 0
		return d, ok
	}
	return d, m[3] == "" || d.year > 0
}

// in is the day's start in a year; not ok for a day that the year does not have.
func (d date) in(year int, zone *time.Location) (time.Time, bool) {
	if d.month < 1 || d.month > 12 || d.day < 1 || d.day > 31 {
		return time.Time{}, false
	}
	t := startOf(year, d.month, d.day, zone)
	return t, t.Day() == d.day && t.Month() == d.month
}

// leap is how far apart two years may be that have a 29 February.
const leap = 8

// latest is the day, without a year the last one that had begun at a moment.
func (d date) latest(until time.Time) (time.Time, bool) {
	if d.year != 0 {
		return d.in(d.year, until.Location())
	}
	for year := until.Year(); year >= until.Year()-leap; year-- {
		if t, ok := d.in(year, until.Location()); ok && !t.After(until) {
			return t, true
		}
	}
	return time.Time{}, false
}

// earliest is the day, without a year the first one from a moment on.
func (d date) earliest(from time.Time) (time.Time, bool) {
	if d.year != 0 {
		return d.in(d.year, from.Location())
	}
	for year := from.Year(); year <= from.Year()+leap; year++ {
		if t, ok := d.in(year, from.Location()); ok && !t.Before(from) {
			return t, true
		}
	}
	return time.Time{}, false
}

// days is how many days the period has, of which the last may not be over.
func (p period) days() int {
	n := 1
	for midnight(p.from, n).Before(p.to) {
		n++
	}
	return n
}

// whole says that the period's last day is over.
func (p period) whole() bool { return midnight(p.from, p.days()).Equal(p.to) }

// before is the equal period that a period is compared with: the days right
// before it, at the same hours; for Friday to Sunday a week earlier, because
// other days of the week are not their equals.
func (p period) before() period {
	n := p.days()
	if n == 3 && p.from.Weekday() == time.Friday {
		n = 7
	}
	b := period{midnight(p.from, -n), midnight(p.to, -n)}
	if p.whole() {
		b.to = midnight(p.from, p.days()-n)
	} else {
		b.to = atClock(b.to, p.to)
	}
	return b
}

// atClock is the moment of a day whose clocks show what those of t do.
func atClock(day, t time.Time) time.Time {
	y, m, d := day.Date()
	at := time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), day.Location())
	if at.Before(day) {
		return day
	}
	return at
}

// stretch is the period as storage counts it.
func (p period) stretch() storage.Stretch { return storage.Stretch{From: p.from, To: p.to} }
