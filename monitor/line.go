package monitor

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"otklik/monitor/links"
	"otklik/storage"
)

// Line is one message that another monitor or a file told.
type Line struct {
	Number int    // in what it was read from, from 1
	Item   Item   // Text is raw; it may be empty, see Monitor.accept
	Reason string // code: why it is rejected; "" when it is not
}

// Codes of the reasons why a line is rejected.
const (
	rejectedShape   = "not_an_object"
	rejectedField   = "field"   // a value of the wrong type
	rejectedNoID    = "no_id"   // neither url nor network and external_id
	rejectedURL     = "url"     // no address
	rejectedScheme  = "scheme"  // neither http nor https
	rejectedNetwork = "network" // not a name
	rejectedID      = "external_id"
	rejectedNoText  = "no_text"
	rejectedLong    = "text_too_long"
	rejectedDate    = "date"
)

// told is a line as it is written.
type told struct {
	Network     loose  `json:"network"`
	Kind        loose  `json:"kind"`
	ExternalID  loose  `json:"external_id"`
	URL         loose  `json:"url"`
	Title       loose  `json:"title"`
	Text        loose  `json:"text"`
	PublishedAt loose  `json:"published_at"`
	ParentURL   loose  `json:"parent_url"`
	ParentText  loose  `json:"parent_text"`
	Action      loose  `json:"action"`
	Author      origin `json:"author"`
	Source      origin `json:"source"`

	zone  *time.Location // of dates that name none; nil for UTC
	forms []string       // of dates, before all others
}

// origin is the author or the source of a line.
type origin struct {
	ID   loose `json:"id"`
	URL  loose `json:"url"`
	Name loose `json:"name"`
}

// loose is a text that may be written as a number; null is no text.
type loose string

func (l *loose) UnmarshalJSON(b []byte) error {
	switch {
	case bytes.Equal(b, []byte("null")):
		return nil
	case len(b) > 0 && b[0] == '"':
		var s string
		err := json.Unmarshal(b, &s)
		*l = loose(s)
		return err
	case len(b) > 0 && (b[0] == '-' || b[0] >= '0' && b[0] <= '9'):
		*l = loose(b)
		return nil
	}
	return errors.New("not a text")
}

// readLine reads one JSON object, by a map where there is one.
func readLine(number int, raw []byte, by *FieldMap) Line {
	t, reason := readTold(raw, by)
	if reason != "" {
		return Line{Number: number, Reason: reason}
	}
	item, reason := t.item()
	return Line{Number: number, Item: item, Reason: reason}
}

func readTold(raw []byte, by *FieldMap) (t told, reason string) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || raw[0] != '{' || !json.Valid(raw) {
		return t, rejectedShape
	}
	var err error
	if by == nil {
		err = json.Unmarshal(raw, &t)
	} else {
		t, err = by.tell(decoded(raw))
	}
	if err != nil {
		return t, rejectedField
	}
	return t, ""
}

