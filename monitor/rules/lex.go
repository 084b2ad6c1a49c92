package rules

import (
	"strconv"
	"strings"
	"unicode"
)

type kind int

const (
	end kind = iota
	word
	phrase
	tag
	near
	or
	not
	open
	closing
)

// lexeme is one sign of the rule language; expr is set for word, phrase and
// tag, within for near.
type lexeme struct {
	kind   kind
	pos    int
	text   string
	expr   Expr
	within int
}

type lexer struct {
	runes []rune
	at    int
}

// quotes pairs every opening quotation mark with those that may close it.
var quotes = map[rune]string{'"': `"“”`, '«': "»", '“': `”"`, '„': `“”"`, '”': `”"`}

func (l *lexer) fail(from int, code Code, limit int) error {
	to := min(max(l.at, from), from+MaxWord, len(l.runes))
	return &SyntaxError{Pos: from, Token: string(l.runes[from:to]), Code: code, Limit: limit}
}

func (l *lexer) next() (lexeme, error) {
	for l.at < len(l.runes) && (unicode.IsSpace(l.runes[l.at]) || ignorable(l.runes[l.at])) {
		l.at++
	}
	from := l.at
	if from == len(l.runes) {
		return lexeme{kind: end, pos: from}, nil
	}
	r := l.runes[from]
	switch {
	case r == '(' || r == ')' || r == '|':
		l.at++
		return lexeme{kind: map[rune]kind{'(': open, ')': closing, '|': or}[r], pos: from, text: string(r)}, nil
	case isMinus(r):
		return l.minus(from)
	case r == '~':
		return l.distance(from)
	case r == '#':
		return l.tag(from)
	case r == '=':
		return l.exact(from)
	case quotes[r] != "":
		return l.phrase(from)
	case wordRune(r):
		return l.word(from)
	}
	l.at++
	return lexeme{}, l.fail(from, CodeUnexpected, 0)
}

// isMinus also knows the dashes that a telephone's keyboard makes of a minus.
func isMinus(r rune) bool { return r == '-' || r == '−' || r == '–' || r == '—' }

func (l *lexer) minus(from int) (lexeme, error) {
	l.at++
	if l.at == len(l.runes) || unicode.IsSpace(l.runes[l.at]) {
		return lexeme{}, l.fail(from, CodeMissingWord, 0)
	}
	return lexeme{kind: not, pos: from, text: "-"}, nil
}

func (l *lexer) distance(from int) (lexeme, error) {
	l.at++
	start := l.at
	for l.at < len(l.runes) && '0' <= l.runes[l.at] && l.runes[l.at] <= '9' {
		l.at++
	}
	n, err := strconv.Atoi(string(l.runes[start:l.at]))
	if err != nil || n < 1 || n > MaxDistance {
		return lexeme{}, l.fail(from, CodeDistance, MaxDistance)
	}
	return lexeme{kind: near, pos: from, text: string(l.runes[from:l.at]), within: n}, nil
}

func (l *lexer) tag(from int) (lexeme, error) {
	l.at++
	start := l.at
	for l.at < len(l.runes) && tagRune(l.runes[l.at]) {
		l.at++
	}
	text := canonical(l.runes[start:l.at])
	if text == "" {
		return lexeme{}, l.fail(from, CodeMissingWord, 0)
	}
	if len([]rune(text)) > MaxWord {
		return lexeme{}, l.fail(from, CodeLongWord, MaxWord)
	}
	return lexeme{kind: tag, pos: from, text: text, expr: Tag{Text: text}}, nil
}

// exact reads =word and ="these words".
func (l *lexer) exact(from int) (lexeme, error) {
	l.at++
	if l.at == len(l.runes) || !wordRune(l.runes[l.at]) && quotes[l.runes[l.at]] == "" {
		return lexeme{}, l.fail(from, CodeMissingWord, 0)
	}
	read := l.word
	if quotes[l.runes[l.at]] != "" {
		read = l.phrase
	}
	lex, err := read(l.at)
	if err != nil {
		return lexeme{}, err
	}
	lex.pos = from
	switch e := lex.expr.(type) {
	case Word:
		lex.expr = exactly(e)
	case Phrase:
		for i := range e.Words {
			e.Words[i] = exactly(e.Words[i])
		}
	}
	return lex, nil
}

func exactly(w Word) Word {
	if w.Form == AnyForm {
		w.Form = ThisForm
	}
	return w
}

// word reads a word; one with hyphens is the phrase of its parts.
func (l *lexer) word(from int) (lexeme, error) {
	words, err := l.hyphenated(from)
	if err != nil {
		return lexeme{}, err
	}
	return l.words(from, words)
}

func (l *lexer) hyphenated(from int) ([]Word, error) {
	var words []Word
	for {
		start := l.at
		for l.at < len(l.runes) && (wordRune(l.runes[l.at]) || ignorable(l.runes[l.at])) {
			l.at++
		}
		text := canonical(l.runes[start:l.at])
		if n := len([]rune(text)); n > MaxWord {
			return nil, l.fail(from, CodeLongWord, MaxWord)
		}
		words = append(words, Word{Text: text})
		if l.at+1 < len(l.runes) && joins(l.runes[l.at]) && wordRune(l.runes[l.at+1]) {
			l.at++
			continue
		}
		break
	}
	if l.at < len(l.runes) && l.runes[l.at] == '*' {
		l.at++
		last := &words[len(words)-1]
		last.Form = Beginning
		if len([]rune(last.Text)) < MinPrefix {
			return nil, l.fail(from, CodeShortPrefix, MinPrefix)
		}
	}
	return words, nil
}

func joins(r rune) bool { return r == '-' || r == '_' || r == '‑' || r == '–' }

func (l *lexer) phrase(from int) (lexeme, error) {
	closers := quotes[l.runes[l.at]]
	l.at++
	var words []Word
	for {
		if l.at == len(l.runes) {
			return lexeme{}, l.fail(from, CodeUnclosedQuote, 0)
		}
		r := l.runes[l.at]
		switch {
		case strings.ContainsRune(closers, r):
			l.at++
			if len(words) == 0 {
				return lexeme{}, l.fail(from, CodeEmptyPhrase, 0)
			}
			return l.words(from, words)
		case r == '=' && l.at+1 < len(l.runes) && wordRune(l.runes[l.at+1]):
			l.at++
			more, err := l.hyphenated(l.at)
			if err != nil {
				return lexeme{}, err
			}
			for _, w := range more {
				words = append(words, exactly(w))
			}
		case wordRune(r):
			more, err := l.hyphenated(l.at)
			if err != nil {
				return lexeme{}, err
			}
			words = append(words, more...)
		default:
			l.at++
		}
	}
}

func (l *lexer) words(from int, words []Word) (lexeme, error) {
	text := string(l.runes[from:l.at])
	if len(words) == 1 {
		return lexeme{kind: word, pos: from, text: text, expr: words[0]}, nil
	}
	if len(words) > MaxPhrase {
		return lexeme{}, l.fail(from, CodeLongPhrase, MaxPhrase)
	}
	return lexeme{kind: phrase, pos: from, text: text, expr: Phrase{Words: words}}, nil
}
