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
var zones = []string{
	"Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Krasnoyarsk",
	"Asia/Irkutsk", "Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka",
}

// zone is a time zone as people know it: «Москва, UTC+3».
func (s *speaker) zone(id string, now time.Time) string {
	name := s.label("zone", id)
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
		if !slices.Contains(zones, id) {
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
	for _, id := range zones {
		buttons = append(buttons, button{text: s.zone(id, b.store.Now()), data: data("zone", 0, id)})
	}
	rows := append(rowsOf(buttons, 3), []button{s.button("button_back", nil, data("zone", 0))})
	return rendered{text: s.html("setup_zones", nil), buttons: rows}, s.err
}
