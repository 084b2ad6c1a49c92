package score

import (
	"os"
	"strings"
	"testing"

	"otklik/monitor/rules"
)

// TestBuiltinTopicsAreChosen: of the topics whose rules a complaint meets it
// gets the right one.
func TestBuiltinTopicsAreChosen(t *testing.T) {
	judge, err := New(rules.Topics(), 20)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../testdata/complaints.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		head, complaint, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if err := judge.Add(Row{Text: complaint, Topics: []string{strings.TrimPrefix(head, "! ")}}); err != nil {
			t.Fatal(err)
		}
	}
	r := judge.Report()
	if r.Judged < 200 || r.Missed > 0 || r.Micro.Precision < 0.97 {
		t.Errorf("%+v, %+v", r.Counts, r.Micro)
		for _, c := range append(r.Mistaken, r.Missing...) {
			t.Logf("%v, found %q: %s", c.Topics, c.Found, c.Text)
		}
	}
}

// TestWorstCases: each topic's misses are seen, and the surest mistakes first.
func TestWorstCases(t *testing.T) {
	topics := []rules.Topic{{Code: "a", Rules: []string{"яма"}}, {Code: "b", Rules: []string{"лед", "снег"}}, {Code: "c"}}
	judge, err := New(topics, 3)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range []Row{
		{Text: "раз", Topics: []string{"a"}}, {Text: "два", Topics: []string{"a"}}, {Text: "три", Topics: []string{"a"}}, {Text: "четыре", Topics: []string{"b"}},
		{Text: "снег"}, {Text: "лед и снег", Topics: []string{"a"}}, {Text: "яма, снег, лед", Topics: []string{"a"}},
		{Text: "пять", Topics: []string{"c"}}, {Text: "снег", Topics: []string{"c", "b"}},
	} {
		row.Line = i
		if err := judge.Add(row); err != nil {
			t.Fatal(err)
		}
	}
	r := judge.Report()
	if lines := linesOf(r.Missing); lines != "031" {
		t.Errorf("missed: lines %s", lines)
	}
	if lines := linesOf(r.Mistaken); lines != "564" {
		t.Errorf("wrong: lines %s", lines)
	}
	if want := (Counts{Rows: 9, Judged: 9, Right: 1, Wrong: 3, Missed: 4, Quiet: 1}); r.Counts != want {
		t.Errorf("%+v", r.Counts)
	}
	if err := judge.Add(Row{Text: "шесть", Topics: []string{"d"}}); err == nil {
		t.Error("an unknown topic is taken")
	}
	if _, err := New([]rules.Topic{{Code: "a", Rules: []string{"(яма"}}}, 3); err == nil {
		t.Error("a broken rule is taken")
	}
}

func linesOf(cases []Case) string {
	var b strings.Builder
	for _, c := range cases {
		b.WriteByte(byte('0' + c.Line))
	}
	return b.String()
}
