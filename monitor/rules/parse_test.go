package rules

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	word := func(text string) Word { return Word{Text: text} }
	for text, want := range map[string]Expr{
		"Яма":              word("яма"),
		"ям\u0430\u0301":   word("яма"),
		"е\u0308лка":       word("ёлка"),
		"яма дорога":       And{[]Expr{word("яма"), word("дорога")}},
		"яма | дорога":     Or{[]Expr{word("яма"), word("дорога")}},
		"яма|дорога двор":  Or{[]Expr{word("яма"), And{[]Expr{word("дорога"), word("двор")}}}},
		"(яма|ухаб) двор":  And{[]Expr{Or{[]Expr{word("яма"), word("ухаб")}}, word("двор")}},
		"дорога -железная": And{[]Expr{word("дорога"), Not{word("железная")}}},
		"дорога —железная": And{[]Expr{word("дорога"), Not{word("железная")}}},
		"а -(б в)":         And{[]Expr{word("а"), Not{And{[]Expr{word("б"), word("в")}}}}},
		`"нет воды"`:       Phrase{[]Word{word("нет"), word("воды")}},
		`«нет, воды»`:      Phrase{[]Word{word("нет"), word("воды")}},
		`"яма"`:            word("яма"),
		`="нет воды"`:      Phrase{[]Word{{"нет", ThisForm}, {"воды", ThisForm}}},
		`"=не вывоз*"`:     Phrase{[]Word{{"не", ThisForm}, {"вывоз", Beginning}}},
		"Усть-Качка":       Phrase{[]Word{word("усть"), word("качка")}},
		"=дороги":          Word{"дороги", ThisForm},
		"отоплен*":         Word{"отоплен", Beginning},
		"#Ямы_59":          Tag{"ямы_59"},
		"вода ~3 ржавая":   Near{[]Expr{word("вода"), word("ржавая")}, []int{3}},
		"вода~3ржавая":     Near{[]Expr{word("вода"), word("ржавая")}, []int{3}},
		`а ~1 (б|"в г") ~2 д`: Near{[]Expr{word("а"), Or{[]Expr{word("б"), Phrase{[]Word{word("в"), word("г")}}}},
			word("д")}, []int{1, 2}},
		"а -б ~2 в":   And{[]Expr{word("а"), Not{Near{[]Expr{word("б"), word("в")}, []int{2}}}}},
		"((а) ((б)))": And{[]Expr{word("а"), word("б")}},
	} {
		got, err := Parse(text)
		if err != nil {
			t.Errorf("Parse(%q): %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Parse(%q) (-want +got):\n%s", text, diff)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]SyntaxError{
		"":              {0, "", CodeEmpty, 0},
		" \n":           {0, "", CodeEmpty, 0},
		"яма, дорога":   {3, ",", CodeUnexpected, 0},
		"(яма":          {0, "(", CodeUnclosedParen, 0},
		"яма )":         {4, ")", CodeUnopenedParen, 0},
		"яма ()":        {5, ")", CodeEmptyGroup, 0},
		`яма "дорога`:   {4, `"дорога`, CodeUnclosedQuote, 0},
		`яма ""`:        {4, `""`, CodeEmptyPhrase, 0},
		"яма |":         {5, "", CodeMissingWord, 0},
		"| яма":         {0, "|", CodeMissingWord, 0},
		"яма - дорога":  {4, "-", CodeMissingWord, 0},
		"яма --дорога":  {5, "-", CodeMissingWord, 0},
		"яма =":         {4, "=", CodeMissingWord, 0},
		"яма #":         {4, "#", CodeMissingWord, 0},
		"-яма":          {0, "-яма", CodeOnlyNot, 0},
		"яма | -дорога": {0, "яма | -дорога", CodeOnlyNot, 0},
		"яма ~ дорога":  {4, "~", CodeDistance, MaxDistance},
		"яма ~0 дорога": {4, "~0", CodeDistance, MaxDistance},
		"яма ~999 двор": {4, "~999", CodeDistance, MaxDistance},
		"яма ~3":        {6, "", CodeMissingWord, 0},
		"а ~3 (б в)":    {5, "(", CodeNearOperand, 0},
		"я*":            {0, "я*", CodeShortPrefix, MinPrefix},
		`"` + strings.Repeat("а ", MaxPhrase+1) + `"`: {0, `"` + strings.Repeat("а ", 31) + "а", CodeLongPhrase, MaxPhrase},
		strings.Repeat("а", MaxWord+1):                {0, strings.Repeat("а", MaxWord), CodeLongWord, MaxWord},
		strings.Repeat("а ", MaxTerms+1):              {2 * MaxTerms, "а", CodeManyTerms, MaxTerms},
		strings.Repeat("(", MaxDepth+1) + "а":         {MaxDepth, "(", CodeDeep, MaxDepth},
	} {
		_, err := Parse(text)
		var got *SyntaxError
		if !errors.As(err, &got) {
			t.Errorf("Parse(%.40q) = %v, want a syntax error", text, err)
			continue
		}
		if diff := cmp.Diff(want, *got); diff != "" {
			t.Errorf("Parse(%.40q) (-want +got):\n%s", text, diff)
		}
	}
}

func TestCompileNamesTheRule(t *testing.T) {
	_, err := Compile([]Rule{{1, "яма"}, {7, "(яма"}})
	var syntax *SyntaxError
	if !errors.As(err, &syntax) || !strings.Contains(err.Error(), "rule 7") {
		t.Errorf("Compile = %v, want the syntax error of rule 7", err)
	}
	if _, err := Compile([]Rule{{1, "яма"}, {1, "двор"}}); err == nil {
		t.Error("Compile took two rules of one id")
	}
}

// FuzzParse: no text panics, and what parses is printed so that it parses to
// the same.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"яма | (ухаб -двор) ~3", `"нет =воды ям*" ~2 (а|б)`, "#тег -(-а б)", "усть-качка*", "е\u0308 и\u0306 \u00ad", "a|b|(c|d) (e f)", "«а» „б“ “в”",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Pos > len([]rune(text)) || syntax.Error() == "" {
				t.Fatalf("Parse(%q): bad error %v", text, err)
			}
			return
		}
		again, err := Parse(e.String())
		if err != nil {
			t.Fatalf("Parse(%q) prints %q: %v", text, e, err)
		}
		if diff := cmp.Diff(e, again); diff != "" {
			t.Fatalf("Parse(%q) prints %q, which differs:\n%s", text, e, diff)
		}
	})
}
