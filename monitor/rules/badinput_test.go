package rules

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

const megabyte = 1 << 20

// filled repeats a piece until the text has a megabyte.
func filled(piece string) string { return strings.Repeat(piece, megabyte/len(piece)) }

// numbered is a word of Russian letters for each number, the same length for
// all, that no dictionary knows.
func numbered(n int) string {
	letters := []rune("бвгджклмнпртфхцч")
	out := []rune("ъъъъъ")
	for i := range out {
		out[i] = letters[n%len(letters)]
		n /= len(letters)
	}
	return string(out)
}

// alternatives are n numbered words from the first on, one of which is meant.
func alternatives(first, n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = "=" + numbered(first+i)
	}
	return "(" + strings.Join(words, " | ") + ")"
}

func repeated(n int, sep string, part func(i int) string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = part(i)
	}
	return strings.Join(parts, sep)
}

// best is the time that something takes: of up to three tries the first that
// stays within the bound, since the machine may be busy, else the shortest.
func best(bound time.Duration, do func()) time.Duration {
	least := time.Hour
	for try := 0; try < 3 && least > bound; try++ {
		start := time.Now()
		do()
		least = min(least, time.Since(start))
	}
	return least
}

// What is no rule is refused with a place and a reason, however long it is.
func TestEndlessRulesAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want Code
	}{
		"one term too many":   {alternatives(0, MaxTerms+1), CodeManyTerms},
		"terms":               {filled("а "), CodeManyTerms},
		"terms of or":         {filled("а|"), CodeManyTerms},
		"terms of near":       {filled("а ~1 "), CodeManyTerms},
		"hashtags":            {filled("#а "), CodeManyTerms},
		"nots":                {filled("-а "), CodeManyTerms},
		"phrases":             {filled(`"а б" `), CodeManyTerms},
		"1000 deep":           {strings.Repeat("(", 1000) + "яма" + strings.Repeat(")", 1000), CodeDeep},
		"a megabyte deep":     {filled("("), CodeDeep},
		"nots 1000 deep":      {strings.Repeat("-(", 1000) + "яма" + strings.Repeat(")", 1000), CodeDeep},
		"ors 1000 deep":       {strings.Repeat("(а|", 1000) + "б" + strings.Repeat(")", 1000), CodeDeep},
		"minuses":             {filled("-"), CodeMissingWord},
		"bars":                {filled("|"), CodeMissingWord},
		"closing":             {"а" + filled(")"), CodeUnopenedParen},
		"a word":              {filled("а"), CodeLongWord},
		"a word of marks":     {"а" + filled("б\u0301"), CodeLongWord},
		"a hashtag":           {"#" + filled("а_"), CodeLongWord},
		"hyphens":             {filled("а-"), CodeLongPhrase},
		"a phrase":            {`"` + filled("а ") + `"`, CodeLongPhrase},
		"a quote":             {`"` + filled(" "), CodeUnclosedQuote},
		"quotes":              {filled(`"`), CodeEmptyPhrase},
		"blanks":              {filled(" "), CodeEmpty},
		"invisible":           {filled("\u200b"), CodeEmpty},
		"a distance":          {"а ~" + filled("9") + " б", CodeDistance},
		"marks":               {"а \u20e3" + filled("\u0301"), CodeUnexpected},
		"emoji":               {filled("🙈"), CodeUnexpected},
		"no UTF-8":            {filled("\xff"), CodeUnexpected},
		"NUL":                 {filled("\x00"), CodeUnexpected},
		"only not":            {"-яма", CodeOnlyNot},
		"only not of several": {"-(а | б)", CodeOnlyNot},
		"not of not":          {"-(-яма)", CodeOnlyNot},
		"only nots":           {"-а -б -(в | -г)", CodeOnlyNot},
	} {
		var err error
		took := best(time.Second, func() { _, err = Parse(c.text) })
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || syntax.Code != c.want {
			t.Errorf("%s: %.200v, want %s", name, err, c.want)
			continue
		}
		if len(syntax.Error()) > 1000 {
			t.Errorf("%s: the error has %d bytes", name, len(syntax.Error()))
		}
		if took > time.Second {
			t.Errorf("%s: refused after %v", name, took)
		}
	}
}

