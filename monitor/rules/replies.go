package rules

import (
	"bufio"
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

// What a resident means by a reply to an answer.
const (
	ReplyThanks   = "thanks"
	ReplyUnsolved = "unsolved" // nothing was done, or it is bad again
	ReplyOther    = "other"    // or nobody can tell
)

//go:embed replies.txt
var repliesText string

var replies = sync.OnceValues(func() (*replySets, error) { return readReplies(repliesText) })

// replySets are the sections of replies.txt, whose head says what they mean.
type replySets struct{ unsolved, thanks, doubt *Set }

// Reply says what a resident means by a reply. It would rather leave a reply to
// a person than guess: what is not plain is ReplyOther.
func Reply(text string) string {
	sets, err := replies()
	if err != nil {
		panic("rules: replies.txt: " + err.Error()) // a test reads the file
	}
	switch {
	case sets.unsolved.meets(text):
		return ReplyUnsolved
	case approval(text):
		return ReplyThanks
	case !strings.ContainsAny(text, "?？") && sets.thanks.meets(text) && !sets.doubt.meets(text):
		return ReplyThanks
	}
	return ReplyOther
}

func (s *Set) meets(text string) bool { return len(s.Match(nil, text)) > 0 }

// approvals are signs that approve when nothing else is said.
const approvals = "👍🙏👏🤝❤💐🌹😊🥰🌺🌷💪👌🤗☺"

// approval says that a text is nothing but such signs.
func approval(text string) bool {
	some := false
	for _, r := range text {
		switch {
		case strings.ContainsRune(approvals, r):
			some = true
		case r == '\ufe0f' || r == '\u200d' || r >= 0x1F3FB && r <= 0x1F3FF || strings.ContainsRune(" \n\t!.", r): // how a sign is drawn, and what stands between them
		default:
			return false
		}
	}
	return some
}

// readReplies reads the format that the head of replies.txt explains.
func readReplies(text string) (*replySets, error) {
	sections := map[string][]Rule{}
	name := ""
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "//") {
			continue
		}
		if section, ok := strings.CutPrefix(line, "["); ok {
			name = strings.TrimSuffix(section, "]")
			continue
		}
		sections[name] = append(sections[name], Rule{ID: int64(n), Text: line})
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	sets := &replySets{}
	for name, set := range map[string]**Set{"unsolved": &sets.unsolved, "thanks": &sets.thanks, "doubt": &sets.doubt} {
		var err error
		if *set, err = Compile(sections[name]); err != nil || len(sections[name]) == 0 {
			return nil, fmt.Errorf("section %s with %d rules: %w", name, len(sections[name]), err)
		}
		delete(sections, name)
	}
	if len(sections) > 0 {
		return nil, fmt.Errorf("%d sections that nobody asks", len(sections))
	}
	return sets, nil
}
