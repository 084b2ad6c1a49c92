package rules

import (
	_ "embed"
	"strings"
	"testing"
)

//go:embed testdata/forms.txt
var formCases string

// Keywords chosen to be hard: vowels that come and go, changing stems,
// look-alikes. The one that is taken is «горячо», a short form of «горячий».
func TestFormsOfHardWords(t *testing.T) {
	var forms, missed, others, mistaken int
	for line := range strings.Lines(formCases) {
		if strings.HasPrefix(line, "//") {
			continue
		}
		fields := strings.Split(line, "|")
		if len(fields) != 3 {
			t.Fatalf("%q is not keyword | forms | look-alikes", line)
		}
		keyword := strings.TrimSpace(fields[0])
		for form := range strings.FieldsSeq(fields[1]) {
			if forms++; found(t, keyword, form) == nil {
				missed++
				t.Logf("%s misses %s", keyword, form)
			}
		}
		for other := range strings.FieldsSeq(fields[2]) {
			if others++; found(t, keyword, other) != nil {
				mistaken++
				t.Logf("%s takes %s", keyword, other)
			}
		}
	}
	if got := [...]int{forms, missed, others, mistaken}; got != [...]int{260, 0, 84, 1} {
		t.Errorf("%d forms, of which %d missed; %d look-alikes, of which %d taken", forms, missed, others, mistaken)
	}
}
