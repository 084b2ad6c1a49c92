package monitor

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
)

// graph calls the Graph API of Meta, which Facebook and Instagram share, in the
// name of the accounts that are ours: pages, or professional accounts.
type graph struct {
	use      string // what the network calls our calls when it tells of limits
	base     string // with the version: "https://graph.facebook.com/v25.0"
	client   *http.Client
	accounts []*graphAccount // in the order of the setting
	secret   string          // of the app: it signs what the network tells by itself
	verify   string          // what the network repeats when an address of ours is registered

	fails func(AuthLost, time.Time) // tells that a token does not work, until when

	mu       sync.Mutex
	app      graphUsage     // of the app, which all tokens share
	stumbled map[string]int // how often in a row the comments of a post could not be read
}

// graphAccount is an account of ours with its token and what that has left.
type graphAccount struct {
	id     string
	token  string
	key    string // the setting it comes from
	number int    // in that setting, from 1

	mu       sync.Mutex
	lost     bool
	usage    graphUsage
	blocked  time.Time // nothing is published before
	name     string    // as the network calls it; "" until it was asked
	username string
}

var graphNumeric = regexp.MustCompile(`^\d{1,25}$`)

// openGraph makes a client. It is without accounts where none are set; its
// errors name the setting and show no token.
func openGraph(with setup, use, urlKey, address, key, accounts string) (*graph, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return nil, fmt.Errorf("%s: not an address", urlKey)
	}
	g := &graph{use: use, base: strings.TrimSuffix(address, "/"), client: with.client(configured), fails: with.tokenFails}
	number := 0
	for entry := range strings.SplitSeq(accounts, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		number++
		id, token, ok := strings.Cut(entry, ":")
		id, token = strings.TrimSpace(id), strings.TrimSpace(token)
		switch {
		case !ok || !graphNumeric.MatchString(id) || token == "":
			return nil, fmt.Errorf("%s: entry %d is not id:token", key, number)
		case g.account(id) != nil:
			return nil, fmt.Errorf("%s: entry %d repeats an id", key, number)
		}
		g.accounts = append(g.accounts, &graphAccount{id: id, token: token, key: key, number: number})
	}
	return g, nil
}

// account is the account of ours with that id; nil for one that is not ours.
func (g *graph) account(id string) *graphAccount {
	for _, a := range g.accounts {
		if a.id == id {
			return a
		}
	}
	return nil
}

const graphCallTime = 30 * time.Second

// get reads what stands under a path. Errors are of the kinds in trouble.go.
func (g *graph) get(ctx context.Context, a *graphAccount, path string, params url.Values, into any) error {
	if err := g.leave(a); err != nil {
		return err
	}
	g.prove(a, params)
	err := g.call(ctx, a, http.MethodGet, path+"?"+params.Encode(), "", nil, into)
	var refused *graphError
	if !errors.As(err, &refused) {
		return err
	}
	return g.learn(a, refused, true)
}

// prove adds the proof that we know the app's secret, where it is set: an app may
// demand it, and pages that are not ours are read with it only.
func (g *graph) prove(a *graphAccount, params url.Values) {
	if g.secret == "" {
		return
	}
	mac := hmac.New(sha256.New, []byte(g.secret))
	mac.Write([]byte(a.token))
	params.Set("appsecret_proof", hex.EncodeToString(mac.Sum(nil)))
}

// list reads one page of a list. Where the network cannot gather that much at
// once, it is asked for less.
func (g *graph) list(ctx context.Context, a *graphAccount, path string, params url.Values, into any) error {
	err := g.get(ctx, a, path, params, into)
	var refused *graphError
	if errors.As(err, &refused) && refused.Code == graphUnknown && params.Get("limit") != graphFewer {
		params.Set("limit", graphFewer)
		return g.get(ctx, a, path, params, into)
	}
	return err
}

const graphFewer = "20" // items of a page that was too much

