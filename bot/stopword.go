package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"otklik/monitor/rules"
	"otklik/storage"
)

// stopWord is «Без «слово»»: the incident needs no answer, and the rules that
// found its post find none with that word any more. If residents who wrote so
// were answered last week, it asks first.
func (b *Bot) stopWord(ctx context.Context, a ask) (toast, error) {
	word := a.arg(0)
	if a.message.Kind != storage.CardMessage || a.message.State != storage.Live || !isStopWord(word) {
		return toast{}, stale{}
	}
	if err := b.fits("dismiss", a.incident); err != nil {
		return toast{}, err
	}
	changes, err := b.without(ctx, a.incident, word)
	if err != nil {
		return toast{}, err
	}
	dropped, answered, err := b.dropped(ctx, a.incident, changes, word)
	if err != nil {
		return toast{}, err
	}
	params := storage.Params{"ID": a.incident.ID, "Word": word, "Dropped": dropped, "Answered": answered}
	if answered > 0 && a.arg(1) != "sure" {
		err := b.store.OpenMenu(ctx, a.message.ID, fmt.Sprintf("stopword:%s:%d", word, answered))
		return toast{code: "stopword_ask", data: params, alert: true}, err
	}
	if _, err = b.store.DismissChanging(ctx, a.as, a.incident.ID, dismissals[0], word, changes); err != nil {
		return toast{}, err
	}
	return toast{code: "done_stopword", data: params}, nil
}

// isStopWord tells whether a text is one word of the rule language, as buttons
// offer them.
func isStopWord(word string) bool {
	return utf8.RuneCountInString(word) >= shortestStopWord && utf8.RuneCountInString(word) <= rules.MaxWord &&
		!strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) })
}

// without are the rules that found the post which stands for an incident, each
// with a stop-word more. A rule that would find the post all the same makes the
// button stale: the post was edited meanwhile.
func (b *Bot) without(ctx context.Context, i storage.Incident, word string) (changes []storage.RuleChange, err error) {
	posts, err := b.store.Posts(ctx, i.ID)
	if err != nil || len(posts) == 0 {
		return nil, err
	}
	f := facts{ID: i.ID, incident: i, posts: posts}
	caught, err := b.caught(ctx, &f)
	if err != nil {
		return nil, err
	}
	var list []rules.Rule
	for _, u := range caught {
		after, err := rules.Exclude(u.Text, word)
		if err != nil || utf8.RuneCountInString(after) > maxRule {
			return nil, wrong{"stopword_long", storage.Params{"rule": u.ID}}
		}
		changes = append(changes, storage.RuleChange{Rule: u.ID, Before: u.Text, After: after})
		list = append(list, rules.Rule{ID: u.ID, Text: after})
	}
	set, err := rules.Compile(list)
	if err != nil {
		return nil, fmt.Errorf("compile rules with a stop-word: %w", err)
	}
	if len(changes) == 0 || len(set.Match(nil, f.shown().Text)) > 0 {
		return nil, stale{}
	}
	return changes, nil
}

// caught are the present rules that found the post which stands for an incident.
func (b *Bot) caught(ctx context.Context, f *facts) (list []storage.Rule, err error) {
	found, err := b.store.FoundBy(ctx, f.ID)
	if err != nil {
		return nil, fmt.Errorf("which rules found incident %d: %w", f.ID, err)
	}
	by := found[f.shown().ID]
	if len(by) == 0 {
		return nil, nil
	}
	all, err := b.store.Rules(ctx, f.incident.Region)
	if err != nil {
		return nil, fmt.Errorf("read the rules: %w", err)
	}
	return slices.DeleteFunc(all, func(u storage.Rule) bool { return !slices.Contains(by, u.ID) }), nil
}

// dropped counts what the changed rules alone found in the last week and would
// not find with the word, beside the incident itself, and how many of those were
// answered.
func (b *Bot) dropped(ctx context.Context, i storage.Incident, changes []storage.RuleChange, word string) (n, answered int, err error) {
	set, err := rules.Compile([]rules.Rule{{ID: 1, Text: word}})
	if err != nil {
		return 0, 0, fmt.Errorf("compile a stop-word: %w", err)
	}
	hits, err := b.store.HitTexts(ctx, i.Region, b.store.Now().Add(-week))
	if err != nil {
		return 0, 0, fmt.Errorf("read the hits: %w", err)
	}
	kept := func(rule int64) bool {
		return !slices.ContainsFunc(changes, func(x storage.RuleChange) bool { return x.Rule == rule })
	}
	var m rules.Matches
	for _, h := range hits {
		if h.Incident == i.ID || len(h.Rules) == 0 || slices.ContainsFunc(h.Rules, kept) || len(set.Match(&m, h.Text)) == 0 {
			continue
		}
		if n++; h.State == storage.Answered || h.State == storage.Closed && h.Reason != "unpublished" {
			answered++
		}
	}
	return n, answered, nil
}

// stopWordMenu asks once more.
func stopWordMenu(s *speaker, open string, f facts, rows [][]button) [][]button {
	word, answered, _ := strings.Cut(open, ":")
	return append(rows, []button{s.button("button_back", nil, data("menu", f.ID, "more"))},
		[]button{s.button("button_stopword_sure", storage.Params{"Word": word, "Answered": answered}, data("stopword", f.ID, word, "sure"))})
}
