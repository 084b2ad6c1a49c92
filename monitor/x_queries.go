package monitor

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"otklik/monitor/rules"
)

const (
	xLongestQuery = 512 // letters and signs
	xQueryTail    = " lang:ru -is:retweet"
	xFullEnough   = 0.6 // a query filled to this share may end, see xPacks
	// Where the day's money is for fewer posts of a place than this, searches
	// ask for words of the topics too.
	xPostsAPlace = 12
	xTopicShare  = 180 // letters and signs of a query that words of the topics get then
	xSearchPause = 3 * time.Second
)

// xTerm is one place as a query has it.
type xTerm struct {
	key    string // by which terms are sorted
	text   string // its forms, joined by OR
	region int64  // the first one that has such a place
}

// Queries are the forms of the places of all regions, as many places in a query
// as it bears: what a query finds is sorted out by our own rules. Where there is
// too little money for all that names a place, a query asks for one of the
// words that most rules begin with as well. Asked for the same again, they are
// not made anew.
func (n *x) Queries(wanted []Wanted) []Query {
	key := xWishes(wanted)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.packed == nil || n.packed.key != key {
		n.packed = &xPacked{key: key, queries: n.pack(wanted)}
	}
	return slices.Clone(n.packed.queries)
}

// xPacked are the queries that were made last, and the wishes that they serve.
type xPacked struct {
	key     [sha256.Size]byte
	queries []Query
}

// xWishes tells wishes apart.
func xWishes(wanted []Wanted) (key [sha256.Size]byte) {
	h := sha256.New()
	for _, w := range wanted {
		fmt.Fprintf(h, "%d\n", w.Region)
		for _, p := range w.Places {
			fmt.Fprintf(h, "%q\n", p.Name)
		}
		for _, r := range w.Rules {
			fmt.Fprintf(h, "%q\n", r.Text)
		}
	}
	h.Sum(key[:0])
	return key
}

func (n *x) pack(wanted []Wanted) (queries []Query) {
	terms := xTerms(wanted)
	if len(terms) == 0 {
		return nil
	}
	room, tail := xLongestQuery-utf8.RuneCountInString(xQueryTail), xQueryTail
	if n.money.daily/xPostPrice < int64(len(terms))*xPostsAPlace {
		if words := xTopicWords(wanted, xTopicShare-len(" ()")); len(words) > 0 {
			group := " (" + strings.Join(words, xOr) + ")"
			room -= utf8.RuneCountInString(group)
			tail = group + xQueryTail
		}
	}
	room -= len("()")
	for _, pack := range xPacks(xFitting(terms, room), room) {
		texts := make([]string, len(pack))
		q := Query{Region: pack[0].region}
		for i, t := range pack {
			texts[i], q.Region = t.text, min(q.Region, t.region)
		}
		q.Text = "(" + strings.Join(texts, xOr) + ")" + tail
		queries = append(queries, q)
	}
	return queries
}

const xOr = " OR "

// SearchPace shares the calls of all tokens; a third of them is left to
// accounts, hashtags and lookups. Money is minded where it is spent.
func (n *x) SearchPace() (time.Duration, int) {
	tokens := max(len(n.readers), 1)
	return xSearchPause / time.Duration(tokens), xAtOnce / 3 * tokens
}

// xTerms are the places of all regions, each name once, in an order that does
// not depend on when they were added.
func xTerms(wanted []Wanted) []xTerm {
	byKey := map[string]xTerm{}
	for _, w := range wanted {
		for _, p := range w.Places {
			if rules.PlaceRule(p.Name) == "" {
				continue // no post would be known to name it
			}
			var forms []string
			for _, form := range xForms(p.Name) {
				forms = append(forms, xQuoted(form))
			}
			if len(forms) == 0 {
				continue
			}
			key := strings.ReplaceAll(strings.Join(xNameWords(p.Name), " "), "ё", "е")
			t := xTerm{key: key, text: strings.Join(forms, xOr), region: w.Region}
			if old, ok := byKey[key]; ok {
				t.region = min(t.region, old.region)
				if len(old.text) > len(t.text) {
					t.text = old.text // «Берёзовка» says more than «Березовка»
				}
			}
			byKey[key] = t
		}
	}
	terms := make([]xTerm, 0, len(byKey))
	for _, t := range byKey {
		terms = append(terms, t)
	}
	slices.SortFunc(terms, func(a, b xTerm) int { return cmp.Compare(a.key, b.key) })
	return terms
}

// xQuoted is a form as a query has it: what is more than one word for the
// network is a phrase.
func xQuoted(form string) string {
	if strings.ContainsAny(form, " -") {
		return `"` + form + `"`
	}
	return form
}

// xFitting leaves out the last forms of a name so long that not all of them find
// room in one query; a name that itself finds none is left out.
func xFitting(terms []xTerm, room int) (out []xTerm) {
	for _, t := range terms {
		for utf8.RuneCountInString(t.text) > room {
			at := strings.LastIndex(t.text, xOr)
			if at < 0 {
				t.text = ""
				break
			}
			t.text = t.text[:at]
		}
		if t.text != "" {
			out = append(out, t)
		}
	}
	return out
}

// xPacks fills queries with terms in their order. A query need not end when it
// is full, but, once well filled, behind the term whose name has the least hash:
// so a place that comes or goes changes the queries around it and not all that
// follow, which would lose how far they were read.
func xPacks(terms []xTerm, room int) (packs [][]xTerm) {
	for len(terms) > 0 {
		used, end, least := 0, 0, uint32(math.MaxUint32)
		i := 0
		for ; i < len(terms); i++ {
			if i > 0 {
				used += len(xOr)
			}
			if used += utf8.RuneCountInString(terms[i].text); used > room && i > 0 {
				break
			}
			if hash := xHash(terms[i].key); end == 0 || float64(used) <= xFullEnough*float64(room) || hash < least {
				end, least = i+1, hash
			}
		}
		if i == len(terms) {
			end = i
		}
		packs, terms = append(packs, terms[:end]), terms[end:]
	}
	return packs
}

func xHash(key string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(key))
	return h.Sum32()
}
