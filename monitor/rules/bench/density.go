package main

// The mix is dense on purpose: of 40,000 rules a post of 219 bytes meets 6.2,
// as in the measurement by which the goals were set; the rules of a region meet
// one post in many. Longer posts and more rules meet more in proportion.
const (
	denseMatches = 6.2
	denseRules   = 40_000
	denseBytes   = 219
)

// enough is how many matches all posts together must give with n rules.
func enough(n int, posts []string) int {
	total := 0
	for _, post := range posts {
		total += len(post)
	}
	return int(denseMatches * float64(n) / denseRules * float64(total) / denseBytes)
}

// dense makes n rules of the rarest words with which they are dense enough: the
// fewer posts the words of rules may stand in, the fewer meet the rules. Of few
// posts the rules are denser, since each meets the post that it is from.
func (m *mixer) dense(n int, posts []string) ([]mixed, error) {
	want := enough(n, posts)
	low, high := 2, max(3, len(posts)/5)
	list := m.rules(n, high)
	for high-low > low/32 {
		limit := (low + high) / 2
		some := m.rules(n, limit)
		own, err := compile(some)
		if err != nil {
			return nil, err
		}
		if own.match(posts) < want {
			low = limit + 1
			continue
		}
		high, list = limit, some
	}
	return list, nil
}
