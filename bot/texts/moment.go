package texts

import "time"

// Moment is a time as a person in a time zone sees it at another time, now:
// only how far they are apart says whether a date is needed.
type Moment struct{ At, Now time.Time }

// In makes a moment in a time zone.
func In(zone *time.Location, at, now time.Time) Moment {
	return Moment{at.In(zone), now.In(zone)}
}

// moment reads a Moment, or a time that a notice carries in the form of RFC
// 3339, which then stands for itself.
func moment(v any) (Moment, bool) {
	switch m := v.(type) {
	case Moment:
		return m, !m.At.IsZero()
	case *Moment:
		if m != nil {
			return *m, !m.At.IsZero()
		}
	case time.Time:
		return Moment{At: m}, !m.IsZero()
	case string:
		if t, err := time.Parse(time.RFC3339, m); err == nil {
			return Moment{At: t}, true
		}
	}
	return Moment{}, false
}

// days is how many midnights lie between now and then.
func (m Moment) days() int {
	if m.Now.IsZero() {
		return 1 << 20
	}
	midnight := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int(midnight(m.At).Sub(midnight(m.Now)).Hours() / 24)
}

const hours = "15:04"

func date(lang string, m Moment) string {
	layout := "02.01"
	if lang == "en" {
		layout = "2 Jan"
	}
	if !m.Now.IsZero() && m.At.Year() != m.Now.Year() {
		layout = map[string]string{"en": "2 Jan 2006"}[lang]
		if layout == "" {
			layout = "02.01.2006"
		}
	}
	return m.At.Format(layout)
}

func day(lang string, v any) string {
	m, ok := moment(v)
	if !ok {
		return ""
	}
	return date(lang, m)
}

func clock(lang string, v any) string {
	m, ok := moment(v)
	if !ok {
		return ""
	}
	if m.days() == 0 {
		return m.At.Format(hours)
	}
	return date(lang, m) + " " + m.At.Format(hours)
}

func seconds(v any) string {
	m, ok := moment(v)
	if !ok {
		return ""
	}
	return m.At.Format("15:04:05")
}

func until(lang string, v any) string {
	m, ok := moment(v)
	if !ok {
		return ""
	}
	by, tomorrow := "до ", "завтра "
	if lang == "en" {
		by, tomorrow = "by ", "tomorrow "
	}
	switch m.days() {
	case 0:
		return by + m.At.Format(hours)
	case 1:
		return tomorrow + by + m.At.Format(hours)
	}
	return date(lang, m) + " " + by + m.At.Format(hours)
}
