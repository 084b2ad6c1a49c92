package monitor

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// plainText is what a reader sees of HTML: no marks, entities as signs, blocks
// on lines of their own. Plain text stays as it is, but for white space.
func plainText(source string) string {
	var b strings.Builder
	hidden := ""
	for z := html.NewTokenizer(strings.NewReader(source)); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			return tidy(b.String())
		}
		switch kind {
		case html.TextToken:
			if hidden == "" {
				b.Write(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			raw, _ := z.TagName()
			name := string(raw)
			switch {
			case hidden != "":
				if kind == html.EndTagToken && name == hidden {
					hidden = ""
				}
			case kind == html.StartTagToken && (name == "script" || name == "style" || name == "noscript" || name == "iframe"):
				hidden = name
			case breaks[name]:
				b.WriteByte('\n')
			}
		}
	}
}

// breaks are the elements that stand on lines of their own.
var breaks = map[string]bool{
	"address": true, "article": true, "blockquote": true, "br": true, "dd": true, "div": true, "dl": true, "dt": true, "figcaption": true, "figure": true,
	"footer": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true, "header": true, "hr": true, "li": true, "ol": true, "p": true,
	"pre": true, "section": true, "table": true, "td": true, "th": true, "tr": true, "ul": true,
}

var (
	manySpaces = regexp.MustCompile(`[ \t\f\r\x{00A0}]+`)
	manyLines  = regexp.MustCompile(` ?\n[ \n]*`)
)

func tidy(text string) string {
	return strings.TrimSpace(manyLines.ReplaceAllString(manySpaces.ReplaceAllString(text, " "), "\n"))
}
