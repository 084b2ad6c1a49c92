package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"otklik/monitor/rules"
)

// notJudged is the label of rows that are left out.
const notJudged = "-"

// labels say which topics a label of a file means.
type labels struct {
	named  map[string]string   // codes by code and name, folded
	mapped map[string][]string // codes by label; nil without a map
}

// foldLabel makes labels equal that differ in case or spaces only.
func foldLabel(label string) string {
	return strings.ToLower(strings.Join(strings.Fields(label), " "))
}

func topicNames(topics []rules.Topic) map[string]string {
	named := map[string]string{}
	for _, t := range topics {
		for _, name := range append(slices.Collect(maps.Values(t.Names)), t.Code) {
			named[foldLabel(name)] = t.Code
		}
	}
	return named
}

// of gives the codes that a row's label means. It is not judged when it says so
// or is not in the map.
func (l labels) of(label string) (codes []string, judged bool, err error) {
	if l.mapped != nil {
		codes, judged = l.mapped[foldLabel(label)]
		return codes, judged, nil
	}
	return l.codes(label)
}

// codes reads a label as written by hand: codes and names parted by |.
func (l labels) codes(label string) (codes []string, judged bool, err error) {
	switch strings.TrimSpace(label) {
	case notJudged:
		return nil, false, nil
	case "":
		return nil, true, nil
	}
	for part := range strings.SplitSeq(label, "|") {
		code, ok := l.named[foldLabel(part)]
		if !ok {
			known := slices.Compact(slices.Sorted(maps.Values(l.named)))
			return nil, false, fmt.Errorf("there is no topic %q; there are %s", strings.TrimSpace(part), strings.Join(known, ", "))
		}
		codes = append(codes, code)
	}
	return codes, true, nil
}

// readMap reads rows of a label and what it means, of which the first may be a
// header. A label that is not judged is left out.
func readMap(path string, by labels) (mapped map[string][]string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	in, err := openTable(f)
	if err != nil {
		return nil, err
	}
	mapped = map[string][]string{}
	for first := true; ; first = false {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return mapped, nil
		}
		if err != nil {
			return nil, brokenRow(err)
		}
		line, _ := in.FieldPos(0)
		if len(row) < 2 {
			return nil, fmt.Errorf("line %d: want a label and its topics", line)
		}
		codes, judged, err := by.codes(row[1])
		if err != nil && first {
			continue // a header
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		if judged {
			mapped[foldLabel(row[0])] = codes
		}
	}
}