var networkName = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{0,31}$`)

const maxID = 512 // bytes of an external id

// item makes sense of a line, or says why it has none.
func (t told) item() (item Item, reason string) {
	p := storage.Post{Network: strings.ToLower(t.Network.clean()), Kind: strings.ToLower(t.Kind.clean()), ExternalID: t.ExternalID.clean()}
	if p.Network != "" && !networkName.MatchString(p.Network) {
		return item, rejectedNetwork
	}
	if len(p.ExternalID) > maxID {
		return item, rejectedID
	}
	if raw := t.URL.clean(); raw != "" {
		if reason := identify(&p, raw); reason != "" {
			return item, reason
		}
	}
	if p.URL == "" && (p.Network == "" || p.ExternalID == "") {
		return item, rejectedNoID
	}
	switch p.Kind {
	case links.Post, links.Comment, links.Topic:
	default:
		p.Kind = links.Post
	}
	p.Text = t.words()
	if len(p.Text) > maxText {
		return item, rejectedLong
	}
	if value := t.PublishedAt.clean(); value != "" {
		at, ok := readDate(value, cmp.Or(t.zone, time.UTC), t.forms...)
		if !ok {
			return item, rejectedDate
		}
		p.PublishedAt = at
	}
	p.SourceURL, p.SourceName = canonicalSource(t.Source.URL.clean()), t.Source.Name.clean()
	p.ParentText = string(t.ParentText)
	if _, parent, err := canonicalPost(t.ParentURL.clean()); err == nil {
		p.ParentURL = parent
	}
	author := t.Author.ID.clean()
	if author == "" {
		author = t.Author.URL.clean()
	}
	return Item{Post: p, AuthorID: author, Fate: actions[strings.ToLower(t.Action.clean())]}, ""
}

// actions are what others call what became of a post; what is not among them is
// no news of it.
var actions = map[string]storage.Fate{
	"edited": storage.PostEdited, "edit": storage.PostEdited, "updated": storage.PostEdited, "update": storage.PostEdited,
	"removed": storage.PostRemoved, "remove": storage.PostRemoved, "deleted": storage.PostRemoved, "delete": storage.PostRemoved,
	"restored": storage.PostRestored, "restore": storage.PostRestored,
}

// clean is a short text without what cannot be stored.
func (l loose) clean() string { return strings.TrimSpace(CleanText(string(l))) }

// words are the title and the text, unless the text begins with the title.
func (t told) words() string {
	title, text := t.Title.clean(), t.Text.clean()
	if title == "" || strings.HasPrefix(text, title) {
		return text
	}
	return strings.TrimSpace(title + "\n\n" + text)
}

// identify reads the ids of a post from its address. What the address tells
// goes before what the line says: it is in the form that our own readers use.
func identify(p *storage.Post, raw string) (reason string) {
	l, address, err := canonicalPost(raw)
	switch {
	case errors.Is(err, links.ErrScheme):
		return rejectedScheme
	case err != nil:
		return rejectedURL
	}
	known := l.Network != links.Web
	if known || p.Network == "" {
		p.Network = l.Network
	}
	if l.Network == links.OK && l.Kind == links.Post && p.Kind == links.Comment && p.ExternalID != "" {
		// Comments have no addresses there: it is that of their topic.
		p.ParentURL = address
		if !strings.HasPrefix(p.ExternalID, l.RootID+"/") {
			p.ExternalID = l.RootID + "/" + p.ExternalID
		}
		return ""
	}
	switch l.Kind {
	case links.Community, links.Profile, links.Hashtag:
		if p.ExternalID != "" {
			return "" // the address of where it stands, not its own
		}
	case links.Post, links.Comment, links.Topic:
		p.Kind = l.Kind
		fallthrough
	default:
		if known && l.ExternalID != "" {
			p.ExternalID = l.ExternalID
		}
	}
	p.URL = address
	return ""
}

// dateForms are what a line's date may look like beside a number of seconds; a
// date without a zone is UTC, unless a map says where it was told.
var dateForms = []string{time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05Z0700", "2006-01-02 15:04:05", "2006-01-02 15:04",
	"2006-01-02", "02.01.2006 15:04:05", "02.01.2006, 15:04", "02.01.2006 15:04", "02.01.2006", "02.01.06 15:04", "02.01.06"}

// The numbers that are dates: days since 1899 as spreadsheets count them, for
// the years 1990 to 2199, then seconds and milliseconds since 1970.
const (
	firstDay     = 32_874
	lastDay      = 109_574
	milliseconds = 1e11 // as seconds, the year 5138
)

// readDate reads a time in the given forms before those that everybody uses; no
// resident wrote in a network before 1990 or after 2200, so another year is a
// misread one.
func readDate(value string, zone *time.Location, forms ...string) (at time.Time, ok bool) {
	believed := func(at time.Time) (time.Time, bool) {
		at = at.UTC()
		return at, at.Year() >= 1990 && at.Year() < 2200
	}
	for _, form := range slices.Concat(forms, dateForms) {
		if at, err := time.ParseInLocation(form, value, zone); err == nil {
			if at, ok := believed(at); ok {
				return at, true
			}
		}
	}
	n, err := strconv.ParseFloat(strings.Replace(value, ",", ".", 1), 64)
	switch {
	case err != nil || n <= 0 || n >= 1e15:
		return at, false
	case n >= milliseconds:
		return believed(time.UnixMilli(int64(n)))
	case n >= firstDay && n <= lastDay:
		day, hours := math.Modf(n)
		midnight := time.Date(1899, 12, 30+int(day), 0, 0, 0, 0, zone)
		return believed(midnight.Add(time.Duration(math.Round(hours*86400)) * time.Second))
	}
	return believed(time.Unix(int64(n), 0))
}
