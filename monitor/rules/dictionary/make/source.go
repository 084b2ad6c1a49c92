package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// source is the dictionary as the package brings it.
type source struct {
	suffixes  []string
	tags      []string // grammar: «NOUN,inan,femn sing,nomn»
	paradigms []paradigm
	words     *dawg // word, 1, two bytes of paradigm, two of form
	frequency *dawg // «word:tag» and its share among the word's tags, in millionths
}

// paradigm has for each form the numbers of its suffix, its tag and its prefix.
type paradigm struct {
	suffixes, tags, prefixes []uint16
}

// lexeme is a word with all its forms, the lemma first.
type lexeme []form

type form struct {
	text string // without ё
	raw  string // as the dictionary has it
	tag  string
}

func (l lexeme) lemma() string { return l[0].text }

func readSource(dir string) (*source, error) {
	s := &source{}
	for name, to := range map[string]any{"suffixes.json": &s.suffixes, "gramtab-opencorpora-int.json": &s.tags} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(data, to); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "paradigms.array"))
	if err != nil {
		return nil, err
	}
	if s.paradigms, err = readParadigms(data); err != nil {
		return nil, fmt.Errorf("paradigms.array: %w", err)
	}
	if s.words, err = readDAWG(filepath.Join(dir, "words.dawg")); err != nil {
		return nil, err
	}
	s.frequency, err = readDAWG(filepath.Join(dir, "p_t_given_w.intdawg"))
	return s, err
}

func readParadigms(data []byte) ([]paradigm, error) {
	numbers := make([]uint16, len(data)/2)
	if err := binary.Read(bytes.NewReader(data), binary.LittleEndian, numbers); err != nil {
		return nil, err
	}
	var out []paradigm
	for rest := numbers[1:]; len(rest) > 0; {
		size := int(rest[0])
		if size%3 != 0 || size >= len(rest) {
			return nil, fmt.Errorf("paradigm %d of %d numbers", len(out), size)
		}
		all, n := rest[1:1+size], size/3
		out = append(out, paradigm{suffixes: all[:n], tags: all[n : 2*n], prefixes: all[2*n:]})
		rest = rest[1+size:]
	}
	return out, nil
}

// lexemes gives all words. Forms
// with the prefixes по- and наи- («поновее») are left out.
func (s *source) lexemes() []lexeme {
	var out []lexeme
	for key := range s.words.all() {
		word, payload, _ := bytes.Cut(key, []byte{1})
		if number(payload[2:]) != 0 { // only the first form, the lemma
			continue
		}
		lemma, p := decode(word), s.paradigms[number(payload)]
		stem := strings.TrimSuffix(lemma, s.suffixes[p.suffixes[0]])
		var l lexeme
		for i, suffix := range p.suffixes {
			raw := stem + s.suffixes[suffix]
			if p.prefixes[i] == 0 {
				l = append(l, form{text: strings.ReplaceAll(raw, "ё", "е"), raw: raw, tag: s.tags[p.tags[i]]})
			}
		}
		out = append(out, l)
	}
	return out
}

// number reads two bytes of six bits with a mark.
func number(payload []byte) int { return int(payload[0]^1)<<6 + int(payload[1]>>1) }
