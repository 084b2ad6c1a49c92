package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"otklik/storage"
)

// summary is /summary: the numbers of a region about a period, as a picture and
// as a text of its own.
func (b *Bot) summary(ctx context.Context, a ask) error {
	regions, err := b.summaryRegions(ctx, a)
	if err != nil {
		return err
	}
	if len(regions) == 1 {
		return b.summarize(ctx, a, regions[0], a.text)
	}
	// What the person wrote is read once now, so that its mistakes are told at once.
	period, err := canonicalPeriod(a.text, b.store.Now())
	if err != nil {
		return err
	}
	return b.reply(ctx, a, "summary_regions", storage.Params{"period": period})
}

// summaryRegions are the regions whose numbers somebody may see where he asks:
// that of the group, or those that he is staff of.
func (b *Bot) summaryRegions(ctx context.Context, a ask) (regions []storage.Region, err error) {
	if a.chat.Kind != storage.Private {
		if a.chat.Purpose != storage.AdminChat {
			return nil, refused{}
		}
		return []storage.Region{a.region}, nil
	}
	if regions, err = b.staffRegions(ctx, a.person.ID); err != nil {
		return nil, err
	}
	if len(regions) == 0 {
		return nil, refused{}
	}
	return regions, nil
}

// staffRegions are the regions that a person is staff of.
func (b *Bot) staffRegions(ctx context.Context, person int64) (regions []storage.Region, err error) {
	roles, err := b.store.Roles(ctx, person)
	if err != nil {
		return nil, fmt.Errorf("roles of a person: %w", err)
	}
	for _, role := range roles {
		if role.Kind != storage.StaffRole {
			continue
		}
		r, err := b.store.Region(ctx, role.Region)
		if err != nil {
			return nil, fmt.Errorf("region of a role: %w", err)
		}
		regions = append(regions, r)
	}
	return regions, nil
}

// pressSummary is a button with a region and a period.
func (b *Bot) pressSummary(ctx context.Context, a ask) (toast, error) {
	if _, err := pressedNotice(a, "summary_text", "summary_regions"); err != nil {
		return toast{}, err
	}
	regions, err := b.summaryRegions(ctx, a)
	if err != nil {
		return toast{}, err
	}
	i := slices.IndexFunc(regions, func(r storage.Region) bool { return r.ID == a.id(0) })
	if i < 0 {
		return toast{}, refused{}
	}
	return toast{code: "done_summary"}, b.summarize(ctx, a, regions[i], a.arg(1))
}

// summarize asks for both messages. Both are about the same moments and are
// counted when they are worded.
func (b *Bot) summarize(ctx context.Context, a ask, region storage.Region, text string) error {
	p, err := readPeriod(text, b.store.Now().In(region.Zone()))
	if err != nil {
		return err
	}
	params := storage.Params{"region": region.ID, "from": p.from.UnixMilli(), "to": p.to.UnixMilli()}
	if err := b.say(ctx, a.chat.ID, b.key(a.update, "summary_picture"), "summary_picture", params); err != nil {
		return err
	}
	return b.reply(ctx, a, "summary_text", params)
}

// summaryOf is what a notice of a summary is about.
type summaryOf struct {
	region storage.Region
	period period
	now    time.Time
	counts storage.Summary
}

func (b *Bot) summaryOf(ctx context.Context, m storage.Message) (o summaryOf, err error) {
	n, err := noticeOf(m)
	if err != nil {
		return o, err
	}
	if o.region, err = b.store.Region(ctx, number(n.Params, "region")); err != nil {
		return o, fmt.Errorf("region of a summary: %w", err)
	}
	zone := o.region.Zone()
	o.period = period{time.UnixMilli(number(n.Params, "from")).In(zone), time.UnixMilli(number(n.Params, "to")).In(zone)}
	o.now = b.store.Now().In(zone)
	o.counts, err = b.store.Summary(ctx, o.region.ID, o.period.stretch(), o.period.before().stretch())
	return o, err
}

// viewSummaryText words the numbers as a text that can be pasted anywhere.
func viewSummaryText(b *Bot, ctx context.Context, s *speaker, m storage.Message) (rendered, error) {
	o, err := b.summaryOf(ctx, m)
	if err != nil {
		return rendered{}, err
	}
	var row []button
	for _, name := range []string{"today", "yesterday", "week", "month"} {
		row = append(row, s.button("button_summary", name, data("summary", 0, o.region.ID, name)))
	}
	return rendered{text: s.html("summary_text", o.words()), buttons: [][]button{row[:2], row[2:]}}, s.err
}

// viewSummaryPicture draws the numbers. In a private chat it brings the keys of
// the staff along, because the text has buttons of its own.
func viewSummaryPicture(b *Bot, ctx context.Context, s *speaker, m storage.Message) (rendered, error) {
	o, err := b.summaryOf(ctx, m)
	if err != nil {
		return rendered{}, err
	}
	quarters, err := b.store.Quarters(ctx, o.region.ID, o.period.stretch())
	if err != nil {
		return rendered{}, err
	}
	c := o.chart(s, quarters)
	if s.err != nil {
		return rendered{}, s.err
	}
	r := rendered{}
	if r.photo, err = c.draw(); err != nil {
		return r, fmt.Errorf("draw a summary: %w", err)
	}
	if m.ChatKind == storage.Private {
		r.keyboard = staffKeys(s)
	}
	return r, s.err
}

// staffKeys are the keys below the input field of the governor's staff.
func staffKeys(s *speaker) [][]string { return [][]string{{s.label("key_summary", nil)}} }

// viewSummaryRegions asks which region's summary is wanted.
func viewSummaryRegions(b *Bot, ctx context.Context, s *speaker, m storage.Message) (rendered, error) {
	n, err := noticeOf(m)
	if err != nil {
		return rendered{}, err
	}
	person, err := b.store.PersonOfChat(ctx, m.Chat)
	if err != nil {
		return rendered{}, fmt.Errorf("person of a chat: %w", err)
	}
	regions, err := b.staffRegions(ctx, person.ID)
	if err != nil {
		return rendered{}, err
	}
	var buttons []button
	for _, r := range regions {
		buttons = append(buttons, button{text: cut(cleanLine(r.Name), labelLength), data: data("summary", 0, r.ID, word(n.Params, "period"))})
	}
	return rendered{text: s.html("summary_regions", nil), buttons: rowsOf(buttons, (len(buttons)+4)/5)}, s.err
}
