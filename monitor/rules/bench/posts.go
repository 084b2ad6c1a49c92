package main

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// readPosts reads the column text of a CSV file, unpacked if its name ends in
// .gz. Empty texts are left out.
func readPosts(path string) ([]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var r io.Reader = bufio.NewReader(file)
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(r); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	posts, err := postsOf(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return posts, nil
}

func postsOf(r io.Reader) ([]string, error) {
	rows := csv.NewReader(r)
	head, err := rows.Read()
	if err != nil {
		return nil, err
	}
	column := slices.Index(head, "text")
	if column < 0 {
		return nil, errors.New("no column named text")
	}
	var posts []string
	for {
		row, err := rows.Read()
		if err == io.EOF {
			return posts, nil
		}
		if err != nil {
			return nil, err
		}
		if text := strings.TrimSpace(row[column]); text != "" {
			posts = append(posts, text)
		}
	}
}

// cutPosts cuts texts into posts, each at the first end of a sentence after size
// bytes.
func cutPosts(texts []string, size int) []string {
	var posts []string
	for _, text := range texts {
		from := 0
		for i := range text {
			if i-from >= size && strings.ContainsRune(".!?\n", rune(text[i-1])) {
				posts = append(posts, text[from:i])
				from = i
			}
		}
		posts = append(posts, text[from:])
	}
	return posts
}

// enlarge repeats posts, each time as a copy of its own, until they hold size
// bytes: what is read again and again from the same few cache lines would
// flatter every pass.
func enlarge(posts []string, size int) []string {
	total := 0
	var out []string
	for total < size {
		for _, post := range posts {
			out = append(out, strings.Clone(post))
			total += len(post)
		}
	}
	return out
}