// post writes under a path, with a photo where there is one. An error of no
// kind leaves open whether it was carried out.
func (g *graph) post(ctx context.Context, a *graphAccount, path string, params url.Values, photo *Photo, into any) error {
	if err := g.leave(a); err != nil {
		return err
	}
	g.prove(a, params)
	kind, body := "application/x-www-form-urlencoded", io.Reader(strings.NewReader(params.Encode()))
	if photo != nil {
		var err error
		if kind, body, err = graphForm(params, photo); err != nil {
			return err
		}
	}
	err := g.call(ctx, a, http.MethodPost, path, kind, body, into)
	var refused *graphError
	if !errors.As(err, &refused) {
		return err
	}
	return g.learn(a, refused, false)
}

// graphForm is a form with a photo, which the network takes as its field source.
func graphForm(params url.Values, photo *Photo) (kind string, body io.Reader, err error) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for name := range params {
		err = errors.Join(err, form.WriteField(name, params.Get(name)))
	}
	part, err2 := form.CreateFormFile("source", photo.Name)
	if err2 == nil {
		_, err2 = part.Write(photo.Data)
	}
	if err = errors.Join(err, err2, form.Close()); err != nil {
		return "", nil, fmt.Errorf("%w: write a form with a photo: %w", CannotPublish{Reason: "refused"}, err)
	}
	return form.FormDataContentType(), &b, nil
}

// call makes one call. Its error is a *graphError where the network refused.
func (g *graph) call(ctx context.Context, a *graphAccount, method, path, kind string, body io.Reader, into any) error {
	ctx, cancel := context.WithTimeout(ctx, graphCallTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, g.base+"/"+path, body)
	if err != nil {
		return fmt.Errorf("call the graph: %w", err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	req.Header.Set("Authorization", "Bearer "+a.token)
	answer, err := g.client.Do(req)
	if err != nil {
		var where *url.Error // repeats the address
		if errors.As(err, &where) {
			err = where.Err
		}
		return fmt.Errorf("call the graph: %w", err)
	}
	defer answer.Body.Close()
	g.spent(a, answer.Header, time.Now())
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		return fmt.Errorf("read an answer of the graph: %w", err)
	}
	var failed struct {
		Error *graphError `json:"error"`
	}
	if err := json.Unmarshal(raw, &failed); err != nil {
		return fmt.Errorf("an answer of the graph with status %d is not what it should be: %w", answer.StatusCode, err)
	}
	switch {
	case failed.Error != nil:
		return failed.Error
	case answer.StatusCode != http.StatusOK:
		return fmt.Errorf("the graph answers with status %d", answer.StatusCode)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("read an answer of the graph: %w", err)
	}
	return nil
}

// graphSelf is what an account says of itself.
type graphSelf struct {
	ID       graphID `json:"id"`
	Name     string  `json:"name"`
	Username string  `json:"username"`
}

// probe asks an account for its name anew, also with a token that was refused.
func (g *graph) probe(ctx context.Context, a *graphAccount) error {
	a.mu.Lock()
	a.lost, a.name, a.username = false, "", ""
	a.mu.Unlock()
	_, _, err := g.identify(ctx, a)
	return err
}

// identify asks once what an account is called.
func (g *graph) identify(ctx context.Context, a *graphAccount) (name, username string, err error) {
	a.mu.Lock()
	name, username = a.name, a.username
	a.mu.Unlock()
	if name+username != "" {
		return name, username, nil
	}
	var self graphSelf
	if err := g.get(ctx, a, a.id, url.Values{"fields": {"id,name,username"}}, &self); err != nil {
		return "", "", fmt.Errorf("ask an account for its name: %w", err)
	}
	if string(self.ID) != a.id {
		return "", "", BadConfig{What: fmt.Sprintf("token %d of %s belongs to another account", a.number, a.key)}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.name, a.username = self.Name, strings.ToLower(self.Username)
	return a.name, a.username, nil
}

// known is the name that an account told of itself, as far as it was asked.
func (a *graphAccount) known() (username string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.username
}
