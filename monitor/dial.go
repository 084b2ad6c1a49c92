package monitor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"syscall"
	"time"
)

const (
	callTime     = 75 * time.Second // for a whole call; longer than a long poll
	dialTime     = 10 * time.Second
	maxAnswer    = 16 << 20 // bytes of an answer, unpacked
	maxRedirects = 5
)

// errPrivate says that an address given by a person leads into a private
// network. It is BadConfig: trying again helps nobody.
var errPrivate = fmt.Errorf("a private address: %w", BadConfig{What: "private"})

// errPort says that an address given by a person leads to something else than a
// site: mail, a shell, a database. BadConfig like the above.
var errPort = fmt.Errorf("a port of no site: %w", BadConfig{What: "port"})

// errTooBig says that an answer weighs more than any sensible one.
var errTooBig = errors.New("the answer is too big")

// dialing makes the HTTP clients of one network.
type dialing struct {
	proxy        *url.URL // nil: none
	allowPrivate bool
	agent        string
	resolver     *net.Resolver // nil: that of the machine
}

func newDialing(cfg Config, proxy string) (dialing, error) {
	d := dialing{allowPrivate: cfg.AllowPrivate, agent: cfg.UserAgent}
	if d.agent == "" {
		d.agent = "Otklik"
	}
	if proxy == "" {
		return d, nil
	}
	u, err := url.Parse(proxy)
	if err != nil || u.Host == "" {
		return d, errors.New("not an address of a proxy") // the address may hold a password
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
	default:
		return d, errors.New("a proxy is http, https or socks5")
	}
	d.proxy = u
	return d, nil
}

// client makes a client. A checked one refuses private addresses when it
// dials: what a name means is asked once, and what was checked is what is
// dialled, also after a redirect.
func (d dialing) client(r reach) *http.Client {
	dialer := &net.Dialer{Timeout: dialTime, Resolver: d.resolver}
	guard := r == checked && !d.allowPrivate
	if guard && d.proxy == nil {
		dialer.ControlContext = refusePrivate
	}
	transport := &http.Transport{
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    dialTime,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        time.Minute,
		ForceAttemptHTTP2:      true,
		MaxResponseHeaderBytes: 256 << 10,
		ExpectContinueTimeout:  time.Second,
	}
	if d.proxy != nil {
		transport.Proxy = http.ProxyURL(d.proxy)
	}
	return &http.Client{
		Timeout:       callTime,
		Transport:     visitor{next: transport, agent: d.agent, resolver: d.resolver, byProxy: guard && d.proxy != nil},
		CheckRedirect: redirects(r),
	}
}

// redirects says which redirects a client of that reach follows. One that bears
// secrets, in headers or a body, goes to no other host.
func redirects(of reach) func(r *http.Request, via []*http.Request) error {
	return func(r *http.Request, via []*http.Request) error {
		first := via[0].URL
		switch {
		case len(via) > maxRedirects:
			return errors.New("too many redirects")
		case r.URL.Scheme != "http" && r.URL.Scheme != "https":
			return errors.New("a redirect away from http")
		case of == configured && (r.URL.Host != first.Host || r.URL.Scheme != first.Scheme):
			return errors.New("a redirect to another host")
		}
		// The standard client drops Authorization for another host, but tells the whole address.
		r.Header.Del("Referer")
		return nil
	}
}

// visitor names us to the other side and bounds its answers.
type visitor struct {
	next     http.RoundTripper
	agent    string
	resolver *net.Resolver
	byProxy  bool // the proxy dials, so the address is checked before it is asked
}

func (v visitor) RoundTrip(r *http.Request) (*http.Response, error) {
	if v.byProxy {
		if port := r.URL.Port(); port != "" && !sitePort(port) {
			return nil, errPort
		}
		if err := v.checkHost(r.Context(), r.URL.Hostname()); err != nil {
			return nil, err
		}
	}
	if r.Header.Get("User-Agent") == "" {
		r = r.Clone(r.Context())
		r.Header.Set("User-Agent", v.agent)
	}
	answer, err := v.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusSwitchingProtocols {
		answer.Body = &bounded{ReadCloser: answer.Body, left: maxAnswer}
	}
	return answer, nil
}

// checkHost refuses a host any of whose addresses is private.
func (v visitor) checkHost(ctx context.Context, host string) error {
	resolver := v.resolver
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	addresses, err := resolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return fmt.Errorf("look up the host: %w", err)
	}
	for _, a := range addresses {
		if private(a) {
			return errPrivate
		}
	}
	return nil
}

// bounded fails once more was read than an answer may weigh.
type bounded struct {
	io.ReadCloser
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errTooBig
	}
	return n, err
}

// refusePrivate is asked by the dialer for each address it is about to dial.
func refusePrivate(_ context.Context, network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" {
		return errPrivate
	}
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("read an address: %w", err)
	}
	if private(a.Addr()) {
		return errPrivate
	}
	if !sitePort(strconv.Itoa(int(a.Port()))) {
		return errPort
	}
	return nil
}

// sitePort says whether sites answer on a port: on those of the web, and on any
// that a program may open without rights.
func sitePort(port string) bool {
	n, err := strconv.Atoi(port)
	return err == nil && (n == 80 || n == 443 || n >= 1024)
}

// closedRanges are no part of the public internet beyond what netip knows: this
// network, shared space, documentation, benchmarks, reserved, discard.
var closedRanges = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "::/96", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fec0::/10")

// The ranges that carry an IPv4 address of which the last or third to sixth
// bytes are the true destination.
var (
	translated = prefixes("64:ff9b::/96")
	localNAT   = prefixes("64:ff9b:1::/48")
	sixToFour  = prefixes("2002::/16")
)

func prefixes(list ...string) []netip.Prefix {
	var ps []netip.Prefix
	for _, s := range list {
		ps = append(ps, netip.MustParsePrefix(s))
	}
	return ps
}

func within(a netip.Addr, list []netip.Prefix) bool {
	for _, p := range list {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// private says that an address is not one of the public internet.
func private(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	b := a.As16()
	switch {
	case within(a, translated):
		return private(netip.AddrFrom4([4]byte(b[12:16])))
	case within(a, sixToFour):
		return private(netip.AddrFrom4([4]byte(b[2:6])))
	}
	return !a.IsGlobalUnicast() || a.IsPrivate() || within(a, closedRanges) || within(a, localNAT)
}
