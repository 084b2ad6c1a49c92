package monitor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"otklik/storage"
)

// x reads X (Twitter) with the bearer tokens of applications and answers with
// the keys of the accounts that are ours.
//
// Its sources are of three kinds: a search (the address is a query, see
// x_queries.go), an account (the address is its username: of an account of ours
// what calls it, of another one what it writes and what calls it), and a
// hashtag. Every post that is read costs money, so all reading asks xMoney.
type x struct {
	base     string
	client   *http.Client
	readers  []*xToken
	accounts []*xAccount
	money    *xMoney
	stream   *xStreaming // nil: switched off

	mu     sync.Mutex
	talks  map[string]string // conversations of replies by their ids
	packed *xPacked
}

const (
	xKindSearch    = storage.SearchSource
	xKindCommunity = "community" // an account, as the bot names it
	xKindAccount   = "account"
	xKindHashtag   = "hashtag"
)

const (
	xKeyToken    = settingsPrefix + "_X_TOKEN"
	xKeyURL      = settingsPrefix + "_X_URL"
	xKeyAccounts = settingsPrefix + "_X_ACCOUNTS"
	xKeyDaily    = settingsPrefix + "_X_DAILY_USD"
	xKeyStream   = settingsPrefix + "_X_STREAM"
)

// xSettings are OTKLIK_X_….
type xSettings struct {
	Token    []string // bearer tokens of applications
	URL      string   `default:"https://api.x.com/2"`
	Accounts string   // name:consumer_key:consumer_secret:token:token_secret,… the accounts that answer
	DailyUSD float64  `default:"5" envconfig:"DAILY_USD"` // what readings of a day may cost
	Stream   string   `default:"off"`                     // on: posts come by the filtered stream too
}

func openX(with setup) (Network, error) {
	var s xSettings
	if err := with.read(&s); err != nil {
		return nil, err
	}
	u, err := url.Parse(s.URL)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil:
		return nil, fmt.Errorf("%s: not an address", xKeyURL)
	case !(s.DailyUSD > 0 && s.DailyUSD <= xMostUSD):
		return nil, fmt.Errorf("%s: must be more than 0 and at most %d", xKeyDaily, xMostUSD)
	case s.Stream != "on" && s.Stream != "off":
		return nil, fmt.Errorf("%s: must be on or off", xKeyStream)
	}
	n := &x{base: strings.TrimSuffix(s.URL, "/"), client: xClient(with.client(configured)), money: newXMoney(s.DailyUSD, with.store)}
	for _, token := range s.Token {
		if token = strings.TrimSpace(token); token != "" {
			n.readers = append(n.readers, newXToken(xKeyToken, token, len(n.readers)+1, with.tokenFails))
		}
	}
	if n.accounts, err = readXAccounts(s.Accounts, n.client, with.tokenFails); err != nil {
		return nil, fmt.Errorf("%s: %w", xKeyAccounts, err)
	}
	if len(n.readers) == 0 {
		if len(n.accounts) > 0 {
			return nil, fmt.Errorf("%s: needs %s too, for answers are looked up before they are repeated", xKeyAccounts, xKeyToken)
		}
		return nil, nil
	}
	if s.Stream == "on" {
		n.stream = newXStreaming(n.client)
	}
	return n, nil
}

// xClient follows no redirect: where its tokens go is told by the settings alone.
func xClient(c *http.Client) *http.Client {
	own := *c
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

func (*x) Name() string { return "x" }

// Fetch reads one page of a source.
func (n *x) Fetch(ctx context.Context, s storage.Source) (Page, error) {
	now := time.Now()
	c, err := readXCursor(s.Cursor, now)
	if err != nil {
		return Page{}, err
	}
	r := &xReading{x: n, cursor: c, now: now, asker: fmt.Sprint(s.ID, " ", s.Address), from: xFrom{endpoint: xSearch, path: "/tweets/search/recent", params: url.Values{}}}
	name := strings.TrimPrefix(s.Address, "@")
	switch s.Kind {
	case xKindSearch:
		r.from.params.Set("query", s.Address)
	case xKindCommunity, xKindAccount:
		if !xUsername.MatchString(name) {
			return Page{}, BadConfig{What: "name of an account"}
		}
		r.from.params.Set("query", fmt.Sprintf("(from:%s OR @%s) -is:retweet", name, name))
		if a := n.accountNamed(name); a != nil {
			r.from = xFrom{endpoint: xMentions, path: "/users/" + a.id + "/mentions", params: url.Values{}}
		}
	case xKindHashtag:
		if !isTag(s.Address) {
			return Page{}, BadConfig{What: "hashtag"}
		}
		r.from.params.Set("query", "#"+s.Address+" -is:retweet")
	default:
		return Page{}, BadConfig{What: "kind " + s.Kind}
	}
	if err := r.page(ctx); err != nil {
		var refused *xError
		if errors.As(err, &refused) && refused.Status == http.StatusBadRequest {
			err = errors.Join(err, BadConfig{What: "query"})
		}
		return Page{}, fmt.Errorf("read %s of x: %w", s.Kind, err)
	}
	r.cursor.Day, r.cursor.Spent = n.money.today(now)
	cursor, err := r.cursor.write()
	return Page{Items: r.items, Cursor: cursor, More: len(r.cursor.Gaps) > 0}, err
}
