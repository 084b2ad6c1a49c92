package rules_test

import (
	"errors"
	"fmt"

	"otklik/monitor/rules"
)

func Example() {
	set, err := rules.Compile([]rules.Rule{
		{ID: 1, Text: `"нет воды" | вода ~3 (ржавая | холодная)`},
		{ID: 2, Text: `яма дорога -железная`},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var m rules.Matches // kept from text to text
	for _, post := range []string{"НЕТ ВOДЫ третий день!", "Дороги в ямах", "ямы у железной дороги"} {
		for _, hit := range set.Match(&m, post) {
			fmt.Print(hit.Rule)
			for _, span := range hit.Spans {
				fmt.Printf(" «%s»", post[span.Start:span.End])
			}
			fmt.Println()
		}
	}
	// Output:
	// 1 «НЕТ ВOДЫ»
	// 2 «Дороги» «ямах»
}

func ExampleCompile_error() {
	_, err := rules.Compile([]rules.Rule{{ID: 7, Text: `яма "нет воды`}})
	fmt.Println(err)
	var syntax *rules.SyntaxError
	if errors.As(err, &syntax) {
		fmt.Println(syntax.Code, syntax.Pos)
	}
	// Output:
	// rule 7: unclosed_quote at 4 ("\"нет воды")
	// unclosed_quote 4
}

func ExampleTerms() {
	e, err := rules.Parse(`яма -(отчёт | #реклама)`)
	if err != nil {
		fmt.Println(err)
		return
	}
	for term, absent := range rules.Terms(e) {
		fmt.Println(term, absent)
	}
	// Output:
	// яма false
	// отчёт true
	// #реклама true
}
