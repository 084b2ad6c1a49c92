package sandbox

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// xLongestQuery is how many letters and signs a query of a search may have.
const xLongestQuery = 512

// xNode is a part of a query; alone says that it may stand without others.
type xNode struct {
	match func(*XPost) bool
	alone bool
}

// xQuery reads a query by the documented grammar: a space is AND and binds more
// than OR, - negates one operator and never a group, a word with punctuation
// has to be quoted.
func xQuery(text string, longest int) (func(*XPost) bool, error) {
	if n := utf8.RuneCountInString(text); n > longest || strings.TrimSpace(text) == "" {
		return nil, fmt.Errorf("a query of 1 to %d signs is expected, not %d", longest, n)
	}
	p := &xParser{rest: text}
	if err := p.next(); err != nil {
		return nil, err
	}
	n, err := p.or()
	switch {
	case err != nil:
		return nil, err
	case p.token != "":
		return nil, fmt.Errorf("%q is not expected", p.token)
	case !n.alone:
		return nil, fmt.Errorf("the query has no part that may stand alone")
	}
	return n.match, nil
}

// CheckXQuery says what is wrong with a query of a search.
func CheckXQuery(text string) error {
	_, err := xQuery(text, xLongestQuery)
	return err
}

// MatchX says whether the words of a query stand in a text.
func MatchX(query, text string) (bool, error) {
	match, err := xQuery(query, xLongestQuery)
	if err != nil {
		return false, err
	}
	x := &X{}
	return match(&XPost{x: x, texts: []string{text}, ids: []int64{1}, author: &XAccount{x: x}}), nil
}

type xParser struct {
	rest  string
	token string // "" at the end
}

// next cuts the next token off: a parenthesis, a quoted phrase, or what stands
// between spaces; with the minus before it.
func (p *xParser) next() error {
	p.rest = strings.TrimLeft(p.rest, " ")
	if p.rest == "" {
		p.token = ""
		return nil
	}
	at := 0
	if p.rest[0] == '-' {
		at = 1
	}
	switch {
	case at == len(p.rest):
		return fmt.Errorf("a minus before nothing")
	case p.rest[at] == '(' || p.rest[at] == ')':
		at++
	case p.rest[at] == '"':
		end := strings.IndexByte(p.rest[at+1:], '"')
		if end < 0 {
			return fmt.Errorf("a quote is not closed")
		}
		at += end + 2
	default:
		end := strings.IndexAny(p.rest, " ()")
		if end < 0 {
			end = len(p.rest)
		}
		at = end
	}
	p.token, p.rest = p.rest[:at], p.rest[at:]
	return nil
}

func (p *xParser) or() (xNode, error) {
	n, err := p.and()
	for err == nil && p.token == "OR" {
		if err = p.next(); err != nil {
			break
		}
		var other xNode
		if other, err = p.and(); err == nil {
			a, b := n.match, other.match
			n = xNode{match: func(x *XPost) bool { return a(x) || b(x) }, alone: n.alone && other.alone}
		}
	}
	return n, err
}

func (p *xParser) and() (n xNode, err error) {
	var parts []xNode
	for p.token != "" && p.token != ")" && p.token != "OR" {
		part, err := p.one()
		if err != nil {
			return n, err
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return n, fmt.Errorf("a word is expected before %q", p.token)
	}
	n.match = func(x *XPost) bool {
		return !slices.ContainsFunc(parts, func(part xNode) bool { return !part.match(x) })
	}
	n.alone = slices.ContainsFunc(parts, func(part xNode) bool { return part.alone })
	return n, nil
}

func (p *xParser) one() (n xNode, err error) {
	token := p.token
	if err := p.next(); err != nil {
		return n, err
	}
	if token == "-(" {
		return n, fmt.Errorf("a group cannot be negated")
	}
	if token == "(" {
		if n, err = p.or(); err != nil {
			return n, err
		}
		if p.token != ")" {
			return n, fmt.Errorf("a parenthesis is not closed")
		}
		return n, p.next()
	}
	operator, not := strings.CutPrefix(token, "-")
	if n, err = xOperator(operator); err != nil || !not {
		return n, err
	}
	match := n.match
	return xNode{match: func(x *XPost) bool { return !match(x) }}, nil
}

var xOperatorName = regexp.MustCompile(`^[a-z_]+:`)

func xOperator(token string) (xNode, error) {
	if token == "" || token == "AND" {
		return xNode{}, fmt.Errorf("%q is no word", token)
	}
	word := func(match func(*XPost) bool) (xNode, error) { return xNode{match: match, alone: true}, nil }
	aside := func(match func(*XPost) bool) (xNode, error) { return xNode{match: match}, nil }
	if name := xOperatorName.FindString(token); name != "" {
		value := token[len(name):]
		if value == "" {
			return xNode{}, fmt.Errorf("%s has no value", name)
		}
		switch name + value {
		case "is:retweet":
			return aside(func(p *XPost) bool { return p.options.Repost != nil })
		case "is:reply":
			return aside(func(p *XPost) bool { return p.options.ReplyTo != nil })
		case "is:quote":
			return aside(func(p *XPost) bool { return p.options.Quote != nil })
		case "has:media":
			return aside(func(p *XPost) bool { return p.options.Photos+p.options.Videos > 0 })
		}
		switch name {
		case "lang:":
			return aside(func(p *XPost) bool { return value == p.options.Lang || p.options.Lang == "" && value == "ru" })
		case "from:":
			return word(func(p *XPost) bool { return strings.EqualFold(p.author.username, value) })
		case "to:":
			return word(func(p *XPost) bool {
				return p.options.ReplyTo != nil && strings.EqualFold(p.options.ReplyTo.author.username, value)
			})
		case "conversation_id:":
			return word(func(p *XPost) bool { return p.root().ExternalID() == value })
		case "in_reply_to_tweet_id:":
			return word(func(p *XPost) bool { return p.options.ReplyTo != nil && p.options.ReplyTo.ExternalID() == value })
		}
		return xNode{}, fmt.Errorf("operator %q is not known", name+value)
	}
	switch token[0] {
	case '@':
		return word(func(p *XPost) bool {
			return slices.ContainsFunc(p.mentions(), func(a *XAccount) bool { return strings.EqualFold(a.username, token[1:]) })
		})
	case '#':
		return word(func(p *XPost) bool {
			return slices.Contains(strings.Fields(strings.ToLower(p.text())), strings.ToLower(token))
		})
	case '"':
		phrase := xWords(token)
		if len(phrase) == 0 {
			return xNode{}, fmt.Errorf("a phrase without words")
		}
		return word(func(p *XPost) bool { return xHas(xWords(p.text()), phrase) })
	}
	if strings.ContainsFunc(token, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		return xNode{}, fmt.Errorf("%q has to be quoted", token)
	}
	words := xWords(token)
	return word(func(p *XPost) bool { return xHas(xWords(p.text()), words) })
}

// xWords are the words of a text as the network compares them: no other forms,
// and ё is a letter of its own.
func xWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' })
}

func xHas(words, phrase []string) bool {
	for i := 0; i+len(phrase) <= len(words); i++ {
		if slices.Equal(words[i:i+len(phrase)], phrase) {
			return true
		}
	}
	return false
}
