package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"otklik/monitor/rules"
	"otklik/monitor/rules/dictionary"
	"otklik/storage"
)

const (
	stopWords        = 3   // that a card offers
	shortestStopWord = 4   // letters
	stopWordsNear    = 8   // words from one that matched
	stopWordHits     = 500 // of the topic, newest first, that a word is compared with
	rareShare        = 20  // a rare word stands in at most one of so many hits that were found rightly
)

// stopWord is a word that may tell a false hit of a topic from the others.
type stopWord struct {
	word     string // as it stands in the text, in lower case
	lemma    string
	distance int // words to the next one that matched
	told     int // 1: a rule of the topic excludes it already
	good     int // hits with it that were found rightly
	bad      int // by mistake
}

// likelyStopWords are words near the match of an incident's post which no rule
// of its topic looks for and which are rare among the topic's other hits, the
// likeliest first.
func (b *Bot) likelyStopWords(ctx context.Context, f *facts) ([]string, error) {
	if len(f.posts) == 0 || f.shown().State != storage.Ready {
		return nil, nil
	}
	caught, err := b.caught(ctx, f)
	if err != nil || len(caught) == 0 {
		return nil, err
	}
	all, err := b.store.Rules(ctx, f.incident.Region)
	if err != nil {
		return nil, fmt.Errorf("read the rules: %w", err)
	}
	topic := slices.DeleteFunc(all, func(u storage.Rule) bool { return u.Topic != caught[0].Topic })
	places, err := b.store.Places(ctx, f.incident.Region)
	if err != nil {
		return nil, fmt.Errorf("read the places: %w", err)
	}
	post := f.shown()
	sought, excluded := termsOf(topic)
	list := candidates(post.Text, post.Spans, append(sought, namesOf(places, len(sought))...), excluded)
	hits, err := b.store.HitTexts(ctx, f.incident.Region, b.store.Now().Add(-week))
	if err != nil {
		return nil, fmt.Errorf("read the hits: %w", err)
	}
	hits = slices.DeleteFunc(hits, func(h storage.Hit) bool {
		return h.Incident == f.ID || !slices.ContainsFunc(topic, func(u storage.Rule) bool { return slices.Contains(h.Rules, u.ID) })
	})
	return likeliestWords(list, hits[:min(len(hits), stopWordHits)])
}

// termsOf are the words and hashtags that rules look for, and those that they
// exclude, each a rule of its own.
func termsOf(list []storage.Rule) (sought, excluded []rules.Rule) {
	seen := map[string]bool{}
	for _, u := range list {
		e, err := rules.Parse(u.Text)
		if err != nil {
			continue // of an older language: it finds nothing
		}
		for term, negated := range rules.Terms(e) {
			text, terms := term.String(), &sought
			if negated {
				text, terms = "-"+text, &excluded
			}
			if !seen[text] {
				seen[text] = true
				*terms = append(*terms, rules.Rule{ID: int64(len(*terms)), Text: term.String()})
			}
		}
	}
	return sought, excluded
}

// namesOf are rules that find the names of places, numbered from first: without
// a town's name a rule would find nothing there any more.
func namesOf(places []storage.Place, first int) (names []rules.Rule) {
	for _, p := range places {
		if text := rules.PlaceRule(p.Name); text != "" {
			names = append(names, rules.Rule{ID: int64(first + len(names)), Text: text})
		}
	}
	return names
}

// candidates are the words of a text that stand near its spans and that no term
// looks for, one of a lemma.
func candidates(text string, spans []storage.Span, sought, excluded []rules.Rule) (list []stopWord) {
	found, told := foundIn(text, sought), foundIn(text, excluded)
	words := wordSpans(text)
	seen := map[string]bool{}
	for at, w := range words {
		word := strings.ToLower(text[w.Start:w.End])
		lemma := dictionary.Lemma(word)
		if seen[lemma] || covered(found, w) || !isStopWord(word) || rules.Common(word) || uninflected(word) || len(data("stopword", 1<<40, word, "sure")) > maxData {
			continue
		}
		if d := distance(words, at, spans); d <= stopWordsNear {
			seen[lemma] = true
			one := stopWord{word: word, lemma: lemma, distance: d}
			if covered(told, w) {
				one.told = 1
			}
			list = append(list, one)
		}
	}
	return list
}

// foundIn is where terms stand in a text.
func foundIn(text string, terms []rules.Rule) (spans []storage.Span) {
	set, err := rules.Compile(terms)
	if err != nil {
		return nil // each was written by a rule that could be read
	}
	for _, hit := range set.Match(nil, text) {
		spans = append(spans, storageSpans(hit.Spans)...)
	}
	return spans
}

// uninflected are adverbs, conjunctions and the like: they tell nothing apart.
func uninflected(word string) bool {
	return dictionary.Known(word) && len(dictionary.Forms(word)) == 1
}

// wordSpans are the runs of letters of a text.
func wordSpans(text string) (list []storage.Span) {
	start := -1
	for i, r := range text {
		switch {
		case unicode.IsLetter(r) && start < 0:
			start = i
		case !unicode.IsLetter(r) && start >= 0:
			list, start = append(list, storage.Span{Start: start, End: i}), -1
		}
	}
	if start >= 0 {
		list = append(list, storage.Span{Start: start, End: len(text)})
	}
	return list
}

func covered(spans []storage.Span, w storage.Span) bool {
	return slices.ContainsFunc(spans, func(s storage.Span) bool { return w.Start < s.End && s.Start < w.End })
}

// distance is how many words lie between a word and the next that a span covers.
func distance(words []storage.Span, at int, spans []storage.Span) int {
	best := len(words)
	for i, w := range words {
		if covered(spans, w) {
			best = min(best, max(at-i, i-at))
		}
	}
	return best
}

// likeliestWords are those that are rare among hits found rightly: first what
// another rule excludes, then what stands in most that were found by mistake,
// then what is nearest.
func likeliestWords(list []stopWord, hits []storage.Hit) ([]string, error) {
	terms := make([]rules.Rule, len(list))
	for i, w := range list {
		terms[i] = rules.Rule{ID: int64(i), Text: w.word}
	}
	set, err := rules.Compile(terms)
	if err != nil {
		return nil, fmt.Errorf("compile words: %w", err)
	}
	var m rules.Matches
	right := 0
	for _, h := range hits {
		if !h.False() {
			right++
		}
		for _, hit := range set.Match(&m, h.Text) {
			if h.False() {
				list[hit.Rule].bad++
			} else {
				list[hit.Rule].good++
			}
		}
	}
	list = slices.DeleteFunc(list, func(w stopWord) bool { return w.good*rareShare > right })
	slices.SortStableFunc(list, func(a, b stopWord) int {
		return cmp.Or(cmp.Compare(b.told, a.told), cmp.Compare(b.bad, a.bad), cmp.Compare(a.good, b.good), cmp.Compare(a.distance, b.distance), cmp.Compare(utf8.RuneCountInString(b.word), utf8.RuneCountInString(a.word)))
	})
	var words []string
	for _, w := range list[:min(len(list), stopWords)] {
		words = append(words, w.word)
	}
	return words, nil
}
