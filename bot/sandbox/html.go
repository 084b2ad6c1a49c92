package sandbox

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-telegram/bot/models"
)

// openTag is a tag that waits for its end.
type openTag struct {
	name, arg string
	offset    int // in UTF-16 units of the text so far
	start     int // in bytes of the text so far
}

// htmlReader turns Telegram's HTML into text and entities.
type htmlReader struct {
	src   string
	pos   int
	text  []byte
	units int // length of text in UTF-16
	open  []openTag
	done  []models.MessageEntity
}

var tagEntity = map[string]models.MessageEntityType{
	"b": models.MessageEntityTypeBold, "strong": models.MessageEntityTypeBold,
	"i": models.MessageEntityTypeItalic, "em": models.MessageEntityTypeItalic,
	"u": models.MessageEntityTypeUnderline, "ins": models.MessageEntityTypeUnderline,
	"s": models.MessageEntityTypeStrikethrough, "strike": models.MessageEntityTypeStrikethrough,
	"del":        models.MessageEntityTypeStrikethrough,
	"tg-spoiler": models.MessageEntityTypeSpoiler, "span": models.MessageEntityTypeSpoiler,
	"a":    models.MessageEntityTypeTextLink,
	"code": models.MessageEntityTypeCode, "pre": models.MessageEntityTypePre,
	"blockquote": models.MessageEntityTypeBlockquote,
	"tg-emoji":   models.MessageEntityTypeCustomEmoji,
	"tg-time":    models.MessageEntityTypeDateTime,
}

// parseHTML reads text in Telegram's HTML. Offsets and lengths of entities are
// in UTF-16 units; entities come by offset, the longer first.
func parseHTML(src string) (string, []models.MessageEntity, error) {
	h := &htmlReader{src: src}
	for h.pos < len(src) {
		if err := h.step(); err != nil {
			return "", nil, err
		}
	}
	if n := len(h.open); n > 0 {
		return "", nil, broken("can't find end tag corresponding to start tag \"%s\"", h.open[n-1].name)
	}
	sortEntities(h.done)
	return string(h.text), h.done, nil
}

func broken(format string, args ...any) error { return bad("can't parse entities: "+format, args...) }

func sortEntities(list []models.MessageEntity) {
	slices.SortStableFunc(list, func(a, b models.MessageEntity) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(b.Length, a.Length))
	})
}

// step takes one character, one character entity or one tag.
func (h *htmlReader) step() error {
	switch {
	case h.src[h.pos] == '&':
		if r, n := characterEntity(h.src[h.pos:]); n > 0 {
			h.put(r)
			h.pos += n
			return nil
		}
		h.put('&')
		h.pos++
	case strings.HasPrefix(h.src[h.pos:], "</"):
		return h.endTag()
	case h.src[h.pos] == '<':
		return h.startTag()
	default:
		r, n := utf8.DecodeRuneInString(h.src[h.pos:])
		h.put(r)
		h.pos += n
	}
	return nil
}

