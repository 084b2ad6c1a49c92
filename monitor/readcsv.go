package monitor

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// rejectedCSV is a row that cannot be read.
const rejectedCSV = "row"

// readCSV hands over the rows of a file with a header.
func readCSV(in *bufio.Reader, by *FieldMap, yield func(Line, error) bool) {
	start, _ := in.Peek(peeked)
	r := csvReader(in, separator(start, by))
	columns, err := readHeader(r, by)
	if err != nil {
		if !errors.Is(err, io.EOF) {
			yield(Line{Number: 1}, err)
		}
		return
	}
	for {
		row, err := r.Read()
		var wrong *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return
		case errors.As(err, &wrong):
			if !yield(Line{Number: wrong.StartLine, Reason: rejectedCSV}, nil) {
				return
			}
			continue
		case err != nil:
			yield(Line{}, err)
			return
		}
		number, _ := r.FieldPos(0)
		if !yield(columns(number, row), nil) {
			return
		}
	}
}

// maxPreamble is how many rows a file may have before its header: a title, a
// period, the separator as spreadsheets write it.
const maxPreamble = 20

// readHeader finds the header of a file and says how a row below it is read. Its
// error is about the first row.
func readHeader(r *csv.Reader, by *FieldMap) (func(number int, row []string) Line, error) {
	var first error
	for range maxPreamble {
		row, err := r.Read()
		switch {
		case err != nil && first != nil:
			return nil, first
		case err != nil:
			return nil, err
		}
		columns, err := columnsOf(row, by)
		if err == nil {
			return columns, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// separator is the sign by which the beginning of a file has a header: the one
// that parts most of its first row, where several do or none.
func separator(start []byte, by *FieldMap) rune {
	first, _, _ := bytes.Cut(start, []byte("\n"))
	best := ','
	for _, c := range ";\t" {
		if bytes.Count(first, []byte(string(c))) > bytes.Count(first, []byte(string(best))) {
			best = c
		}
	}
	for _, c := range []rune{best, ';', '\t', ','} {
		if _, err := readHeader(csvReader(bytes.NewReader(start), c), by); err == nil {
			return c
		}
	}
	return best
}

func csvReader(in io.Reader, separator rune) *csv.Reader {
	r := csv.NewReader(in)
	r.Comma = separator
	r.LazyQuotes, r.FieldsPerRecord, r.TrimLeadingSpace = true, -1, separator != '\t' // a tab is no space here
	return r
}

// fields are the columns by their names, which are also those of the intake;
// the Russian ones are those that people write.
var fields = map[string]func(*told) *loose{
	"network": func(t *told) *loose { return &t.Network }, "сеть": func(t *told) *loose { return &t.Network },
	"kind":        func(t *told) *loose { return &t.Kind },
	"external_id": func(t *told) *loose { return &t.ExternalID }, "id": func(t *told) *loose { return &t.ExternalID },
	"url": func(t *told) *loose { return &t.URL }, "link": func(t *told) *loose { return &t.URL }, "ссылка": func(t *told) *loose { return &t.URL },
	"title": func(t *told) *loose { return &t.Title }, "заголовок": func(t *told) *loose { return &t.Title },
	"text": func(t *told) *loose { return &t.Text }, "текст": func(t *told) *loose { return &t.Text },
	"published_at": func(t *told) *loose { return &t.PublishedAt }, "date": func(t *told) *loose { return &t.PublishedAt }, "дата": func(t *told) *loose { return &t.PublishedAt },
	"parent_url": func(t *told) *loose { return &t.ParentURL }, "parent_text": func(t *told) *loose { return &t.ParentText },
	"action":    func(t *told) *loose { return &t.Action },
	"author_id": func(t *told) *loose { return &t.Author.ID }, "author_url": func(t *told) *loose { return &t.Author.URL },
	"source_url":  func(t *told) *loose { return &t.Source.URL },
	"source_name": func(t *told) *loose { return &t.Source.Name }, "source": func(t *told) *loose { return &t.Source.Name }, "источник": func(t *told) *loose { return &t.Source.Name },
}

// columnsOf says how a row of a file with such a header is read.
func columnsOf(header []string, by *FieldMap) (func(number int, row []string) Line, error) {
	names := make([]string, len(header))
	for i, name := range header {
		names[i] = strings.ToLower(strings.TrimSpace(name))
	}
	if by != nil {
		return by.columns(names)
	}
	if !slices.Contains(names, "text") && !slices.Contains(names, "текст") && !slices.Contains(names, "url") {
		return nil, errors.New("the header names neither a text nor a url column")
	}
	return func(number int, row []string) Line {
		var t told
		for i, value := range row {
			if i < len(names) && fields[names[i]] != nil {
				*fields[names[i]](&t) = loose(value)
			}
		}
		return t.row(number, row)
	}, nil
}

// columns is columnsOf for a file of the map's shape.
func (f *FieldMap) columns(names []string) (func(number int, row []string) Line, error) {
	header := map[string]any{}
	for _, name := range names {
		header[name] = "is there"
	}
	if t, err := f.tell(header); err != nil || t.Text == "" && t.URL == "" {
		return nil, fmt.Errorf("the header names neither the text nor the url of the map %s", f.Name)
	}
	return func(number int, row []string) Line {
		message := map[string]any{}
		for i, value := range row {
			if i < len(names) {
				message[names[i]] = value
			}
		}
		t, err := f.tell(message)
		if err != nil {
			return Line{Number: number, Reason: rejectedField}
		}
		return t.row(number, row)
	}, nil
}

// row is a line that was told by the columns of a file.
func (t told) row(number int, row []string) Line {
	if strings.Contains(string(t.Source.Name), "://") && t.Source.URL == "" {
		t.Source.URL, t.Source.Name = t.Source.Name, ""
	}
	item, reason := t.item()
	if reason == rejectedNoID {
		return t.named(number, strings.Join(row, "\x00"))
	}
	return Line{Number: number, Item: item, Reason: reason}
}
