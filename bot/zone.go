package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"otklik/storage"
)

// zones are the time zones of Russia, from west to east. Any other one can be
// named behind /setup NAME.
var zones = []struct{ id, ru, en string }{
	{"Europe/Kaliningrad", "Калининград", "Kaliningrad"},
	{"Europe/Moscow", "Москва", "Moscow"},
	{"Europe/Samara", "Самара", "Samara"},
	{"Asia/Yekaterinburg", "Екатеринбург", "Yekaterinburg"},
	{"Asia/Omsk", "Омск", "Omsk"},
	{"Asia/Krasnoyarsk", "Красноярск", "Krasnoyarsk"},
	{"Asia/Irkutsk", "Иркутск", "Irkutsk"},
	{"Asia/Yakutsk", "Якутск", "Yakutsk"},
	{"Asia/Vladivostok", "Владивосток", "Vladivostok"},
	{"Asia/Magadan", "Магадан", "Magadan"},
	{"Asia/Kamchatka", "Камчатка", "Kamchatka"},
}

// zoneName is a zone as people know it: «Москва, UTC+3».
func zoneName(lang, id string, now time.Time) string {
	name := id
	for _, z := range zones {
		if z.id == id {
			if name = z.ru; lang == "en" {
				name = z.en
			}
		}
	}
	where, err := time.LoadLocation(id)
	if err != nil {
		return name
	}
	_, seconds := now.In(where).Zone()
	offset := fmt.Sprintf("UTC%+d", seconds/3600)
	if minutes := seconds / 60 % 60; minutes != 0 {
		offset += fmt.Sprintf(":%02d", max(minutes, -minutes))
	}
	return name + ", " + offset
}

// showZones lets the group choose its time zone.
func (b *Bot) showZones(ctx context.Context, a ask) (toast, error) {
	if _, err := pressedNotice(a, "setup_done", "setup_zones"); err != nil {
		return toast{}, err
	}
	return b.turn(ctx, a, "setup_zones", nil)
}

// setZone sets the time zone of the group's region; no zone leads back.
func (b *Bot) setZone(ctx context.Context, a ask) (toast, error) {
	if _, err := pressedNotice(a, "setup_zones", "setup_done"); err != nil {
		return toast{}, err
	}
	if id := a.arg(0); id != "" {
		if !slices.ContainsFunc(zones, func(z struct{ id, ru, en string }) bool { return z.id == id }) {
			return toast{}, stale{}
		}
		if id != a.region.TimeZone {
			if err := b.store.SetTimeZone(ctx, a.as, a.region.ID, id); err != nil {
				return toast{}, fmt.Errorf("set the time zone: %w", err)
			}
		}
	}
	return b.turn(ctx, a, "setup_done", nil)
}

func viewZones(b *Bot, _ context.Context, s *speaker, _ storage.Message) (rendered, error) {
	var buttons []button
	for _, z := range zones {
		buttons = append(buttons, button{text: zoneName(s.lang, z.id, b.store.Now()), data: data("zone", 0, z.id)})
	}
	rows := append(rowsOf(buttons, 3), []button{s.button("button_back", nil, data("zone", 0))})
	return rendered{text: s.html("setup_zones", nil), buttons: rows}, s.err
}
