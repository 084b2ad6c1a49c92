package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"

	"otklik/monitor/similar"
)

// What near-duplicates are judged by: a text is flagged from half of its pieces
// on; so many texts are compared each with each.
const (
	flagged  = 0.5
	compared = 3_000
	shortest = 60 // characters; shorter ones are compared as a whole
	pairsOf  = 4.02e6
)

// edit changes a text as people do who pass it on.
type edit struct {
	name  string
	apply func(r *rand.Rand, text string) string
}

var edits = []edit{
	{"prefix and hashtags", func(_ *rand.Rand, text string) string { return "Перепост! " + text + " #город #жкх" }},
	{"a typo in 120 letters", misspelt},
	{"7 % of the words left out", func(r *rand.Rand, text string) string {
		return eachWord(r, text, 0.07, func() string { return "" })
	}},
	{"greeting and closing", func(_ *rand.Rand, text string) string {
		return "Здравствуйте! " + text + " Прошу принять меры. Спасибо."
	}},
	{"a fifth cut off at the end", func(_ *rand.Rand, text string) string {
		letters := []rune(text)
		return string(letters[:len(letters)*8/10])
	}},
	{"Latin look-alikes", disguises[0].apply},
	{"a fifth of the words replaced by others of its own", func(r *rand.Rand, text string) string {
		words := strings.Fields(text)
		return eachWord(r, text, 0.2, func() string { return words[r.IntN(len(words))] })
	}},
	{"capitals, е for ё", func(_ *rand.Rand, text string) string {
		return strings.ReplaceAll(strings.ToUpper(text), "Ё", "Е")
	}},
}

func eachWord(r *rand.Rand, text string, share float64, other func() string) string {
	words := strings.Fields(text)
	for i := range words {
		if r.Float64() < share {
			words[i] = other()
		}
	}
	return strings.Join(words, " ")
}

func misspelt(r *rand.Rand, text string) string {
	letters := []rune(text)
	for range len(letters)/120 + 1 {
		i := r.IntN(len(letters) - 1)
		switch r.IntN(3) {
		case 0:
			letters[i] = 'а' + rune(r.IntN(32))
		case 1:
			letters = slices.Delete(letters, i, i+1)
		case 2:
			letters[i], letters[i+1] = letters[i+1], letters[i]
		}
	}
	return string(letters)
}

// repeats measures how well a text is known again, how often another one is
// taken for it, and how fast.
func (b *bench) repeats() {
	var texts []string
	for _, text := range b.texts {
		if utf8.RuneCountInString(text) >= shortest && len(texts) < compared {
			texts = append(texts, text)
		}
	}
	signed := make([]similar.Signature, len(texts))
	for i, text := range texts {
		signed[i] = similar.Sign(text)
	}
	for _, e := range edits {
		b.add(recall(e, texts, signed))
	}
	b.add(mistaken(signed))
	times := race(processor, b.rounds, runner{name: "own", posts: len(b.many), run: func() int { return repeated(b.many, len(b.posts)) }})
	x := similar.NewIndex(len(signed))
	for i := range signed {
		x.Add(&similar.Entry{Post: int64(i + 1), Signature: signed[i]})
	}
	b.add(floor(100_000, "near-duplicates: signed, looked up, added", "posts/s", times["own"].rate(), fmt.Sprintf("%d bytes an entry", x.Bytes()/max(x.Len(), 1))))
}

// recall is the share of edited texts that are flagged as their originals.
func recall(e edit, texts []string, signed []similar.Signature) row {
	r := rand.New(rand.NewPCG(1, 2))
	known, joined, of := 0, 0, 0
	for i, text := range texts {
		now := similar.Sign(e.apply(r, text))
		if now.Short() || signed[i].Short() {
			continue
		}
		of++
		likeness := now.Likeness(&signed[i])
		if likeness >= flagged {
			known++
		}
		if likeness >= similar.JoinAt && !similar.Conflict(now.Addresses, signed[i].Addresses) {
			joined++
		}
	}
	return floor(0.97, "known again: "+e.name, "", float64(known)/float64(max(of, 1)), fmt.Sprintf("%.3f join by themselves", float64(joined)/float64(max(of, 1))))
}

// mistaken is how many pairs of different texts are flagged.
func mistaken(signed []similar.Signature) row {
	var alike, equal, conflicts int
	for i := range signed {
		for j := range i {
			switch likeness := signed[i].Likeness(&signed[j]); {
			case likeness == 1:
				equal++
			case likeness >= flagged:
				alike++
				if similar.Conflict(signed[i].Addresses, signed[j].Addresses) {
					conflicts++
				}
			}
		}
	}
	pairs := float64(len(signed)) * float64(len(signed)-1) / 2
	return ceiling(30, "alike, of 4.02 million pairs", "pairs", float64(alike)*pairsOf/max(pairs, 1), fmt.Sprintf("%d name different addresses; %d more are the same text", conflicts, equal))
}

// repeated signs the posts, looks for each and adds it. After so many they come
// again, as those of another region, where nobody knows them.
func repeated(posts []string, again int) (found int) {
	x := similar.NewIndex(200_000)
	for i, post := range posts {
		e := similar.Entry{Region: int64(i / again), Post: int64(i + 1), Signature: similar.Sign(post)}
		if same, like := x.Find(&e, 0); same.Post != 0 || like.Post != 0 {
			found++
		}
		x.Add(&e)
	}
	return found
}
