package monitor

import (
	"iter"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What stands in a masked text where personal data stood.
const (
	maskedName  = "[имя]"
	maskedPhone = "[телефон]"
	maskedMail  = "[почта]"
	maskedPaper = "[номер]"
	maskedPlate = "[госномер]"
	maskedFlat  = "кв. …"
)

// Mask takes personal data out of a text before it is stored: telephone and
// document numbers, mail addresses, car plates, flat numbers, user names, and
// people's names where their form gives them away. Street and house stay, they
// are the complaint. Masking a masked text changes nothing; time grows with
// the length of the text.
func Mask(text string) string {
	// What was taken out may leave neighbours that look like more of the same;
	// every round but the last removes something, and few texts need two.
	for range 8 {
		masked := maskOnce(text)
		if masked == text {
			break
		}
		text = masked
	}
	return text
}

// CleanText makes any bytes a text that can be stored and shown: broken UTF-8
// and NUL become U+FFFD, line ends become \n, other control signs go.
func CleanText(text string) string {
	if isClean(text) {
		return text // as most are
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "\uFFFD").Replace(text)
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text)
}

// isClean tells whether CleanText would change nothing.
func isClean(text string) bool {
	for i := range len(text) {
		// Control signs are below the blank, DEL, and U+0080 to U+009F, which begin
		// with the byte C2.
		if b := text[i]; b < ' ' && b != '\n' && b != '\t' || b == 0x7F || b == 0xC2 {
			return false
		}
	}
	return utf8.ValidString(text)
}

// maskGap is any white space, also that which does not break a line.
const maskGap = `[\s\p{Zs}]`

// maskAddress finds what is no prose; only the addresses of people are masked.
var (
	maskAddress   = regexp.MustCompile(`(?i)\bhttps?://[^\s<>"«»]+`)
	personAddress = regexp.MustCompile(`(?i)://(?:[\w-]+\.)*(?:vk\.(?:com|ru)/id\d+|ok\.ru/profile/\d+)/?$`)
	personMention = regexp.MustCompile(`\[id\d+(?::[^|\]\n]*)?\|[^\]\n]*\]|@?\bid\d+` + maskGap + `?\([^)\n]{1,100}\)`)
	clubMention   = regexp.MustCompile(`\[(?:club|public|event)\d+(?::[^|\]\n]*)?\|([^\]\n]*)\]`)
)

// maskOnce masks the prose between the addresses.
func maskOnce(text string) string {
	if strings.Contains(text, "id") || strings.Contains(text, "|") {
		text = personMention.ReplaceAllString(text, maskedName)
		text = clubMention.ReplaceAllString(text, "$1")
	}
	if !strings.Contains(text, "://") {
		return maskProse(text)
	}
	var b strings.Builder
	at := 0
	for _, loc := range maskAddress.FindAllStringIndex(text, -1) {
		b.WriteString(maskProse(text[at:loc[0]]))
		if found := text[loc[0]:loc[1]]; personAddress.MatchString(found) {
			b.WriteString(maskedName)
		} else {
			b.WriteString(found)
		}
		at = loc[1]
	}
	b.WriteString(maskProse(text[at:]))
	return b.String()
}

func maskProse(text string) string {
	c := contentsOf(text)
	for _, m := range masks {
		if m.possible(c) {
			text = m.apply(text)
		}
	}
	return maskNames(text)
}

// contents are what a text must have for a mask to find anything; looking for
// them costs a fraction of a pattern's run.
type contents struct {
	low     string // in small letters
	digits  int
	run     int // the most digits in one run
	cluster int // the most digits between two letters
	at      bool
}

func contentsOf(text string) contents {
	c := contents{at: strings.Contains(text, "@")}
	run, cluster := 0, 0
	for i := range len(text) {
		switch b := text[i]; {
		case '0' <= b && b <= '9':
			c.digits++
			run++
			cluster++
			c.run, c.cluster = max(c.run, run), max(c.cluster, cluster)
		case 'a' <= b|0x20 && b|0x20 <= 'z', 0xD0 <= b && b <= 0xD3: // Latin, and what begins a Cyrillic letter
			run, cluster = 0, 0
		default:
			run = 0
		}
	}
	if c.digits > 0 {
		c.low = strings.ToLower(text)
	}
	return c
}

