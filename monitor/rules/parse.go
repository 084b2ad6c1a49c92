package rules

import "unicode/utf8"

// Parse reads one rule. Its error, if any, is a *SyntaxError.
func Parse(text string) (Expr, error) {
	p := &parser{lexer: lexer{runes: []rune(text)}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.ahead.kind == end {
		return nil, &SyntaxError{Code: CodeEmpty}
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.ahead.kind == closing {
		return nil, p.fail(CodeUnopenedParen, 0)
	}
	if !positive(e) {
		return nil, &SyntaxError{Token: clip(e.String()), Code: CodeOnlyNot}
	}
	return e, nil
}

type parser struct {
	lexer
	ahead lexeme
	depth int
	terms int
}

func (p *parser) advance() (err error) {
	p.ahead, err = p.next()
	return err
}

func (p *parser) fail(code Code, limit int) error {
	return &SyntaxError{Pos: p.ahead.pos, Token: clip(p.ahead.text), Code: code, Limit: limit}
}

func (p *parser) or() (Expr, error) {
	var parts []Expr
	for {
		part, err := p.and()
		if err != nil {
			return nil, err
		}
		if same, ok := part.(Or); ok {
			parts = append(parts, same.Parts...)
		} else {
			parts = append(parts, part)
		}
		if p.ahead.kind != or {
			break
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return Or{Parts: parts}, nil
}

func (p *parser) and() (Expr, error) {
	var parts []Expr
	for p.ahead.kind != end && p.ahead.kind != or && p.ahead.kind != closing {
		part, err := p.not()
		if err != nil {
			return nil, err
		}
		if same, ok := part.(And); ok {
			parts = append(parts, same.Parts...)
		} else {
			parts = append(parts, part)
		}
	}
	switch len(parts) {
	case 0:
		return nil, p.fail(CodeMissingWord, 0)
	case 1:
		return parts[0], nil
	}
	return And{Parts: parts}, nil
}

func (p *parser) not() (Expr, error) {
	if p.ahead.kind != not {
		return p.near()
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	part, err := p.near()
	if err != nil {
		return nil, err
	}
	return Not{Part: part}, nil
}

func (p *parser) near() (Expr, error) {
	at := p.ahead
	first, err := p.atom()
	if err != nil || p.ahead.kind != near {
		return first, err
	}
	n := Near{Terms: []Expr{first}}
	for {
		if !placed(n.Terms[len(n.Terms)-1]) {
			return nil, &SyntaxError{Pos: at.pos, Token: clip(at.text), Code: CodeNearOperand}
		}
		if p.ahead.kind != near {
			return n, nil
		}
		n.Within = append(n.Within, p.ahead.within)
		if err := p.advance(); err != nil {
			return nil, err
		}
		at = p.ahead
		term, err := p.atom()
		if err != nil {
			return nil, err
		}
		n.Terms = append(n.Terms, term)
	}
}

func (p *parser) atom() (Expr, error) {
	switch p.ahead.kind {
	case word, phrase, tag:
		e := p.ahead.expr
		p.terms += size(e)
		if p.terms > MaxTerms {
			return nil, p.fail(CodeManyTerms, MaxTerms)
		}
		return e, p.advance()
	case open:
		return p.group()
	}
	return nil, p.fail(CodeMissingWord, 0)
}

func (p *parser) group() (Expr, error) {
	from := p.ahead
	if p.depth++; p.depth > MaxDepth {
		return nil, p.fail(CodeDeep, MaxDepth)
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.ahead.kind == closing {
		return nil, p.fail(CodeEmptyGroup, 0)
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.ahead.kind != closing {
		return nil, &SyntaxError{Pos: from.pos, Token: from.text, Code: CodeUnclosedParen}
	}
	p.depth--
	return e, p.advance()
}

func size(e Expr) int {
	if p, ok := e.(Phrase); ok {
		return len(p.Words)
	}
	return 1
}

// placed tells whether a part stands at places that can be measured.
func placed(e Expr) bool {
	switch e := e.(type) {
	case Word, Tag, Phrase:
		return true
	case Or:
		for _, part := range e.Parts {
			if !placed(part) {
				return false
			}
		}
		return true
	}
	return false
}

// positive tells whether e can only hold where some word is present: a rule
// that matches by absence alone would match nearly every text.
func positive(e Expr) bool {
	switch e := e.(type) {
	case Not:
		return false
	case And:
		for _, part := range e.Parts {
			if positive(part) {
				return true
			}
		}
		return false
	case Or:
		for _, part := range e.Parts {
			if !positive(part) {
				return false
			}
		}
	}
	return true
}

func clip(text string) string {
	if utf8.RuneCountInString(text) > MaxWord {
		return string([]rune(text)[:MaxWord])
	}
	return text
}
