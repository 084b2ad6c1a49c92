package suggest

import "math"

// counts say in how many texts a word was seen, roughly: words share places.
type counts struct {
	texts uint32
	seen  []uint32 // by the place of a word
}

// countPlaces is how many words are told apart; those that share a place look
// as frequent as both together.
const countPlaces = 1 << 15

func newCounts() *counts { return &counts{seen: make([]uint32, countPlaces)} }

func (c *counts) add(all []feature) {
	c.texts++
	for _, f := range all {
		c.seen[f.hash%countPlaces]++
	}
}

// rarity is how much a word says: 1 for one never seen, next to nothing for one
// that is in every text.
func (c *counts) rarity(hash uint32) float64 {
	texts := float64(c.texts) + 2
	seen := c.seen[hash%countPlaces]
	if seen == 0 {
		return 1
	}
	return math.Log(texts/min(1+float64(seen), texts-0.9)) / math.Log(texts)
}
