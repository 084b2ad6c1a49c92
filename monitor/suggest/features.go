package suggest

import (
	"cmp"
	"math"
	"slices"
	"strconv"
)

// Case is what is known of a complaint when somebody has to decide on it.
type Case struct {
	Text  string // masked
	Topic int64  // 0: none
	Place int64  // 0: none was named

	wordsOnly bool // the built-in rules do not read the text
}

// feature is something that a case has, by the hash of its name, and how much
// of it.
type feature struct {
	hash uint32
	size float32
}

// What a pair of neighbours and a built-in rule weigh beside a word: most pairs
// are seen only once.
const (
	pairShare = 0.5
	ruleShare = 0.7
)

// The length of the features of the built-in topics that a text is about, of
// the case's own topic, of its place, of both together, and of what all cases
// have; that of its words is 1.
const (
	themeShare = 0.3
	topicShare = 0.1
	placeShare = 0.3
	bothShare  = 0.1
	anyShare   = 0.2
)

// features are those of a case, each once and in the order of their hashes,
// together of length 1.
func (c Case) features(words *counts) []feature {
	seen := seenIn(c.Text)
	var met []uint32
	if !c.wordsOnly && c.Text != "" {
		seen, met = builtin().read(seen, c.Text)
	}
	all := scale(merge(seen, words))
	for _, topic := range met {
		all = append(all, feature{topic, themeShare / float32(math.Sqrt(float64(len(met))))})
	}
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
	all = append(all, feature{hash("any"), anyShare})
	// In one order, so that sums of floats are the same each time.
	slices.SortFunc(all, func(a, b feature) int { return cmp.Compare(a.hash, b.hash) })
	return scale(all)
}

// merge makes features of what was seen in a text: the more often and the rarer
// elsewhere, the larger.
func merge(all []sight, words *counts) []feature {
	slices.SortFunc(all, func(a, b sight) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.share, b.share)) })
	list := make([]feature, 0, len(all)+8)
	for i := 0; i < len(all); {
		s, times := all[i], 0
		for ; i < len(all) && all[i].hash == s.hash; i++ {
			times++
		}
		size := float64(s.share) * words.rarity(s.hash)
		if times > 1 {
			size *= 1 + math.Log(float64(times))
		}
		list = append(list, feature{s.hash, float32(size)})
	}
	return list
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