func (h *htmlReader) put(r rune) {
	h.text = utf8.AppendRune(h.text, r)
	h.units += 1 + b2i(r > 0xffff)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// at is the byte at the present place, 0 at the end.
func (h *htmlReader) at() byte {
	if h.pos < len(h.src) {
		return h.src[h.pos]
	}
	return 0
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func (h *htmlReader) skipSpace() {
	for h.pos < len(h.src) && isSpace(h.src[h.pos]) {
		h.pos++
	}
}

// word takes bytes up to a space or one of the stop bytes.
func (h *htmlReader) word(stop string) string {
	from := h.pos
	for h.pos < len(h.src) && !isSpace(h.src[h.pos]) && strings.IndexByte(stop, h.src[h.pos]) < 0 {
		h.pos++
	}
	return h.src[from:h.pos]
}

func (h *htmlReader) startTag() error {
	begin := h.pos
	h.pos++
	name := strings.ToLower(h.word(">"))
	if h.pos >= len(h.src) {
		return broken("Unclosed start tag at byte offset %d", begin)
	}
	if _, ok := tagEntity[name]; !ok {
		return broken("Unsupported start tag \"%s\" at byte offset %d", name, begin)
	}
	tag := openTag{name: name, offset: h.units, start: len(h.text)}
	for {
		h.skipSpace()
		if h.at() == '>' {
			break
		}
		attribute, value, err := h.attribute(name, begin)
		if err != nil {
			return err
		}
		tag.use(attribute, value)
	}
	h.pos++
	if name == "span" && tag.arg != "spoiler" {
		return broken("Tag \"span\" must have class \"tg-spoiler\" at byte offset %d", begin)
	}
	if name == "tg-emoji" && tag.arg == "" {
		return broken("Tag \"tg-emoji\" must have attribute \"emoji-id\" at byte offset %d", begin)
	}
	h.open = append(h.open, tag)
	return nil
}

// use keeps the one attribute that matters for the tag.
func (t *openTag) use(attribute, value string) {
	switch t.name + " " + attribute {
	case "a href", "tg-emoji emoji-id", "tg-time unix":
		t.arg = value
	case "code class":
		if language, ok := strings.CutPrefix(value, "language-"); ok {
			t.arg = language
		}
	case "span class":
		t.arg, _ = strings.CutPrefix(value, "tg-")
	case "blockquote expandable":
		t.arg = "expandable"
	}
}

// attribute reads name, name=token, name="value" or name='value'.
func (h *htmlReader) attribute(tag string, begin int) (name, value string, err error) {
	unclosed := broken("Unclosed start tag \"%s\" at byte offset %d", tag, begin)
	name = strings.ToLower(h.word("=>"))
	if h.pos >= len(h.src) {
		return "", "", unclosed
	}
	if name == "" {
		return "", "", broken("Empty attribute name in the tag \"%s\" at byte offset %d", tag, begin)
	}
	h.skipSpace()
	if h.at() != '=' {
		if h.pos >= len(h.src) {
			return "", "", unclosed
		}
		return name, "", nil
	}
	h.pos++
	h.skipSpace()
	if h.pos >= len(h.src) {
		return "", "", unclosed
	}
	if quote := h.at(); quote == '"' || quote == '\'' {
		value = h.quoted(quote)
	} else {
		from := h.pos
		value = strings.ToLower(h.token())
		if c := h.at(); h.pos < len(h.src) && !isSpace(c) && c != '>' {
			return "", "", broken("Unexpected end of name token at byte offset %d", from)
		}
	}
	if h.pos >= len(h.src) {
		return "", "", unclosed
	}
	return name, value, nil
}

func (h *htmlReader) token() string {
	from := h.pos
	for c := h.at(); c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '.' || c == '-'; c = h.at() {
		h.pos++
	}
	return h.src[from:h.pos]
}

func (h *htmlReader) quoted(quote byte) string {
	h.pos++
	var value []byte
	for h.pos < len(h.src) && h.src[h.pos] != quote {
		if r, n := characterEntity(h.src[h.pos:]); n > 0 {
			value = utf8.AppendRune(value, r)
			h.pos += n
			continue
		}
		value = append(value, h.src[h.pos])
		h.pos++
	}
	if h.pos < len(h.src) {
		h.pos++
	}
	return string(value)
}

func (h *htmlReader) endTag() error {
	begin := h.pos
	if len(h.open) == 0 {
		return broken("Unexpected end tag at byte offset %d", begin)
	}
	h.pos += 2
	name := strings.ToLower(h.word(">"))
	h.skipSpace()
	if h.at() != '>' {
		return broken("Unclosed end tag at byte offset %d", begin)
	}
	h.pos++
	tag := h.open[len(h.open)-1]
	h.open = h.open[:len(h.open)-1]
	if name != "" && name != tag.name {
		return broken("Unmatched end tag at byte offset %d, expected \"</%s>\", found \"</%s>\"", begin, tag.name, name)
	}
	if h.units > tag.offset {
		h.close(tag)
	}
	return nil
}

// close turns a tag with some text into an entity.
func (h *htmlReader) close(tag openTag) {
	e := models.MessageEntity{Type: tagEntity[tag.name], Offset: tag.offset, Length: h.units - tag.offset}
	switch tag.name {
	case "a":
		if !linkTo(&e, cmp.Or(tag.arg, string(h.text[tag.start:]))) {
			return
		}
	case "tg-emoji":
		e.CustomEmojiID = tag.arg
	case "tg-time":
		e.UnixTime, _ = strconv.Atoi(tag.arg)
	case "blockquote":
		if tag.arg != "" {
			e.Type = models.MessageEntityTypeExpandableBlockquote
		}
	case "code":
		if n := len(h.open); n > 0 && h.open[n-1].name == "pre" {
			e.Language = tag.arg
		}
	case "pre":
		if n := len(h.done); n > 0 {
			if last := h.done[n-1]; last.Type == models.MessageEntityTypeCode && last.Offset == e.Offset && last.Length == e.Length {
				e.Language = last.Language
				h.done = h.done[:n-1]
			}
		}
	}
	h.done = append(h.done, e)
}
