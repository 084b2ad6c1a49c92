package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
)

// row is one measured figure beside its goal.
type row struct {
	Name  string  `json:"name"`
	Unit  string  `json:"unit"` // "×": a ratio of rates
	Value float64 `json:"value"`
	Ratio *ratio  `json:"ratio,omitempty"` // Value is its median
	Goal  float64 `json:"goal"`
	Most  bool    `json:"at_most"` // the goal is a ceiling
	Met   bool    `json:"met"`
	Note  string  `json:"note,omitempty"`
}

// figure is what is told without a goal.
type figure struct {
	Name    string  `json:"name"`
	Posts   float64 `json:"posts_per_second"`
	MBytes  float64 `json:"megabytes_per_second"` // of 10⁶ bytes of raw posts
	Matches float64 `json:"matches_per_post,omitempty"`
}

// table is what one run has measured.
type table struct {
	Machine string   `json:"machine"`
	Posts   int      `json:"posts"`
	Bytes   float64  `json:"bytes_per_post"`
	Rounds  int      `json:"rounds"`
	Rates   []figure `json:"rates"`
	Rows    []row    `json:"rows"`
}

func atLeast(goal float64, name string, r ratio, note string) row {
	return row{Name: name, Unit: "×", Value: r.Median, Ratio: &r, Goal: goal, Met: r.Median >= goal, Note: note}
}

func floor(goal float64, name, unit string, value float64, note string) row {
	return row{Name: name, Unit: unit, Value: value, Goal: goal, Met: value >= goal, Note: note}
}

func ceiling(goal float64, name, unit string, value float64, note string) row {
	return row{Name: name, Unit: unit, Value: value, Goal: goal, Most: true, Met: value <= goal, Note: note}
}

func (t *table) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(t)
}

func (t *table) write(out io.Writer) error {
	fmt.Fprintf(out, "%s\n%d posts of %.0f bytes, %d rounds in turn, by processor time; × is the median of the rounds, then the least and that of the best rounds\n\n",
		t.Machine, t.Posts, t.Bytes, t.Rounds)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "pass\tposts/s\tMB/s\tmatches a post")
	for _, f := range t.Rates {
		matches := ""
		if f.Matches > 0 {
			matches = short(f.Matches)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", f.Name, short(f.Posts), short(f.MBytes), matches)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w, "\n\tmeasured\tleast; best\tgoal\t\tnote")
	for _, r := range t.Rows {
		spread := ""
		if r.Ratio != nil {
			spread = short(r.Ratio.Min) + "; " + short(r.Ratio.Best)
		}
		sign, mark := "≥", "✗"
		if r.Most {
			sign = "≤"
		}
		if r.Met {
			mark = "✓"
		}
		fmt.Fprintf(w, "%s\t%s %s\t%s\t%s %s\t%s\t%s\n", r.Name, short(r.Value), r.Unit, spread, sign, short(r.Goal), mark, r.Note)
	}
	return w.Flush()
}

// short writes three digits of what is small, and thousands apart.
func short(v float64) string {
	if v < 100 {
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	digits := strconv.FormatFloat(v, 'f', 0, 64)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
