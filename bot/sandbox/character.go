package sandbox

import (
	"strconv"
	"unicode/utf8"
)

// characterEntity reads &lt; &gt; &amp; &quot; and numbers, whose semicolon
// may be missing. n is 0 for anything else.
func characterEntity(src string) (r rune, n int) {
	if len(src) < 3 || src[0] != '&' {
		return 0, 0
	}
	end := 1
	if src[1] == '#' {
		base := 10
		if end = 2; src[2] == 'x' {
			base, end = 16, 3
		}
		from := end
		for end < len(src) && isDigit(src[end], base) {
			end++
		}
		code, err := strconv.ParseUint(src[from:end], base, 32)
		if err != nil || code == 0 || !utf8.ValidRune(rune(code)) || end-from > 8 {
			return 0, 0
		}
		r = rune(code)
	} else {
		for end < len(src) && src[end]|0x20 >= 'a' && src[end]|0x20 <= 'z' {
			end++
		}
		if r = map[string]rune{"lt": '<', "gt": '>', "amp": '&', "quot": '"'}[src[1:end]]; r == 0 {
			return 0, 0
		}
	}
	if end < len(src) && src[end] == ';' {
		end++
	}
	return r, end
}

func isDigit(c byte, base int) bool {
	return c >= '0' && c <= '9' || base == 16 && c|0x20 >= 'a' && c|0x20 <= 'f'
}
