package monitor

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// graphID is an id, which the network also writes as a number.
type graphID string

// UnmarshalJSON reads "12", 12 and null.
func (i *graphID) UnmarshalJSON(raw []byte) error {
	text := strings.Trim(string(raw), `"`)
	switch {
	case text == "null":
		return nil
	case text == "" || strings.ContainsFunc(text, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}):
		return fmt.Errorf("%.20s is no id", raw)
	}
	*i = graphID(text)
	return nil
}

// graphNumber is a whole number, which the network also writes as a string or
// with a fraction.
type graphNumber int64

// UnmarshalJSON reads 7, 7.5, "7" and null.
func (n *graphNumber) UnmarshalJSON(raw []byte) error {
	text := strings.Trim(string(raw), `"`)
	if text == "null" || text == "" {
		return nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != f || f > 1<<53 || f < -1<<53 {
		return fmt.Errorf("%.20s is no number", raw)
	}
	*n = graphNumber(f)
	return nil
}

// graphTime is a moment, which is told as "2026-11-23T00:35:00+0000" or in unix
// seconds. One that cannot be read is as good as none.
type graphTime struct{ time.Time }

// UnmarshalJSON never fails.
func (t *graphTime) UnmarshalJSON(raw []byte) error {
	text := strings.Trim(string(raw), `"`)
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil && seconds > 0 && seconds < 1<<36 {
		t.Time = time.Unix(seconds, 0).UTC()
		return nil
	}
	for _, form := range []string{"2006-01-02T15:04:05-0700", time.RFC3339} {
		if at, err := time.Parse(form, text); err == nil {
			t.Time = at.UTC()
			return nil
		}
	}
	return nil
}

// unix is the moment in seconds, or that of now where it was not told.
func (t graphTime) unix(now time.Time) int64 {
	if t.IsZero() {
		return now.Unix()
	}
	return t.Unix()
}

// graphList is one page of a list.
type graphList[T any] struct {
	Data   []T `json:"data"`
	Paging struct {
		Cursors struct {
			After string `json:"after"`
		} `json:"cursors"`
		Next string `json:"next"`
	} `json:"paging"`
	Summary struct {
		Total graphNumber `json:"total_count"`
	} `json:"summary"`
}

// more says where the list goes on, as parameters; "" at its end. was is where
// this page began. The address of the next page, which holds the token, only
// tells that there is one.
func (l *graphList[T]) more(was string) (string, error) {
	switch {
	case l.Data == nil:
		return "", errors.New("a list without its data")
	case l.Paging.Next == "":
		return "", nil
	}
	on, err := l.next()
	if err == nil && on == was {
		err = errors.New("a list goes on where it was")
	}
	return on, err
}

func (l *graphList[T]) next() (string, error) {
	if l.Paging.Cursors.After != "" {
		return url.Values{"after": {l.Paging.Cursors.After}}.Encode(), nil
	}
	next, err := url.Parse(l.Paging.Next)
	if err != nil {
		return "", errors.New("a list goes on at an address that cannot be read") // which may hold the token
	}
	on := url.Values{}
	for _, name := range []string{"after", "until", "__paging_token"} {
		if value := next.Query().Get(name); value != "" {
			on.Set(name, value)
		}
	}
	if len(on) == 0 {
		return "", errors.New("a list goes on and does not say where")
	}
	return on.Encode(), nil
}

// graphOn adds to the parameters of a list where it goes on.
func graphOn(params url.Values, more string) (url.Values, error) {
	on, err := url.ParseQuery(more)
	if err != nil {
		return nil, errors.New("the cursor does not say where a list goes on")
	}
	for name := range on {
		params.Set(name, on.Get(name))
	}
	return params, nil
}

// graphPerson is who wrote something.
type graphPerson struct {
	ID       graphID `json:"id"`
	Name     string  `json:"name"`
	Username string  `json:"username"`
}

// graphHash tells one text from another.
func graphHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

// graphLine is a text on one line.
func graphLine(text string) string { return strings.Join(strings.Fields(text), " ") }
