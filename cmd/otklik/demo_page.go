package main

import (
	"context"
	"time"

	telegram "otklik/bot/sandbox"
	"otklik/monitor/rules"
	"otklik/storage"
)

// page is what the browser shows beside the chats, and what its buttons do.
func (d *demo) page(ctx context.Context) telegram.Demo {
	return telegram.Demo{
		Panels:   []telegram.Panel{{Title: map[string]string{"ru": "Что пишут жители", "en": "What residents write"}, URL: "/wall/"}},
		Columns:  d.world.columns(),
		Hint:     func(language string) telegram.Hint { return d.hint(ctx, language) },
		Advance:  func(step time.Duration) error { return d.advance(ctx, step) },
		Scenes:   d.scenes(),
		Language: func(language string) error { return d.speak(ctx, language) },
	}
}

// advance moves the clock that everything here lives by, and does what the
// time that passed asks for.
func (d *demo) advance(ctx context.Context, step time.Duration) error {
	d.store.Advance(step)
	return d.store.Upkeep(ctx, storage.Keeping{Texts: 90 * 24 * time.Hour, Recent: 1000})
}

// speak lets the bot speak the language of the page with everybody.
func (d *demo) speak(ctx context.Context, language string) error {
	names := map[string]string{}
	for _, t := range rules.Topics() {
		names[t.Code] = t.Names[language]
	}
	for _, p := range d.world.telegram.People() {
		known, err := d.store.MeetPerson(ctx, p.ID(), p.Name(), language, 0)
		if err != nil {
			return err
		}
		if err := d.store.SetPersonLanguage(ctx, known.ID, language); err != nil {
			return err
		}
	}
	d.world.name(language)
	return d.store.SetRegionLanguage(ctx, d.seed.by(), d.seed.region, language, names)
}
