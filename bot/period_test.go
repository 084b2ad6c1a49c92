package bot

import (
	"errors"
	"testing"
	"time"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func moment(t testing.TB, z *time.Location, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, z)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestReadPeriod(t *testing.T) {
	z := zone(t, "Europe/Moscow")
	const layout = "2006-01-02 15:04"
	tests := []struct{ now, text, from, to, before, beforeTo string }{
		// 2026-11-23 is a Monday.
		{"2026-11-23 09:00", "", "2026-11-20 00:00", "2026-11-23 00:00", "2026-11-13 00:00", "2026-11-16 00:00"},
		{"2026-11-23 11:59", "", "2026-11-20 00:00", "2026-11-23 00:00", "2026-11-13 00:00", "2026-11-16 00:00"},
		{"2026-11-23 12:00", "", "2026-11-23 00:00", "2026-11-23 12:00", "2026-11-22 00:00", "2026-11-22 12:00"},
		{"2026-11-24 09:00", "", "2026-11-23 00:00", "2026-11-24 00:00", "2026-11-22 00:00", "2026-11-23 00:00"},
		{"2026-11-22 00:00", "", "2026-11-21 00:00", "2026-11-22 00:00", "2026-11-20 00:00", "2026-11-21 00:00"},
		{"2026-11-24 23:59", " Сегодня ", "2026-11-24 00:00", "2026-11-24 23:59", "2026-11-23 00:00", "2026-11-23 23:59"},
		{"2026-11-24 18:00", "вчера", "2026-11-23 00:00", "2026-11-24 00:00", "2026-11-22 00:00", "2026-11-23 00:00"},
		{"2026-11-24 18:00", "за неделю", "2026-11-18 00:00", "2026-11-24 18:00", "2026-11-11 00:00", "2026-11-17 18:00"},
		{"2026-11-24 18:00", "month", "2026-10-26 00:00", "2026-11-24 18:00", "2026-09-26 00:00", "2026-10-25 18:00"},
		{"2026-11-24 18:00", "01.06-07.06", "2026-06-01 00:00", "2026-06-08 00:00", "2026-05-25 00:00", "2026-06-01 00:00"},
		{"2026-11-24 18:00", "с 1.6 по 7.6.26", "2026-06-01 00:00", "2026-06-08 00:00", "2026-05-25 00:00", "2026-06-01 00:00"},
		{"2026-11-24 18:00", "2026-06-01..2026-06-07", "2026-06-01 00:00", "2026-06-08 00:00", "2026-05-25 00:00", "2026-06-01 00:00"},
		{"2026-11-24 18:00", "2026-06-01-2026-06-01", "2026-06-01 00:00", "2026-06-02 00:00", "2026-05-31 00:00", "2026-06-01 00:00"},
		{"2026-11-24 18:00", "15.11", "2026-11-15 00:00", "2026-11-16 00:00", "2026-11-14 00:00", "2026-11-15 00:00"},
		{"2026-11-24 18:00", "20.11 – 30.11", "2026-11-20 00:00", "2026-11-24 18:00", "2026-11-15 00:00", "2026-11-19 18:00"},
		{"2026-01-05 18:00", "25.12-10.01", "2025-12-25 00:00", "2026-01-05 18:00", "2025-12-13 00:00", "2025-12-24 18:00"},
		{"2026-11-24 18:00", "01.01-31.12", "2026-01-01 00:00", "2026-11-24 18:00", "2025-02-07 00:00", "2025-12-31 18:00"},
		{"2026-11-24 18:00", "25.12-10.01.2025", "2024-12-25 00:00", "2025-01-11 00:00", "2024-12-08 00:00", "2024-12-25 00:00"},
		{"2026-11-24 18:00", "29.02", "2024-02-29 00:00", "2024-03-01 00:00", "2024-02-28 00:00", "2024-02-29 00:00"},
	}
	for _, c := range tests {
		p, err := readPeriod(c.text, moment(t, z, c.now))
		if err != nil {
			t.Errorf("%q at %s: %v", c.text, c.now, err)
			continue
		}
		b := p.before()
		got := [4]string{p.from.Format(layout), p.to.Format(layout), b.from.Format(layout), b.to.Format(layout)}
		if want := [4]string{c.from, c.to, c.before, c.beforeTo}; got != want {
			t.Errorf("%q at %s:\n got %v\nwant %v", c.text, c.now, got, want)
		}
	}
}

func TestReadPeriodRefuses(t *testing.T) {
	now := moment(t, zone(t, "Europe/Moscow"), "2026-11-24 18:00")
	for text, why := range map[string]string{
		"завтра": "unknown", "31.02": "unknown", "32.01-01.02": "unknown", "01.13": "unknown", "01.06-": "unknown", "2026-02-30": "unknown", "0000-01-01": "unknown",
		"25.11.2026": "future", "2027-01-01..2027-02-01": "future",
		"07.06.2026-01.06.2026":  "order",
		"07.11-01.11":            "order",
		"2001-01-01..2026-01-01": "long", "0001-01-01..9999-12-31": "long",
	} {
		_, err := readPeriod(text, now)
		var w wrong
		if !errors.As(err, &w) || w.code != "summary_period" || w.data["Why"] != why {
			t.Errorf("%q: %v, want %s", text, err, why)
		}
	}
}

// TestPeriodsMeet: days follow each other without a gap in every zone, also
// where a night is an hour longer or shorter, or has no midnight at all.
func TestPeriodsMeet(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Moscow", "Europe/Berlin", "Asia/Kamchatka", "Asia/Kathmandu", "America/Havana", "Asia/Beirut", "Africa/Cairo", "America/Santiago", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns"} {
		z := zone(t, name)
		for n := range 366 {
			day := startOf(2026, 1, 1+n, z)
			next := startOf(2026, 1, 2+n, z)
			if want := time.Date(2026, 1, 1+n, 12, 0, 0, 0, z); day.Day() != want.Day() || !day.Before(want) || day.Add(-time.Nanosecond).Day() == day.Day() {
				t.Errorf("%s: day %d begins at %v", name, n, day)
			}
			if long := next.Sub(day); long < 23*time.Hour || long > 25*time.Hour {
				t.Errorf("%s: %v has %v", name, day, long)
			}
			now := next.Add(10*time.Hour + 30*time.Minute)
			for _, text := range []string{"", "today", "yesterday", "week", "month"} {
				p, err := readPeriod(text, now)
				if err != nil {
					t.Fatal(err)
				}
				b := p.before()
				if b.days() != p.days() || b.whole() != p.whole() || !b.from.Before(b.to) || b.to.After(p.from) && p.whole() {
					t.Errorf("%s, %q at %v: %v against %v", name, text, now, p, b)
				}
				if apart := (p.to.Sub(p.from) - b.to.Sub(b.from)).Abs(); apart > time.Hour {
					t.Errorf("%s, %q at %v: the periods differ by %v", name, text, now, apart)
				}
			}
		}
	}
}

func FuzzReadPeriod(f *testing.F) {
	for _, s := range []string{"", "today", "вчера", "01.06-07.06", "2026-06-01..2026-06-07", "29.02 - 01.03.24", "с 1.6 по 7.6"} {
		f.Add(s, int64(1_795_000_000))
	}
	z := zone(f, "America/Santiago")
	f.Fuzz(func(t *testing.T, text string, unix int64) {
		now := time.Unix(unix%4_000_000_000, 0).In(z)
		p, err := readPeriod(text, now)
		if err != nil {
			var w wrong
			if !errors.As(err, &w) {
				t.Fatal(err)
			}
			return
		}
		if p.to.Before(p.from) || p.to.After(now) || p.days() > longestPeriod+1 {
			t.Fatalf("%q at %v: %v", text, now, p)
		}
		if b := p.before(); b.days() != p.days() || b.to.After(now) {
			t.Fatalf("%q at %v: %v against %v", text, now, p, b)
		}
	})
}
