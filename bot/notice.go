package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"otklik/storage"
)

// noticeView words a notice that is more than its template.
type noticeView func(b *Bot, ctx context.Context, s *speaker, m storage.Message) (rendered, error)

// noticeViews lists the notices with something beside their words, by code.
func noticeViews() map[string]noticeView {
	return map[string]noticeView{
		"journal":  viewJournal,
		"which":    viewWhich,
		"returned": viewReturned,
		"surge":    viewSurge,

		// what commands answer
		"help":            viewHelp,
		"setup_done":      ofRegion(viewSetupDone),
		"setup_zones":     viewZones,
		"setup_elsewhere": viewSetupElsewhere,
		"places":          ofRegion(viewPlaces),
		"place_rule":      ofRegion(viewPlaceRule),
		"keywords":        ofRegion(viewKeywords),
		"rule_tried":      ofRegion(viewRuleTried),
		"rule_broad":      ofRegion(viewRuleBroad),
		"rule_added":      ofRegion(viewRuleAdded),
		"topic_near":      ofRegion(viewTopicNear),
		"rule_dropped":    ofRegion(viewRuleDropped),
		"sources":         ofRegion(viewSources),
		"sources_changed": viewSourcesChanged,
		"sources_offered": ofRegion(viewSourcesOffered),
		"source_heard":    viewSourceHeard,
		"officials":       ofRegion(viewOfficials),
		"invite":          viewInvite,
		"invite_usage":    ofRegion(viewInviteUsage),
		"queue":           ofRegion(viewQueue),
		"found":           ofRegion(viewFound),
		"my":              viewMy,
		"status":          viewStatus,
		"summary_picture": viewSummaryPicture,
		"summary_text":    viewSummaryText,
		"summary_regions": viewSummaryRegions,

		// who comes and goes, and a restored database
		"join_ask":       viewJoinAsk,
		"joined_you":     viewJoinedYou,
		"joined":         viewJoined,
		"joined_removed": viewRemoved,
		"held":           viewHeld,
	}
}

// viewNotice words a notice: the template of its code with its parameters. A
// notice that asks something asks for a reply.
func viewNotice(b *Bot, ctx context.Context, m storage.Message) (rendered, error) {
	n, err := noticeOf(m)
	if err != nil {
		return rendered{}, err
	}
	s, err := b.speakerFor(ctx, m)
	if err != nil {
		return rendered{}, err
	}
	if v, ok := noticeViews()[n.Code]; ok {
		return v(b, ctx, s, m)
	}
	r := rendered{text: s.html(n.Code, map[string]any(n.Params))}
	if _, asks := questions()[n.Code]; asks {
		r.force = s.label("placeholder", n.Code)
	}
	return r, s.err
}

// noticeOf reads a notice; its numbers stay as they were written.
func noticeOf(m storage.Message) (n storage.Notice, err error) {
	d := json.NewDecoder(bytes.NewReader(m.Payload))
	d.UseNumber()
	if err := d.Decode(&n); err != nil {
		return n, fmt.Errorf("read notice %d: %w", m.ID, err)
	}
	return n, nil
}
