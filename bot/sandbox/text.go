package sandbox

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-telegram/bot/models"
)

const (
	maxText    = 4096  // code points after parsing
	maxCaption = 1024  // code points after parsing
	maxRawText = 32768 // bytes before parsing

	maxEntities = 100 // Telegram drops the rest
)

// formatted reads a text or caption with its entities, cleaned and trimmed.
// Which of the two it is decides about the limit, the caller about emptiness.
func (s *Server) formatted(text, mode string, given []models.MessageEntity, caption bool) (string, []models.MessageEntity, error) {
	if len(text) > maxRawText {
		return "", nil, bad("text is too long")
	}
	if !utf8.ValidString(text) {
		return "", nil, bad("text must be encoded in UTF-8")
	}
	text = cleanControls(text)
	entities := given
	switch strings.ToLower(mode) {
	case "":
	case "html":
		var err error
		if text, entities, err = parseHTML(text); err != nil {
			return "", nil, err
		}
	default:
		return "", nil, bad("unsupported parse_mode")
	}
	text, entities = trim(text, entities)
	switch n := utf8.RuneCountInString(text); {
	case caption && n > maxCaption:
		return "", nil, bad("message caption is too long")
	case !caption && n > maxText:
		return "", nil, bad("message is too long")
	}
	entities = s.detect(text, entities)
	s.mention(entities)
	return text, entities[:min(maxEntities, len(entities))], nil
}

// mention completes the people behind tg://user?id=… links.
func (s *Server) mention(entities []models.MessageEntity) {
	for i, e := range entities {
		if e.Type != models.MessageEntityTypeTextMention {
			continue
		}
		if p := s.people[e.User.ID]; p != nil {
			user := p.user
			entities[i].User = &user
		}
	}
}

// cleanControls drops what no message can hold.
func cleanControls(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return -1
		case r < ' ' && r != '\n':
			return ' '
		}
		return r
	}, text)
}

// units is the length in UTF-16.
func units(text string) int {
	n := 0
	for _, r := range text {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// trim takes space away at both ends and moves the entities along. An entity
// that then covers nothing is dropped.
func trim(text string, entities []models.MessageEntity) (string, []models.MessageEntity) {
	left := strings.TrimLeftFunc(text, unicode.IsSpace)
	shift := units(text) - units(left)
	text = strings.TrimRightFunc(left, unicode.IsSpace)
	size := units(text)
	var kept []models.MessageEntity
	for _, e := range entities {
		end := min(e.Offset+e.Length-shift, size)
		e.Offset = max(e.Offset-shift, 0)
		if e.Length = end - e.Offset; e.Length > 0 {
			kept = append(kept, e)
		}
	}
	return text, kept
}

// found are the entities that Telegram finds by itself.
var found = []struct {
	kind    models.MessageEntityType
	pattern *regexp.Regexp
}{
	{models.MessageEntityTypeURL, regexp.MustCompile(`(?:https?://|www\.|t\.me/)[^\s<>"«»]+[^\s<>"«».,;:!?)\]]`)},
	{models.MessageEntityTypeBotCommand, regexp.MustCompile(`/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?`)},
	{models.MessageEntityTypeMention, regexp.MustCompile(`@[A-Za-z0-9_]{4,32}`)},
	{models.MessageEntityTypeHashtag, regexp.MustCompile(`#[\p{L}\p{N}_]+`)},
}

// detect adds commands, addresses, mentions and hashtags outside code and links.
func (s *Server) detect(text string, entities []models.MessageEntity) []models.MessageEntity {
	taken := slices.DeleteFunc(slices.Clone(entities), func(e models.MessageEntity) bool {
		switch e.Type {
		case models.MessageEntityTypeCode, models.MessageEntityTypePre, models.MessageEntityTypeTextLink, models.MessageEntityTypeTextMention:
			return false
		}
		return true
	})
	all := slices.Clone(entities)
	for _, f := range found {
		for _, at := range f.pattern.FindAllStringIndex(text, -1) {
			e := models.MessageEntity{Type: f.kind, Offset: units(text[:at[0]]), Length: units(text[at[0]:at[1]])}
			if !standsAlone(text, at, f.kind) || slices.ContainsFunc(taken, overlaps(e)) {
				continue
			}
			all, taken = append(all, e), append(taken, e)
		}
	}
	sortEntities(all)
	return all
}

// standsAlone keeps "a/b" from being a command and "me@host" from a mention.
func standsAlone(text string, at []int, kind models.MessageEntityType) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:at[0]])
	after, _ := utf8.DecodeRuneInString(text[at[1]:])
	if at[0] > 0 && (isWord(before) || strings.ContainsRune("/@#.", before)) {
		return false
	}
	return kind == models.MessageEntityTypeURL || at[1] == len(text) || !isWord(after) && after != '/'
}

func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

func overlaps(e models.MessageEntity) func(models.MessageEntity) bool {
	return func(x models.MessageEntity) bool {
		return x.Offset < e.Offset+e.Length && e.Offset < x.Offset+x.Length
	}
}
