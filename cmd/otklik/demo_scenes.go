package main

import (
	_ "embed"

	telegram "otklik/bot/sandbox"
)

//go:embed demo/surge.txt
var demoSurgeText string

// scenes are what a player can let happen.
func (d *demo) scenes() []telegram.Scene {
	return []telegram.Scene{{
		Title: map[string]string{"ru": "🚱 Нет воды", "en": "🚱 No water"},
		Said: map[string]string{
			"ru": "Вся Ольховка пишет, что нет воды. Через несколько секунд администраторы и аппарат губернатора увидят тревогу «Всплеск».",
			"en": "All of Ольховка writes that there is no water. In a few seconds the administrators and the governor's staff see the alarm of a surge.",
		},
		Play: d.surge,
	}}
}

// surge lets many residents of one place write of one trouble at once, in all
// networks.
func (d *demo) surge() error {
	list, err := demoComplaints(demoSurgeText)
	if err != nil {
		return err
	}
	for _, c := range list {
		d.write(c)
	}
	return nil
}
