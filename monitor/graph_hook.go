package monitor

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// graphNews is a call by which the network tells of news.
type graphNews struct {
	Object string `json:"object"`
	Entry  []struct {
		ID      graphID `json:"id"` // of the account
		Changes []struct {
			Field string          `json:"field"`
			Value json.RawMessage `json:"value"`
		} `json:"changes"`
	} `json:"entry"`
}

// receive checks that a call is the network's: one that registers our address
// repeats our word and is answered with its challenge; one that tells of news
// is signed with the app's secret. Without the secret and the word set there is
// nothing to receive.
func (g *graph) receive(r *http.Request, body []byte, key, object string) (news graphNews, challenge string, err error) {
	if g.secret == "" || g.verify == "" {
		return news, "", BadConfig{What: key + " is not set"}
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		q := r.URL.Query()
		if q.Get("hub.mode") != "subscribe" || subtle.ConstantTimeCompare([]byte(q.Get("hub.verify_token")), []byte(g.verify)) != 1 {
			return news, "", ErrNotGenuine
		}
		return news, q.Get("hub.challenge"), nil
	case http.MethodPost:
	default:
		return news, "", ErrNotGenuine
	}
	mac := hmac.New(sha256.New, []byte(g.secret))
	mac.Write(body)
	sent, hasPrefix := strings.CutPrefix(r.Header.Get("X-Hub-Signature-256"), "sha256=")
	signature, err := hex.DecodeString(sent)
	if err != nil || !hasPrefix || !hmac.Equal(signature, mac.Sum(nil)) {
		return news, "", ErrNotGenuine
	}
	if err := json.Unmarshal(body, &news); err != nil {
		return news, "", fmt.Errorf("read what the network tells: %w", err)
	}
	if news.Object != object {
		return graphNews{}, "", nil // of a product that we do not read
	}
	return news, "", nil
}
