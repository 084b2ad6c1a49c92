package rules

import "testing"

func TestClaim(t *testing.T) {
	hit := func(starts ...int) (h Hit) {
		for _, s := range starts {
			h.Spans = append(h.Spans, Span{Start: s, End: s + 3})
		}
		return h
	}
	claim := func(importance string, hits ...Hit) (c Claim) {
		for _, h := range hits {
			c.Add(importance, h)
		}
		return c
	}
	for name, c := range map[string]struct{ stronger, weaker Claim }{
		"danger":             {claim(Danger, hit(90)), claim(High, hit(0, 10), hit(20, 30))},
		"more words":         {claim(Normal, hit(50, 60, 70)), claim(High, hit(0, 10))},
		"more rules":         {claim(Normal, hit(50), hit(60), hit(70)), claim(Normal, hit(0, 10))},
		"a word counts once": {claim(Normal, hit(60, 70)), claim(Normal, hit(10), hit(10), hit(10))},
		"spoken of first":    {claim(Normal, hit(20), hit(5)), claim(High, hit(10, 40))},
		"something at all":   {claim(Normal, hit(0)), Claim{}},
	} {
		if c.stronger.Compare(c.weaker) <= 0 || c.weaker.Compare(c.stronger) >= 0 {
			t.Errorf("%s: %+v is not stronger than %+v", name, c.stronger, c.weaker)
		}
	}
	both := claim(Normal, hit(0))
	both.Add(Danger, hit(9))
	both.Add(High, hit(19))
	if both.Importance != Danger {
		t.Errorf("importance %s", both.Importance)
	}
}
