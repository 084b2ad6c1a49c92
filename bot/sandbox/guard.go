package sandbox

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// local lets only pages and programs of this machine through: whoever plays
// people here can say anything in their name, so a web page elsewhere must not
// reach it, neither by a form nor by a name that resolves to 127.0.0.1.
func local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLocal(r.Host) {
			playError(w, http.StatusForbidden, "only on this machine: open it as 127.0.0.1 or localhost")
			return
		}
		if origin := r.Header.Get("Origin"); origin != "" {
			u, err := url.Parse(origin)
			if err != nil || !strings.EqualFold(u.Host, r.Host) {
				playError(w, http.StatusForbidden, "not from another site")
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// isLocal tells whether a Host header names this machine.
func isLocal(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
