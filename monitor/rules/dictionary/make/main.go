// Command make builds the dictionary's file from the dictionary of OpenCorpora
// as the npm package az 0.2.3 brings it:
//
//	npm pack az@0.2.3 && tar -xzf az-0.2.3.tgz
//	go run ./monitor/rules/dictionary/make package/dicts
//
// The file is written beside the package that embeds it; the same dictionary
// gives the same bytes.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"log"
	"math"
	"os"
)

const file = "monitor/rules/dictionary/dictionary.bin.gz"

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go run ./monitor/rules/dictionary/make DIRECTORY_OF_DICTS")
	}
	if err := run(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func run(dir string) error {
	source, err := readSource(dir)
	if err != nil {
		return err
	}
	lexemes := source.lexemes()
	corpus := source.corpus(lexemes)
	p := pack(keep(lexemes, corpus))
	p.guess()
	p.likely(corpus)
	var out bytes.Buffer
	if err := p.dictionary.Write(&out); err != nil {
		return err
	}
	d := &p.dictionary
	if max(len(d.Paradigms), len(d.Suffixes)) > math.MaxUint16 {
		return errors.New("more paradigms or suffixes than their numbers can tell")
	}
	fmt.Printf("%d words, %d paradigms of %d forms, %d suffixes, %d guesses, %d likely lemmas, %d bytes\n",
		len(p.words), len(d.Paradigms)-1, len(d.Forms), len(d.Suffixes), len(d.Guesses), len(d.Likely), out.Len())
	return os.WriteFile(file, out.Bytes(), 0o644)
}
