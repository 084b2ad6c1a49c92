// Package packed is the dictionary as it lies in its file and in memory: a
// list of stems, each with its paradigms, a paradigm being the list of endings
// that a stem takes. It knows nothing of the language.
package packed

// Letters of words are numbers: а is 1, я is 32. Words are folded, there is no ё.
const (
	first = 'а'
	// MaxWord is the longest word, in letters.
	MaxWord = 64
	// LongestEnding is the longest ending that tells how to read a word, in letters.
	LongestEnding = 4
)

// Dictionary is all that is known of words.
type Dictionary struct {
	// Suffixes are all endings, as text. None comes twice.
	Suffixes []string
	// Forms are those of all paradigms, one after the other; the first form of
	// a paradigm is its lemma.
	Forms []Form
	// Paradigms are where in Forms each begins, and at last the length of
	// Forms. The commonest come first.
	Paradigms []uint32
	// Stems are records in alphabetical order.
	Stems Stems
	// Guesses are readings of words by their last letters, in alphabetical order.
	Guesses []Guess
	// Likely are forms that have more than one lemma, with the likeliest of
	// them where it is not that of the commonest paradigm. In alphabetical order.
	Likely []Likely
}

// Form is one form of a paradigm: the number of its ending and its grammar.
type Form struct {
	Suffix  uint16
	Grammar Grammar
}

// Guess says how to read a word that ends in these letters.
type Guess struct {
	Letters  string
	Readings []Reading
}

// Reading is a form of a paradigm, counted from its lemma.
type Reading struct {
	Paradigm, Form uint16
}

// Likely is a form and its likeliest lemma.
type Likely struct {
	Form, Lemma string
}

// Paradigm gives the forms of a paradigm.
func (d *Dictionary) Paradigm(n uint16) []Form {
	return d.Forms[d.Paradigms[n]:d.Paradigms[n+1]]
}

// Letters appends the numbers of the letters of a folded word. It is not ok
// when the word has something else, has no letters, or more than MaxWord.
func Letters(to []byte, word string) ([]byte, bool) {
	if len(word) == 0 || len(word) > 2*MaxWord {
		return to, false
	}
	for _, r := range word {
		if r < first || r > 'я' {
			return to, false
		}
		to = append(to, byte(r-first)+1)
	}
	return to, true
}

// Text gives the word of letters.
func Text(letters []byte) string {
	out := make([]rune, len(letters))
	for i, c := range letters {
		out[i] = first + rune(c) - 1
	}
	return string(out)
}
