package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"otklik/monitor"
	"otklik/monitor/suggest"
)

// importLabelled warms a region's suggestions by the decisions of a CSV file.
func importLabelled(ctx context.Context, out io.Writer, m *monitor.Monitor, region int64, in io.Reader) error {
	rows, err := readDecisions(in)
	if err != nil {
		return err
	}
	w, err := m.Warm(ctx, region, rows)
	if err != nil {
		return err
	}
	if w.Before {
		fmt.Fprintln(out, "this file was learned before; nothing was done")
		return nil
	}
	fmt.Fprintf(out, "learned %d rows of %d; %d have no text or no label that the region knows\n", w.Learned, len(rows), w.Nothing)
	for _, label := range slices.Sorted(maps.Keys(w.Unknown)) {
		fmt.Fprintf(out, "not known in the region: %q in %d rows\n", label, w.Unknown[label])
	}
	return nil
}

// decisionColumns are the columns of a labelled file by their names.
var decisionColumns = map[string]func(*suggest.Row) *string{
	"text": func(r *suggest.Row) *string { return &r.Text }, "текст": func(r *suggest.Row) *string { return &r.Text },
	"body": func(r *suggest.Row) *string { return &r.Body }, "executor": func(r *suggest.Row) *string { return &r.Body },
	"ведомство": func(r *suggest.Row) *string { return &r.Body }, "исполнитель": func(r *suggest.Row) *string { return &r.Body },
	"topic": func(r *suggest.Row) *string { return &r.TopicLabel }, "theme": func(r *suggest.Row) *string { return &r.TopicLabel },
	"тема":   func(r *suggest.Row) *string { return &r.TopicLabel },
	"reason": func(r *suggest.Row) *string { return &r.ReasonLabel }, "причина": func(r *suggest.Row) *string { return &r.ReasonLabel },
}

// readDecisions reads the rows of a labelled CSV file.
func readDecisions(r io.Reader) (rows []suggest.Row, err error) {
	in, err := openTable(r)
	if err != nil {
		return nil, err
	}
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		err = errors.New("the file is empty")
	}
	if err != nil {
		return nil, brokenRow(err)
	}
	names := map[string]bool{}
	columns := make([]func(*suggest.Row) *string, len(header))
	for i, name := range header {
		if columns[i] = decisionColumns[foldLabel(name)]; columns[i] != nil {
			names[foldLabel(name)] = true
		}
	}
	if len(names) < 2 || !names["text"] && !names["текст"] {
		return nil, errors.New("the header needs a column text and one of body, topic, reason")
	}
	for {
		row, err := in.Read()
		switch {
		case errors.Is(err, io.EOF):
			return rows, nil
		case err != nil:
			return nil, brokenRow(err)
		}
		var decided suggest.Row
		for i, value := range row[:min(len(row), len(columns))] {
			if columns[i] != nil {
				*columns[i](&decided) = value
			}
		}
		rows = append(rows, decided)
	}
}
