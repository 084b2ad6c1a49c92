package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"otklik/monitor/rules/score"
)

// otklik runs the command line and gives what it printed.
func otklik(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	c := root()
	c.SetOut(&out)
	c.SetErr(&out)
	c.SetArgs(args)
	err := c.ExecuteContext(t.Context())
	return out.String(), err
}

func fileOf(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// ownTopics are rules so small that each outcome can be counted by hand.
const ownTopics = `
[pits] normal | Ямы | Pits
яма
дорога ~2 разбита
[cold] high | Холод | Cold
холодно
danger: замерзает
[rest] normal | Прочее | The rest
`

const ownRows = `id,text,topic
1,"Яма на дороге,
и ещё одна яма",pits
2,Дорога разбита,Ямы
3,"В садике холодно, рядом яма",pits
4,Холодно в квартире,pits | cold
5,Тротуара нет,pits
6,Хор занял первое место,
7,Где холодно и красиво,
8,Тишина,rest
9,Яма,-
`

func TestRulesAreJudged(t *testing.T) {
	own := fileOf(t, "own.txt", ownTopics)
	out, err := otklik(t, "rules", fileOf(t, "rows.csv", ownRows), "--rules", own, "--json")
	if err != nil {
		t.Fatal(err)
	}
	var r score.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	want := score.Counts{Rows: 9, Skipped: 1, Judged: 8, Right: 3, Wrong: 2, Missed: 1, Quiet: 2}
	if r.Counts != want || r.Coverage != 5./8 {
		t.Errorf("counts %+v, coverage %v", r.Counts, r.Coverage)
	}
	pits := score.TopicScore{Topic: "pits", Expected: 4, Found: 2, Right: 2, Measure: score.Measure{Precision: 1, Recall: .5, F1: 2. / 3}}
	cold := score.TopicScore{Topic: "cold", Expected: 1, Found: 3, Right: 1, Measure: score.Measure{Precision: 1. / 3, Recall: 1, F1: .5}}
	if len(r.Topics) != 2 || r.Topics[0] != pits || r.Topics[1] != cold {
		t.Errorf("topics %+v", r.Topics)
	}
	if r.Micro != (score.Measure{Precision: .6, Recall: .6, F1: .6}) || r.Macro.Recall != .75 {
		t.Errorf("micro %+v, macro %+v", r.Micro, r.Macro)
	}
	if i := slices.IndexFunc(r.Rules, func(s score.RuleScore) bool { return s.Rule == "холодно" }); r.Rules[i].Hits != 3 || r.Rules[i].Right != 1 || r.Rules[i].Wrong != 2 {
		t.Errorf("rules %+v", r.Rules)
	}
	if len(r.Missing) != 1 || r.Missing[0].Line != 7 {
		t.Errorf("missed %+v", r.Missing)
	}
	if len(r.Mistaken) != 2 || r.Mistaken[0].Line != 5 && r.Mistaken[1].Line != 5 {
		t.Errorf("wrong %+v", r.Mistaken)
	}
}

func TestRulesReportForAPerson(t *testing.T) {
	out, err := otklik(t, "rules", fileOf(t, "rows.csv", ownRows), "--rules", fileOf(t, "own.txt", ownTopics))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"rows 9, judged 8: right 3, wrong 2, missed 1, rightly nothing 2; a topic found for 62.5 %",
		"3     1      2      cold   холодно\n",
		"line 7: pits\n    Тротуара нет\n",
		"line 5: pits, found cold (also pits)\n    В садике *холодно*, рядом яма\n    by холодно\n",
		"line 9: nothing, found cold\n    Где *холодно* и красиво\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the report lacks %q:\n%s", want, out)
		}
	}
	out, err = otklik(t, "rules", fileOf(t, "rows.csv", ownRows), "--rules", fileOf(t, "own.txt", ownTopics), "--worst", "0")
	if err != nil || strings.Contains(out, "line ") {
		t.Errorf("--worst 0: %v\n%s", err, out)
	}
}

// TestRulesReadManyFiles: what spreadsheets write, packed files, other columns,
// themes by a map, own rules beside the built-in ones.
func TestRulesReadManyFiles(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte("\ufeffТема;Сообщение\r\nЯмы и выбоины;\"Яма во\r\nдворе на дороге\"\r\nРеклама;Куплю гараж\r\nВопросы;Холодно\r\n")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	file := fileOf(t, "rows.csv.gz", packed.String())
	out, err := otklik(t, "rules", file, "--text", "сообщение", "--theme", "тема",
		"--map", fileOf(t, "map.csv", "theme,topics\nямы  и выбоины,Pits|roads\nРеклама,\nВопросы,-\n"), "--rules", fileOf(t, "own.txt", ownTopics), "--beside")
	if err != nil || !strings.HasPrefix(out, "rows 3, judged 2: right 1, wrong 0, missed 0, rightly nothing 1;") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestRulesSayWhatIsWrong(t *testing.T) {
	good := fileOf(t, "rows.csv", ownRows)
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no such file":         {[]string{filepath.Join(t.TempDir(), "no.csv")}, "no such file"},
		"no such column":       {[]string{good, "--text", "body"}, `there is no column "body"; there are id, text, topic`},
		"no such theme column": {[]string{good, "--theme", "theme"}, `there is no column "theme"`},
		"unknown label":        {[]string{good}, `line 2: there is no topic "pits"; there are animals, `},
		"unknown topic in map": {[]string{good, "--map", fileOf(t, "map.csv", "a,roads\nb,rodas\n")}, `line 2: there is no topic "rodas"`},
		"map of one column":    {[]string{good, "--map", fileOf(t, "map.csv", "a\n")}, "line 1: want a label and its topics"},
		"empty file":           {[]string{fileOf(t, "rows.csv", "")}, "the file is empty"},
		"header alone":         {[]string{fileOf(t, "rows.csv", "text,topic\n")}, "no rows below the header"},
		"quote left open":      {[]string{fileOf(t, "rows.csv", "text,topic\nяма,roads\n\"яма,roads\n")}, "rows.csv: line 3: "},
		"columns short":        {[]string{fileOf(t, "rows.csv", "text,topic\nяма,roads\nяма\n")}, "line 3: 1 columns where the header has 2"},
		"broken rule":          {[]string{good, "--rules", fileOf(t, "own.txt", "[a] normal | А | A\n(яма")}, "own.txt: line 2: unclosed_paren"},
		"no topics":            {[]string{good, "--rules", fileOf(t, "own.txt", "// nothing")}, "no topic in it"},
		"both columns":         {[]string{good, "--topic", "topic", "--theme", "topic"}, "none of the others can be"},
		"negative worst":       {[]string{good, "--worst", "-1"}, "must not be negative"},
	} {
		out, err := otklik(t, append([]string{"rules"}, c.args...)...)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q\n%s", name, err, c.want, out)
		}
	}
}
