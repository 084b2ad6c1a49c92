package suggest

import (
	"cmp"
	"hash/fnv"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"otklik/monitor/rules/dictionary"
)

// Case is what is known of a complaint when somebody has to decide on it.
type Case struct {
	Text  string // masked
	Topic int64  // 0: none
	Place int64  // 0: none was named
}

// feature is something that a case has, by the hash of its name, and how much
// of it.
type feature struct {
	hash uint32
	size float32
}

// maxWords is how many words of a text are looked at.
const maxWords = 200

// pairShare is what a pair of neighbours weighs beside a word: most pairs are
// seen only once.
const pairShare = 0.5

// The length of the features of a case's topic, of its place and of both
// together; that of its words is 1.
const (
	topicShare = 0.5
	placeShare = 0.3
	bothShare  = 0.2
)

// features are those of a case, each once and in the order of their hashes,
// together of length 1.
func (c Case) features(words *counts) []feature {
	all := scale(wordFeatures(c.Text, words))
	topic, place := "topic "+strconv.FormatInt(c.Topic, 10), "place "+strconv.FormatInt(c.Place, 10)
	if c.Topic != 0 {
		all = append(all, feature{hash(topic), topicShare})
	}
	if c.Place != 0 {
		all = append(all, feature{hash(place), placeShare})
	}
	if c.Topic != 0 && c.Place != 0 {
		all = append(all, feature{hash(topic + " " + place), bothShare})
	}
	// In one order, so that sums of floats are the same each time.
	slices.SortFunc(all, func(a, b feature) int { return cmp.Compare(a.hash, b.hash) })
	return scale(all)
}

// wordFeatures are the lemmas of a text and the pairs of neighbours, the rarer
// the larger.
func wordFeatures(text string, words *counts) []feature {
	times := map[uint32]int{}
	pairs := map[uint32]bool{}
	before := ""
	for _, word := range wordsOf(text) {
		l := dictionary.Lemma(word)
		times[hash(l)]++
		if before != "" {
			h := hash(before + " " + l)
			times[h]++
			pairs[h] = true
		}
		before = l
	}
	all := make([]feature, 0, len(times)+3)
	for h, n := range times {
		size := (1 + math.Log(float64(n))) * words.rarity(h)
		if pairs[h] {
			size *= pairShare
		}
		all = append(all, feature{h, float32(size)})
	}
	slices.SortFunc(all, func(a, b feature) int { return cmp.Compare(a.hash, b.hash) })
	return all
}

// scale makes features together of length 1.
func scale(all []feature) []feature {
	sum := 0.0
	for _, f := range all {
		sum += float64(f.size) * float64(f.size)
	}
	if sum == 0 {
		return all
	}
	by := float32(1 / math.Sqrt(sum))
	for i := range all {
		all[i].size *= by
	}
	return all
}

// wordsOf are the first words of a text in lower case, ё as е. Numbers tell one
// house from another, not one body.
func wordsOf(text string) (words []string) {
	parted := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	for word := range strings.FieldsFuncSeq(text, parted) {
		if utf8.RuneCountInString(word) < 2 || strings.ContainsFunc(word, unicode.IsDigit) {
			continue
		}
		words = append(words, strings.ReplaceAll(strings.ToLower(word), "ё", "е"))
		if len(words) == maxWords {
			break
		}
	}
	return words
}

func hash(name string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // never fails
	return h.Sum32()
}
