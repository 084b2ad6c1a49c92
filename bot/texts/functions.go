package texts

import (
	"encoding/json"
	"fmt"
	"html/template"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// functions are what the templates of a language may call:
//
//	plural N "сообщение" "сообщения" "сообщений"   2 сообщения (in English two forms)
//	clock MOMENT     16:40, or 15.06 16:40 on another day
//	until MOMENT     до 16:40, завтра до 10:00, 15.06 до 18:00
//	day MOMENT       15.06
//	seconds MOMENT   16:40:20
//	cut N TEXT       at most N characters
//	who BODY NAME    Минтранс · Иванова
//	person NAME      Иванова
//	of BODY          от Минтранса; only where the case is sure
//	list VALUES      a, b, c
//	rate N           24; 2,5; 0,1 at least unless it is 0
func functions(lang string) template.FuncMap {
	return template.FuncMap{
		"plural":  func(n any, forms ...string) string { return count(lang, n, forms) },
		"clock":   func(m any) string { return clock(lang, m) },
		"until":   func(m any) string { return until(lang, m) },
		"day":     func(m any) string { return day(lang, m) },
		"seconds": seconds,
		"cut":     func(n int, text any) string { return Cut(fmt.Sprint(plain(text)), n) },
		"who":     func(body, name any) string { return Who(fmt.Sprint(plain(body)), fmt.Sprint(plain(name))) },
		"person":  func(name any) string { return Surname(fmt.Sprint(plain(name))) },
		"of":      func(body any) string { return Of(lang, fmt.Sprint(plain(body))) },
		"list":    list,
		"rate":    func(n any) string { return rate(lang, n) },
	}
}

// plain is "" for an absent value, so that it never shows.
func plain(v any) any {
	if v == nil {
		return ""
	}
	return v
}

func list(values any) string {
	v := reflect.ValueOf(values)
	if v.Kind() != reflect.Slice {
		return fmt.Sprint(plain(values))
	}
	var parts []string
	for i := range v.Len() {
		parts = append(parts, fmt.Sprint(v.Index(i).Interface()))
	}
	return strings.Join(parts, ", ")
}

// number reads what a template, or a notice from the database, calls a number.
func number(v any) int {
	switch n := v.(type) {
	case nil:
		return 0
	case json.Number:
		i, _ := strconv.Atoi(n.String())
		return i
	}
	r := reflect.ValueOf(v)
	switch {
	case r.CanInt():
		return int(r.Int())
	case r.CanUint():
		return int(r.Uint())
	case r.CanFloat():
		return int(r.Float())
	}
	return 0
}

// rate is how often something happens, as precise as one reads it.
func rate(lang string, v any) string {
	n, _ := strconv.ParseFloat(fmt.Sprint(plain(v)), 64)
	if n > 0 {
		n = max(n, 0.1)
	}
	if n >= 9.5 {
		return strconv.FormatFloat(n, 'f', 0, 64)
	}
	text := strings.TrimSuffix(strconv.FormatFloat(n, 'f', 1, 64), ".0")
	if lang != "en" {
		text = strings.ReplaceAll(text, ".", ",")
	}
	return text
}

// count says how many, with the form of the word that the language asks for:
// Russian one, few, many; English one, other.
func count(lang string, v any, forms []string) string {
	n := number(v)
	tag, order := language.Russian, []plural.Form{plural.One, plural.Few, plural.Many}
	if lang == "en" {
		tag, order = language.English, []plural.Form{plural.One, plural.Other}
	}
	abs := max(n, -n)
	form := plural.Cardinal.MatchPlural(tag, abs, 0, 0, 0, 0)
	for i, f := range order {
		if f == form && i < len(forms) {
			return fmt.Sprintf("%d %s", n, forms[i])
		}
	}
	return fmt.Sprintf("%d %s", n, forms[len(forms)-1])
}

// Cut shortens a text to at most n characters, at a blank where one is near,
// and shows by «…» that more follows.
func Cut(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	if n < 1 {
		return ""
	}
	runes := []rune(text)[:n-1]
	head := string(runes)
	if i := strings.LastIndexAny(head, " \n"); i > len(head)*3/4 {
		head = head[:i]
	}
	return strings.TrimRight(head, " \n.,;:–—-") + "…"
}

// Surname is the short form of a person's name: its last word.
func Surname(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return ""
	}
	return Cut(words[len(words)-1], 30)
}

// Who names an official: «Минтранс · Иванова».
func Who(body, name string) string {
	switch body, name := Cut(body, 40), Surname(name); {
	case body == "":
		return name
	case name == "":
		return body
	default:
		return body + " · " + name
	}
}
