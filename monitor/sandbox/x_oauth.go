package sandbox

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The keys of the one application of this network.
const (
	xConsumerKey    = "sandbox-consumer-key"
	xConsumerSecret = "sandbox-consumer-secret"
)

// signature checks an OAuth 1.0a signature and says whose it is.
func (c *xCall) signature(header string) *xProblem {
	given := map[string]string{}
	for part := range strings.SplitSeq(strings.TrimPrefix(header, "OAuth "), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		text, err := url.PathUnescape(strings.Trim(value, `"`))
		if err != nil {
			return xKinds["token"]
		}
		given[name] = text
	}
	signature := given["oauth_signature"]
	delete(given, "oauth_signature")
	c.token = given["oauth_token"]
	i := slices.IndexFunc(c.x.accounts, func(a *XAccount) bool { return a.token() == c.token })
	seconds, _ := strconv.ParseInt(given["oauth_timestamp"], 10, 64)
	revoked, known := c.x.tokens[c.token]
	switch {
	case i < 0, known && !revoked, given["oauth_consumer_key"] != xConsumerKey, given["oauth_signature_method"] != "HMAC-SHA1",
		given["oauth_nonce"] == "", c.x.nonces[given["oauth_nonce"]], c.now.Sub(time.Unix(seconds, 0)).Abs() > 5*time.Minute:
		return xKinds["token"]
	}
	a := c.x.accounts[i]
	for name, values := range c.params {
		given[name] = values[0]
	}
	// What was called counts, also behind a prefix that was stripped.
	called, _, _ := strings.Cut(c.r.RequestURI, "?")
	scheme := "https://"
	if c.r.URL.Scheme == "http" || c.r.TLS == nil && c.r.URL.Scheme == "" {
		scheme = "http://"
	}
	base := c.r.Method + "&" + xEscape(scheme+c.r.Host+called) + "&" + xEscape(xJoined(given))
	mac := hmac.New(sha1.New, []byte(xEscape(xConsumerSecret)+"&"+xEscape(a.secret())))
	mac.Write([]byte(base))
	if base64.StdEncoding.EncodeToString(mac.Sum(nil)) != signature {
		return xKinds["token"]
	}
	c.x.nonces[given["oauth_nonce"]] = true
	if c.as = a; a.readOnly && c.r.Method != http.MethodGet {
		return xKinds["oauth1"]
	}
	return nil
}

// xJoined are parameters in the order in which they are signed.
func xJoined(params map[string]string) string {
	var pairs []string
	for name, value := range params {
		pairs = append(pairs, xEscape(name)+"="+xEscape(value))
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// xEscape writes all but unreserved signs as %XX.
func xEscape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }
