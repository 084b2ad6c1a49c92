package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"otklik/monitor/rules"
	"otklik/monitor/rules/score"
)

// showReport prints a report for a person; of rules and cases the worst only.
func showReport(out io.Writer, r score.Report, worst int) error {
	fmt.Fprintf(out, "rows %d, judged %d: right %d, wrong %d, missed %d, rightly nothing %d; a topic found for %s\n\n",
		r.Rows, r.Judged, r.Right, r.Wrong, r.Missed, r.Quiet, percent(r.Coverage))
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "topic\texpected\tfound\tright\tprecision\trecall\tF1\t")
	for _, t := range r.Topics {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%s\t%s\t%s\t\n", t.Topic, t.Expected, t.Found, t.Right,
			known(t.Precision, t.Found), known(t.Recall, t.Expected), known(t.F1, t.Found+t.Expected))
	}
	for _, m := range []struct {
		name string
		score.Measure
	}{{"micro", r.Micro}, {"macro", r.Macro}} {
		fmt.Fprintf(table, "%s\t\t\t\t%s\t%s\t%s\t\n", m.name, percent(m.Precision), percent(m.Recall), percent(m.F1))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if err := showRules(out, r.Rules, worst); err != nil {
		return err
	}
	showCases(out, "missed", r.Missing)
	showCases(out, "wrong", r.Mistaken)
	return nil
}

// known is a share of something that there is.
func known(share float64, of int) string {
	if of == 0 {
		return "–"
	}
	return percent(share)
}

func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }

// showRules lists the rules that were wrong most often.
func showRules(out io.Writer, list []score.RuleScore, worst int) error {
	list = slices.DeleteFunc(slices.Clone(list), func(r score.RuleScore) bool { return r.Wrong == 0 })
	slices.SortStableFunc(list, func(a, b score.RuleScore) int { return cmp.Compare(b.Wrong, a.Wrong) })
	list = list[:min(len(list), worst)]
	if len(list) == 0 {
		return nil
	}
	fmt.Fprintln(out, "\nrules most often wrong:")
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "hits\tright\twrong\ttopic\trule")
	for _, r := range list {
		fmt.Fprintf(table, "%d\t%d\t%d\t%s\t%s\n", r.Hits, r.Right, r.Wrong, r.Topic, shortened(r.Rule, nil, 100))
	}
	return table.Flush()
}

func showCases(out io.Writer, title string, cases []score.Case) {
	if len(cases) == 0 {
		return
	}
	fmt.Fprintf(out, "\n%s:\n", title)
	for _, c := range cases {
		fmt.Fprintf(out, "line %d: %s", c.Line, cmp.Or(strings.Join(c.Topics, "|"), "nothing"))
		if c.Found != "" {
			fmt.Fprintf(out, ", found %s", c.Found)
		}
		if len(c.Also) > 0 {
			fmt.Fprintf(out, " (also %s)", strings.Join(c.Also, ", "))
		}
		fmt.Fprintf(out, "\n    %s\n", shortened(c.Text, c.Words, 240))
		for _, rule := range c.Rules {
			fmt.Fprintf(out, "    by %s\n", shortened(rule, nil, 160))
		}
	}
}

// shortened is a text as one line of about limit letters, with a star on either
// side of each word that is meant, beginning near the first of them.
func shortened(text string, words []rules.Span, limit int) string {
	var b strings.Builder
	from := 0
	if len(words) > 0 {
		from = before(text, words[0].Start, limit/4)
	}
	if from > 0 {
		b.WriteString("…")
	}
	at := from
	for _, w := range words {
		if w.Start < at {
			continue // two rules met the same word
		}
		b.WriteString(text[at:w.Start] + "*" + text[w.Start:w.End] + "*")
		at = w.End
	}
	b.WriteString(text[at:])
	line := []rune(strings.Join(strings.Fields(b.String()), " "))
	if len(line) <= limit {
		return string(line)
	}
	return strings.TrimSpace(string(line[:limit])) + "…"
}

// before is the place in bytes so many letters before another.
func before(text string, at, letters int) int {
	for ; at > 0 && letters > 0; letters-- {
		_, size := utf8.DecodeLastRuneInString(text[:at])
		at -= size
	}
	return at
}
