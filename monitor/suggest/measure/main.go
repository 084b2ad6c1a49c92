// Command measure reports how well suggestions are learned from a labelled CSV
// file, plain or gzip: in five folds, each predicted by what the others taught,
// averaged over random orders. Each column of labels is measured twice: by the
// words of the texts alone, and, as at work, with the topic that the built-in
// rules choose. Those were written while complaints of one region were looked
// at: of texts that they were written by the second figure is too good.
//
//	go run ./monitor/suggest/measure -labels category,theme,executor FILE
//
// ± is the standard error of a share, by the number of rows.
package main

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"otklik/monitor/suggest"
)

func main() {
	text := flag.String("text", "text", "the column of the texts")
	labels := flag.String("labels", "topic,body", "the columns of the classes, each measured by itself")
	folds := flag.Int("folds", 5, "how many parts the rows are cut into")
	orders := flag.Int("orders", 3, "how many random orders of the rows are averaged over")
	flag.Parse()
	setting := suggest.Setting{Folds: *folds, Orders: *orders}
	if err := run(os.Stdout, flag.Arg(0), *text, strings.Split(*labels, ","), setting); err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, path, text string, labels []string, setting suggest.Setting) (err error) {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	in := bufio.NewReader(file)
	var plain io.Reader = in
	if magic, _ := in.Peek(2); string(magic) == "\x1f\x8b" {
		if plain, err = gzip.NewReader(in); err != nil {
			return err
		}
	}
	rows, err := csv.NewReader(plain).ReadAll()
	if err != nil || len(rows) == 0 {
		return errors.Join(err, errors.New("no rows"))
	}
	for _, label := range labels {
		list, err := labelled(rows, text, label)
		if err != nil {
			return err
		}
		for _, setting.ByTopics = range []bool{false, true} {
			report(out, label, setting, suggest.Measure(list, setting))
		}
	}
	return nil
}

func report(out io.Writer, label string, s suggest.Setting, m suggest.Measured) {
	with := "words alone"
	if s.ByTopics {
		with = "with topics"
	}
	fmt.Fprintf(out, "%-10s %s  %5d rows %4d classes  majority %.3f  first %.3f ± %.3f  three %.3f ± %.3f  predict %v  update %v\n", label, with,
		m.Rows, m.Classes, m.Most, m.First, m.Error(m.First), m.Three, m.Error(m.Three), m.Predict.Round(1000), m.Update.Round(1000))
}

// labelled are the rows that have a class in a column.
func labelled(rows [][]string, text, label string) (list []suggest.Labelled, err error) {
	t, l := slices.Index(rows[0], text), slices.Index(rows[0], label)
	if t < 0 || l < 0 {
		return nil, fmt.Errorf("the header has no column %s or no column %s", text, label)
	}
	for _, row := range rows[1:] {
		if row[l] != "" {
			list = append(list, suggest.Labelled{Text: row[t], Class: row[l]})
		}
	}
	return list, nil
}
