package sandbox

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/go-telegram/bot/models"
)

// linkTo makes e a link or a mention; false means that the address is not one
// that Telegram keeps, and the words stay without a link.
func linkTo(e *models.MessageEntity, address string) bool {
	if id, ok := strings.CutPrefix(address, "tg://user?id="); ok {
		if n, err := strconv.ParseInt(id, 10, 64); err == nil && n > 0 {
			e.Type, e.User = models.MessageEntityTypeTextMention, &models.User{ID: n}
			return true
		}
	}
	fixed, ok := checkLink(address)
	e.URL = fixed
	return ok
}

// checkLink accepts what can stand behind words or a button: http, https and
// tg addresses, a host with a dot, a missing scheme being http.
func checkLink(address string) (string, bool) {
	address = strings.TrimSpace(address)
	u, err := url.Parse(address)
	if err != nil || address == "" {
		return "", false
	}
	switch strings.ToLower(u.Scheme) {
	case "tg", "ton", "tonsite":
		return address, u.Host != ""
	case "http", "https":
	case "":
		if u, err = url.Parse("http://" + address); err != nil {
			return "", false
		}
	default:
		return "", false
	}
	host := u.Hostname()
	if !strings.Contains(strings.Trim(host, "."), ".") && !strings.Contains(host, ":") || strings.ContainsAny(host, " <>\"'") {
		return "", false
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String(), true
}
