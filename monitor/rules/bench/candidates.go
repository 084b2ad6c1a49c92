package main

import (
	"slices"
	"strings"

	bobusumisu "github.com/BobuSumisu/aho-corasick"
	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/cloudflare/ahocorasick"
)

// An Aho–Corasick automaton finds the stems of the rules' words at the
// beginnings of words. It gives candidates only, and it gets texts that were
// made ready before: small letters, ё as е, one space before each word.

func ready(posts []string) [][]byte {
	out := make([][]byte, len(posts))
	for i, post := range posts {
		out[i] = []byte(" " + strings.Join(wordsIn(post), " "))
	}
	return out
}

// stems are those of all words that must stand, each once, a space before it.
func stems(list []mixed) []string {
	var out []string
	for _, m := range list {
		for _, w := range m.required() {
			env := snowballstem.NewEnv(w)
			russian.Stem(env)
			out = append(out, " "+env.Current())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// bobuSumisu counts the stems that github.com/BobuSumisu/aho-corasick finds.
func bobuSumisu(stems []string) func(texts [][]byte) int {
	trie := bobusumisu.NewTrieBuilder().AddStrings(stems).Build()
	return func(texts [][]byte) (found int) {
		for _, text := range texts {
			trie.Walk(text, func(_, _, _ int64) bool {
				found++
				return true
			})
		}
		return found
	}
}

// cloudflare counts those that github.com/cloudflare/ahocorasick finds.
func cloudflare(stems []string) func(texts [][]byte) int {
	m := ahocorasick.NewStringMatcher(stems)
	return func(texts [][]byte) (found int) {
		for _, text := range texts {
			found += len(m.Match(text))
		}
		return found
	}
}