// The largest rules that the language allows are compiled and matched in
// bounded time and memory: no form of them is multiplied out.
func TestLargestRules(t *testing.T) {
	text := strings.Repeat("Во дворе третий день нет воды, "+numbered(7)+" "+numbered(MaxTerms-1)+". ", 8)
	for name, rule := range map[string]string{
		"10,000 alternatives": alternatives(0, MaxTerms),
		"10,000 required":     repeated(MaxTerms, " ", func(i int) string { return "=" + numbered(i) }),
		"10,000 excluded":     "вода " + repeated(MaxTerms-1, " ", func(i int) string { return "-=" + numbered(i+100) }),
		"50 of 200":           repeated(50, " ", func(i int) string { return alternatives(i*200, 200) }),
		"50 of 200, near":     repeated(50, " ~3 ", func(i int) string { return alternatives(i*200, 200) }),
		"200 of 50": repeated(200, " | ", func(i int) string {
			return "(" + repeated(50, " ", func(j int) string { return "=" + numbered(i*50+j) }) + ")"
		}),
		"10,000 in a chain":    repeated(MaxTerms, " ~1 ", func(i int) string { return "=" + numbered(i) }),
		"10,000 times one":     repeated(MaxTerms, " ", func(int) string { return "вода" }),
		"one in a chain":       repeated(MaxTerms, " ~100 ", func(int) string { return "вода" }),
		"phrases":              repeated(MaxTerms/MaxPhrase, " | ", func(i int) string { return `"` + strings.Repeat("вода ", MaxPhrase-1) + numbered(i) + `"` }),
		"100 deep":             strings.Repeat("(вода | а ", MaxDepth) + "яма" + strings.Repeat(")", MaxDepth),
		"100 deep, nots":       "вода " + strings.Repeat("-(яма ", MaxDepth) + "снег" + strings.Repeat(")", MaxDepth),
		"all beginnings":       repeated(32*32, " | ", func(i int) string { return string(rune('а'+i/32)) + string(rune('а'+i%32)) + "*" }),
		"10,000 beginnings":    repeated(MaxTerms, " | ", func(i int) string { return numbered(i) + "*" }),
		"with all their forms": repeated(MaxTerms, " | ", func(i int) string { return numbered(i) + "овский" }),
		"hashtags":             repeated(MaxTerms, " | ", func(i int) string { return "#" + numbered(i) }),
	} {
		before := allocated()
		start := time.Now()
		set, err := Compile([]Rule{{1, rule}})
		compiled := time.Since(start)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		matched := best(time.Second, func() { set.Match(nil, text) })
		used := (allocated() - before) >> 20
		t.Logf("%s: compiled in %v, matched in %v, %d MiB allocated", name, compiled, matched, used)
		if compiled > 10*time.Second || matched > time.Second || used > 512 {
			t.Errorf("%s: compiled in %v, matched in %v, %d MiB allocated", name, compiled, matched, used)
		}
	}
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// hostileTexts are a megabyte each, built to be slow.
func hostileTexts() map[string]string {
	return map[string]string{
		"one word":                filled("вода "),
		"two words":               filled("вода ржавая "),
		"10,000 hashtags":         strings.Repeat("#ямынадорогахвзаречном"+strings.Repeat("а", 30)+" ", 10_000),
		"a hashtag":               "#" + filled("ямынадорогах"),
		"a hashtag of one letter": "#" + filled("а"),
		"a hashtag of words":      "#" + filled("вода_"),
		"hashtags in one":         filled("#а"),
		"a word":                  filled("вода"),
		"a word of two scripts":   filled("воda"),
		"a word of digits":        filled("0"),
		"letters with digits":     filled("в0да"),
		"100,000 letters":         strings.Repeat("в. ", 100_000),
		"spaced letters":          filled("в о д а "),
		"dotted letters":          filled("в.о.д.а."),
		"letters, one sign each":  filled("в-"),
		"Latin capitals":          filled("BOAA "),
		"a word of Latin capital": filled("BOA"),
		"marks":                   filled("\u0301"),
		"marks on a letter":       "в" + filled("\u0301"),
		"marked letters":          filled("и\u0306"),
		"marked words":            filled("во\u0301да\u0301 "),
		"invisible signs":         filled("в\u200bо\u00adда "),
		"full stops":              filled("."),
		"stops after words":       filled("вода."),
		"lines":                   filled("\n"),
		"blank lines":             filled("вода\n \t\r"),
		"no UTF-8":                filled("\xff\xd0"),
		"broken letters":          filled("вода\xd0 "),
		"NUL":                     filled("\x00"),
		"words with NUL":          filled("вода\x00"),
		"emoji":                   filled("👨‍👩‍👧‍👦"),
		"Chinese":                 filled("水"),
		"numbers":                 filled("12345 "),
	}
}

// No text costs a hundred times as much as an ordinary one of its length, with
// rules that are made for it: a step that grew with the square of a megabyte
// would cost many thousand times as much.
func TestHostileTextsCostLikeOrdinaryOnes(t *testing.T) {
	list := []Rule{
		{1, "вода ~3 ржавая"}, {2, `"вода вода вода"`}, {3, repeated(32, " ~5 ", func(int) string { return "вода" })},
		{4, "(вода | во* | =вода) ~50 (вода | ржавая) ~50 вода"}, {5, "вода -снег"}, {6, "#вода | #ямынадорогах"}, {7, "ямы дорога"},
		{8, `"` + strings.Repeat("вода ", MaxPhrase) + `"`}, {9, "в ~2 о ~2 д ~2 а"}, {10, "=воа | =boa"},
		{11, repeated(32, " ~5 ", func(i int) string { return []string{"вода", "ржавая"}[i%2] })},
	}
	for _, topic := range Topics() {
		for _, rule := range topic.Rules {
			list = append(list, Rule{int64(100 + len(list)), rule})
		}
	}
	set, err := Compile(list)
	if err != nil {
		t.Fatal(err)
	}
	ordinary := filled("Во дворе дома 5 по улице Ленина третий день нет воды, звоним в диспетчерскую, никто трубку не берёт! ")
	bound := 100*best(0, func() { set.Match(nil, ordinary) }) + 500*time.Millisecond
	t.Logf("the bound is %v", bound)
	for name, text := range hostileTexts() {
		took := best(bound, func() { set.Match(nil, text) })
		t.Logf("%s: %v", name, took)
		if took > bound {
			t.Errorf("%s: %v, an ordinary text may take %v", name, took, bound)
		}
	}
}

// Rules that hang on one word are still told apart quickly, and a text of
// nothing but this word costs no more than what it finds.
func TestManyRulesOfOneWord(t *testing.T) {
	rules := 40_000
	if underRace() {
		rules = 5_000 // each access costs ten times as much there
	}
	for name, shape := range map[string]string{
		"and": "вода =%s", "near": "вода ~3 =%s", "near not": "вода ~3 вода -=%s", "phrase": `"вода =%s"`, "not": "вода -=%s", "or": "вода | =%s",
	} {
		list := make([]Rule, rules)
		for i := range list {
			list[i] = Rule{int64(i), fmt.Sprintf(shape, numbered(i))}
		}
		start := time.Now()
		set, err := Compile(list)
		if err != nil {
			t.Fatal(err)
		}
		compiled := time.Since(start)
		one := best(time.Second, func() { set.Match(nil, "Опять нет воды") })
		many := best(10*time.Second, func() { set.Match(nil, strings.Repeat("вода ", 500)) })
		t.Logf("%s: compiled in %v, one word %v, 500 words %v", name, compiled, one, many)
		if compiled > 10*time.Second || one > time.Second || many > 10*time.Second {
			t.Errorf("%s: compiled in %v, one word %v, 500 words %v", name, compiled, one, many)
		}
	}
}

func TestPlacesThatAreNone(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "blanks": " \t\n", "quotes": `"  "`, "signs": "!?!—«»", "emoji": "🏙️🙈", "marks": "\u0301\u0306", "invisible": "\u200b\u00ad",
		"NUL": "\x00", "no UTF-8": "\xff\xfe", "long": filled("а "), "a word": filled("а"), "dots": filled("."),
	} {
		start := time.Now()
		rule := PlaceRule(text)
		if rule != "" && name != "a word" {
			t.Errorf("%s: a place by the rule %.100q", name, rule)
		}
		if rule != "" {
			if _, err := Parse(rule); err == nil {
				t.Errorf("%s: a place by a rule of %d bytes", name, len(rule))
			}
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s: %v", name, took)
		}
	}
}
