package packed

// Grammar is what is kept of a form's grammar: its part of speech, its case,
// its number and gender, and whether it names something.
type Grammar uint16

// Parts of speech. What is none of these (an adverb, a preposition) is 0.
const (
	Noun Grammar = 1 + iota
	Adjective
	Verb // with its participles

	part Grammar = 3
)

// Cases in their usual order; Locative2 is that of «в снегу».
const (
	Nominative Grammar = (1 + iota) << 2
	Genitive
	Dative
	Accusative
	Instrumental
	Prepositional
	Locative2

	cases Grammar = 7 << 2
)

// Number and gender; what has no gender is 0.
const (
	Masculine Grammar = (1 + iota) << 5
	Feminine
	Neuter
	Plural Grammar = 1 << 7

	group Grammar = 7 << 5
)

// What a noun names, if it is a name.
const (
	Place Grammar = (1 + iota) << 8
	Person

	name Grammar = 3 << 8
)

// Part gives the part of speech.
func (g Grammar) Part() Grammar { return g & part }

// Case gives the case, 0 for none.
func (g Grammar) Case() Grammar { return g & cases }

// Group gives number and gender: forms of one group and different cases
// are those of one word in one sentence.
func (g Grammar) Group() Grammar { return g & group }

// Name gives Place or Person, 0 for a word that is no name.
func (g Grammar) Name() Grammar { return g & name }
