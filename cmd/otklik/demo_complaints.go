package main

import (
	_ "embed"
	"fmt"
	"strings"
)

//go:embed demo/complaints.txt
var demoComplaintsText string

//go:embed demo/answers.txt
var demoAnswersText string

// complaint is what a resident of the demo writes.
type complaint struct {
	topic  string // code of a built-in topic; "" for chatter
	danger bool   // life is at stake
	place  string
	text   string
}

// demoComplaints reads the lines written for the demo, in the order in which
// they come; the first is the card that the demo starts with.
func demoComplaints(text string) ([]complaint, error) {
	var list []complaint
	for n, line := range strings.Split(text, "\n") {
		if line == "" || strings.HasPrefix(line, "//") {
			continue
		}
		head, words, ok := strings.Cut(line, " | ")
		code, place, two := strings.Cut(head, " ")
		if !ok || !two || place == "" || words == "" {
			return nil, fmt.Errorf("line %d: %q is not code Place | text", n+1, line)
		}
		c := complaint{place: place, text: words}
		c.topic, c.danger = strings.CutSuffix(code, "!")
		if c.topic == "-" {
			c.topic = ""
		}
		list = append(list, c)
	}
	return list, nil
}

// demoLines are the lines of a text without its remarks.
func demoLines(text string) (list []string) {
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" && !strings.HasPrefix(line, "//") {
			list = append(list, line)
		}
	}
	return list
}
