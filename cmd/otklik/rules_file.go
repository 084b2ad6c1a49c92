package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"otklik/monitor"
)

// labelled is a row of a labelled file.
type labelled struct {
	line        int
	text, label string
}

// readLabelled reads the rows of a CSV file by the names of two columns. An
// error ends the reading.
func readLabelled(r io.Reader, text, label string) iter.Seq2[labelled, error] {
	return func(yield func(labelled, error) bool) {
		in, err := openTable(r)
		if err != nil {
			yield(labelled{}, err)
			return
		}
		header, err := in.Read()
		if errors.Is(err, io.EOF) {
			err = errors.New("the file is empty")
		}
		if err != nil {
			yield(labelled{}, brokenRow(err))
			return
		}
		columns, err := columnsNamed(header, text, label)
		if err != nil {
			yield(labelled{}, err)
			return
		}
		for {
			row, err := in.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(labelled{}, brokenRow(err))
				return
			}
			line, _ := in.FieldPos(0)
			if len(row) != len(header) {
				yield(labelled{}, fmt.Errorf("line %d: %d columns where the header has %d", line, len(row), len(header)))
				return
			}
			if !yield(labelled{line: line, text: row[columns[0]], label: row[columns[1]]}, nil) {
				return
			}
		}
	}
}

// openTable reads CSV parted by what parts most of its first line: comma,
// semicolon or tab.
func openTable(r io.Reader) (*csv.Reader, error) {
	in, err := monitor.OpenText(r)
	if err != nil {
		return nil, err
	}
	start, err := in.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read: %w", err)
	}
	first, _, _ := bytes.Cut(start, []byte("\n"))
	table := csv.NewReader(in)
	table.FieldsPerRecord = -1
	for _, c := range ";\t" {
		if bytes.Count(first, []byte(string(c))) > bytes.Count(first, []byte(string(table.Comma))) {
			table.Comma = c
		}
	}
	return table, nil
}

// columnsNamed finds columns by their names, whose case does not matter.
func columnsNamed(header []string, names ...string) ([]int, error) {
	var at []int
	for _, name := range names {
		i := slices.IndexFunc(header, func(h string) bool { return foldLabel(h) == foldLabel(name) })
		if i < 0 {
			return nil, fmt.Errorf("there is no column %q; there are %s", name, strings.Join(header, ", "))
		}
		at = append(at, i)
	}
	return at, nil
}

// brokenRow says in few words where the row begins that cannot be read.
func brokenRow(err error) error {
	if wrong := new(csv.ParseError); errors.As(err, &wrong) {
		return fmt.Errorf("line %d: %w", wrong.StartLine, wrong.Err)
	}
	return err
}
