package rules

import "fmt"

// Code names what is wrong with a rule, for whoever words it to a person.
type Code string

// What can be wrong with a rule. Where a limit was passed, SyntaxError.Limit
// says which.
const (
	CodeEmpty         Code = "empty"            // no word at all
	CodeEmptyGroup    Code = "empty_group"      // ()
	CodeEmptyPhrase   Code = "empty_phrase"     // ""
	CodeUnclosedParen Code = "unclosed_paren"   // ( without )
	CodeUnopenedParen Code = "unopened_paren"   // ) without (
	CodeUnclosedQuote Code = "unclosed_quote"   // one " only
	CodeUnexpected    Code = "unexpected"       // a sign that the language does not know
	CodeMissingWord   Code = "missing_word"     // an operator without its word
	CodeOnlyNot       Code = "only_not"         // nothing that must be present
	CodeDistance      Code = "distance"         // ~ without a number from 1 to Limit
	CodeNearOperand   Code = "near_operand"     // ~ beside something that is no word or phrase
	CodeShortPrefix   Code = "short_prefix"     // fewer than Limit letters before *
	CodeLongWord      Code = "long_word"        // a word of more than Limit letters
	CodeLongPhrase    Code = "long_phrase"      // more than Limit words in one phrase
	CodeManyTerms     Code = "too_many_terms"   // more than Limit words in the rule
	CodeDeep          Code = "too_deep_nesting" // more than Limit parentheses inside one another
)

// The bounds of a rule.
const (
	MaxTerms    = 10_000
	MaxDepth    = 100
	MaxDistance = 100
	MaxPhrase   = 32
	MaxWord     = 64
	MinPrefix   = 2
)

// SyntaxError tells where and why a text is not a rule.
type SyntaxError struct {
	Pos   int    // where Token begins, in runes from the start of the text
	Token string // the text that is wrong, perhaps empty
	Code  Code
	Limit int // the bound that was passed, 0 where there is none
}

func (e *SyntaxError) Error() string {
	text := fmt.Sprintf("%s at %d", e.Code, e.Pos)
	if e.Token != "" {
		text += fmt.Sprintf(" (%q)", e.Token)
	}
	if e.Limit != 0 {
		text += fmt.Sprintf(", limit %d", e.Limit)
	}
	return text
}
