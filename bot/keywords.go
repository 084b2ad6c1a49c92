package bot

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"otklik/monitor/rules"
	"otklik/storage"
)

// maxRule is how many characters a rule may have.
const maxRule = 2000

// keywords is /keywords: lists topics with their rules, adds a rule to a topic,
// removes rules by number, and shows what a rule without a topic would catch.
func (b *Bot) keywords(ctx context.Context, a ask) error {
	if ok, err := b.regional(ctx, a); !ok {
		return err
	}
	if a.text == "" {
		return b.reply(ctx, a, "keywords", nil)
	}
	if numbers, ok := readNumbers(a.text); ok {
		return b.removeRules(ctx, a, numbers)
	}
	if !strings.Contains(a.text, ":") {
		return b.tryRule(ctx, a, cleanLine(a.text))
	}
	topics, err := b.store.Topics(ctx, a.region.ID)
	if err != nil {
		return fmt.Errorf("read the topics: %w", err)
	}
	topic, text, err := readRule(a.text, topics)
	if err != nil {
		return err
	}
	if err := checkRule(topic, text, topics); err != nil {
		return err
	}
	r, err := b.tryOut(ctx, a.region.ID, text)
	if err != nil {
		return err
	}
	fresh := !hasTopic(topics, topic)
	if near, ok := nearestTopic(topic, topics); fresh && ok {
		return b.topicMissing(ctx, a, r, topic, text, near)
	}
	if r.broad() {
		return b.reply(ctx, a, "rule_broad", r.params(storage.Params{"topic": topic, "rule": text, "fresh": fresh}))
	}
	added, err := b.addRule(ctx, a, topic, text, fresh)
	if err != nil {
		return err
	}
	return b.reply(ctx, a, "rule_added", r.params(added))
}

// addRule adds a rule to a topic, a fresh one or not, and returns what is told
// of it.
func (b *Bot) addRule(ctx context.Context, a ask, topic, text string, fresh bool) (storage.Params, error) {
	id, err := b.store.AddRule(ctx, a.as, a.region.ID, topic, text)
	if errors.Is(err, storage.ErrConflict) {
		return nil, wrong{"rule_there", storage.Params{"topic": topic, "rule": cut(text, 300)}}
	}
	if err != nil {
		return nil, fmt.Errorf("add a rule: %w", err)
	}
	return storage.Params{"id": id, "topic": topic, "rule": text, "fresh": fresh}, nil
}

// readNumbers reads "-12, -13", the numbers of rules or sources to be removed.
func readNumbers(text string) (numbers []int64, ok bool) {
	for _, item := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || unicode.IsSpace(r) }) {
		digits, minus := cutMinus(item)
		n, err := strconv.ParseInt(strings.TrimPrefix(digits, "№"), 10, 64)
		if !minus || err != nil || n <= 0 || len(numbers) >= maxItems {
			return nil, false
		}
		numbers = append(numbers, n)
	}
	return numbers, len(numbers) > 0
}

func (b *Bot) removeRules(ctx context.Context, a ask, numbers []int64) error {
	var removed, absent []string
	for _, n := range numbers {
		switch err := b.store.RemoveRule(ctx, a.as, a.region.ID, n); {
		case err == nil:
			removed = append(removed, strconv.FormatInt(n, 10))
		case errors.Is(err, storage.ErrNotFound):
			absent = append(absent, strconv.FormatInt(n, 10))
		default:
			return fmt.Errorf("remove rule %d: %w", n, err)
		}
	}
	return b.reply(ctx, a, "rules_removed", storage.Params{"removed": joined(removed), "absent": joined(absent)})
}

// readRule parts "TOPIC: RULE". The name of a topic may itself hold a colon,
// and its beginning is enough where only one topic begins so.
func readRule(text string, topics []storage.Topic) (topic, rule string, err error) {
	line := strings.TrimSpace(text)
	for _, t := range topics {
		if rest, ok := cutFolded(line, t.Name); ok {
			if rest, ok := strings.CutPrefix(strings.TrimSpace(rest), ":"); ok && cleanLine(rest) != "" {
				return t.Name, cleanLine(rest), nil
			}
		}
	}
	name, rest, ok := strings.Cut(line, ":")
	name, rest = cleanLine(name), cleanLine(rest)
	if !ok || name == "" || rest == "" {
		return "", "", wrong{"keywords_usage", nil}
	}
	t, err := topicCalled(name, topics)
	if errors.Is(err, storage.ErrNotFound) {
		return name, rest, nil
	}
	return t.Name, rest, err
}

// cutFolded takes a name off the front of a text, whatever its case.
func cutFolded(text, name string) (rest string, ok bool) {
	runes, n := []rune(text), utf8.RuneCountInString(name)
	if n > len(runes) || folded(string(runes[:n])) != folded(name) {
		return "", false
	}
	return string(runes[n:]), true
}

// topicCalled finds the one topic of that name, or whose name begins with it.
func topicCalled(name string, topics []storage.Topic) (found storage.Topic, err error) {
	var like []storage.Topic
	for _, t := range topics {
		if folded(t.Name) == folded(name) {
			return t, nil
		}
		if beginsWith(t.Name, name) {
			like = append(like, t)
		}
	}
	switch len(like) {
	case 0:
		return found, storage.ErrNotFound
	case 1:
		return like[0], nil
	}
	names := make([]string, len(like))
	for i, t := range like {
		names[i] = t.Name
	}
	return found, wrong{"topic_ambiguous", storage.Params{"name": name, "names": joined(names)}}
}

// beginsWith tells whether the first words of a name are these.
func beginsWith(name, words string) bool {
	rest, ok := strings.CutPrefix(folded(name), folded(words))
	next, _ := utf8.DecodeRuneInString(rest)
	return ok && (rest == "" || !unicode.IsLetter(next) && !unicode.IsDigit(next))
}

// checkRule refuses what cannot be read and what is never watched.
func checkRule(topic, rule string, topics []storage.Topic) error {
	if utf8.RuneCountInString(topic) > maxName || utf8.RuneCountInString(rule) > maxRule {
		return wrong{"rule_long", storage.Params{"topic": maxName, "rule": maxRule}}
	}
	if err := readable(rule); err != nil {
		return err
	}
	if code, rejected := rules.Reject(topic); rejected && !hasTopic(topics, topic) {
		return wrong{"rule_rejected", storage.Params{"reason": code, "rule": topic}}
	}
	return proper(rule)
}

// proper refuses a rule that looks for what this bot does not watch.
func proper(rule string) error {
	if code, rejected := rules.Reject(rule); rejected {
		return wrong{"rule_rejected", storage.Params{"reason": code, "rule": cut(rule, 300)}}
	}
	return nil
}

// readable says where a rule is wrong.
func readable(rule string) error {
	_, err := rules.Parse(rule)
	var syntax *rules.SyntaxError
	if !errors.As(err, &syntax) {
		return err
	}
	runes := []rune(rule)
	at := min(max(syntax.Pos, 0), len(runes))
	end := min(at+utf8.RuneCountInString(syntax.Token), len(runes))
	return wrong{"rule_wrong", storage.Params{
		"reason": string(syntax.Code), "limit": syntax.Limit, "position": at + 1,
		"before": tail(string(runes[:at]), 120), "token": cut(string(runes[at:end]), 120), "after": cut(string(runes[end:]), 120),
	}}
}

// tail is at most n characters of the end of a text.
func tail(s string, n int) string {
	if runes := []rune(s); len(runes) > n {
		return "…" + string(runes[len(runes)-n:])
	}
	return s
}