// masker replaces what its pattern finds between other signs than letters and
// digits. keep, if set, may refuse a find by what stands before it.
type masker struct {
	find    *regexp.Regexp
	with    string
	at      bool // it needs an @ in the text
	digits  int  // it needs so many digits,
	run     int  // in one run,
	cluster int  // or without a letter between them
	// before and after are how many bytes of what it finds may stand before the
	// first and behind the last of its digits, or between two of them; zero: it
	// is looked for everywhere.
	before, after int
	words         []string // it needs one of these, in small letters; nil: none
	keep          func(before, found, after string) bool
	// more, if set, tells how many bytes of what follows belong to the find.
	more func(after string) int
}

// possible says whether the mask can find anything in a text of such contents.
func (m masker) possible(c contents) bool {
	if m.at && !c.at || c.digits < m.digits || c.run < m.run || c.cluster < m.cluster {
		return false
	}
	return m.words == nil || slices.ContainsFunc(m.words, func(w string) bool { return strings.Contains(c.low, w) })
}

// finds are the places where the pattern matches.
func (m masker) finds(text string) (list [][]int) {
	if m.before == 0 {
		return m.find.FindAllStringIndex(text, -1)
	}
	for lo, hi := range digitWindows(text, m.before, m.after, max(m.digits, m.run, m.cluster)) {
		for _, loc := range m.find.FindAllStringIndex(text[lo:hi], -1) {
			list = append(list, []int{lo + loc[0], lo + loc[1]})
		}
	}
	return list
}

// digitWindows are the stretches of a text around its digits, those with fewer
// digits than least left out. A pattern that needs digits costs only their length.
func digitWindows(text string, before, after, least int) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		lo, hi, digits := 0, -1, 0
		flush := func() bool { return digits < least || yield(lo, hi) }
		for i := range len(text) {
			if text[i] < '0' || text[i] > '9' {
				continue
			}
			if i-before > hi {
				if !flush() {
					return
				}
				lo, digits = runeStart(text, i-before), 0
			}
			hi, digits = runeStart(text, i+1+after), digits+1
		}
		flush()
	}
}

// runeStart moves an offset back to where a letter begins, within the text.
func runeStart(text string, i int) int {
	if i <= 0 {
		return 0
	}
	if i >= len(text) {
		return len(text)
	}
	for !utf8.RuneStart(text[i]) {
		i--
	}
	return i
}

func (m masker) apply(text string) string {
	finds := m.finds(text)
	if finds == nil {
		return text
	}
	var b strings.Builder
	at := 0
	for _, loc := range finds {
		before, found, after := text[:loc[0]], text[loc[0]:loc[1]], text[loc[1]:]
		if loc[0] < at || !standsApart(before, after) || m.keep != nil && m.keep(before, found, after) {
			continue
		}
		b.WriteString(text[at:loc[0]])
		b.WriteString(m.with)
		at = loc[1]
		if m.more != nil {
			at += m.more(after)
		}
	}
	b.WriteString(text[at:])
	return b.String()
}

func standsApart(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	next, _ := utf8.DecodeRuneInString(after)
	return !letterOrDigit(last) && !letterOrDigit(next)
}

func letterOrDigit(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// masks in order: the longer and surer first, for what a mask took is gone for
// the next ones.
var masks = []masker{
	{find: regexp.MustCompile(`[\p{L}\d._%+-]+@[\p{L}\d-]+(?:\.[\p{L}\d-]+)+`), with: maskedMail, at: true},
	{find: regexp.MustCompile(`@[A-Za-z0-9_.]*[A-Za-z0-9_]{2}`), with: maskedName, at: true},
	{find: paperForms, with: maskedPaper, cluster: 10, before: 16, after: 16, keep: notAPaper},
	{find: namedPapers, with: maskedPaper, digits: 2, before: 128, after: 64, words: []string{"паспорт", "инн", "снилс", "полис", "омс", "л/с", "лицев", "в/у"}},
	{find: phoneForms, with: maskedPhone, cluster: 7, before: 16, after: 16},
	{find: namedPhones, with: maskedPhone, digits: 5, before: 64, after: 16, words: []string{"тел", "моб", "сот", "звон", "whatsapp", "ватсап", "вайбер", "viber"}},
	{find: plateForms, with: maskedPlate, run: 3, before: 16, after: 24},
	{find: looseSpacedPlates, with: maskedPlate, run: 3, before: 16, after: 24},
	{find: flatForms, with: maskedFlat, digits: 1, before: 48, after: 16, words: []string{"кв"}, keep: aMeasure, more: moreFlats},
	{find: ordinalFlats, with: maskedFlat, digits: 1, before: 16, after: 48, words: []string{"кв"}},
}
