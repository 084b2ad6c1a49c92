package monitor

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

func TestPrivateAddresses(t *testing.T) {
	for _, a := range []string{
		"127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "0.0.0.0", "0.1.2.3", "100.64.0.1",
		"192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "203.0.113.5", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:c0a8:101::", "2001:db8::1", "2001::1", "fec0::1", "100::1",
	} {
		if !private(netip.MustParseAddr(a)) {
			t.Errorf("%s counts as public", a)
		}
	}
	for _, a := range []string{"8.8.8.8", "87.240.129.133", "172.32.0.1", "172.15.0.1", "100.128.0.1", "2a00:1450:4010:c05::71", "64:ff9b::808:808", "2002:808:808::", "::ffff:8.8.8.8"} {
		if private(netip.MustParseAddr(a)) {
			t.Errorf("%s counts as private", a)
		}
	}
}

func visit(t *testing.T, c *http.Client, address string) error {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

func TestAddressesThatAPersonGaveStayOutside(t *testing.T) {
	var visits atomic.Int64
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visits.Add(1) }))
	defer inside.Close()
	_, port, _ := net.SplitHostPort(inside.Listener.Addr().String())
	c := dialing{agent: "test"}.client(checked)
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "127.1", "2130706433", "0x7f000001"} {
		if err := visit(t, c, "http://"+host+":"+port+"/"); err == nil {
			t.Errorf("%s was visited", host)
		}
	}
	if n := visits.Load(); n != 0 {
		t.Errorf("the inside was visited %d times", n)
	}
	if err := visit(t, dialing{agent: "test", allowPrivate: true}.client(checked), inside.URL); err != nil {
		t.Errorf("allowed, and yet: %v", err)
	}
	if err := visit(t, dialing{agent: "test"}.client(configured), inside.URL); err != nil {
		t.Errorf("an address from the settings: %v", err)
	}
	var setting BadConfig
	if err := visit(t, c, inside.URL); !errors.As(err, &setting) || setting.What != "private" {
		t.Errorf("refused with %v", err)
	}
}

// nameServer answers every question for an address with the next of a list.
func nameServer(t *testing.T, addresses ...string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	var asked atomic.Int64
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil {
				continue
			}
			m.Response, m.Additionals = true, nil
			if m.Questions[0].Type == dnsmessage.TypeA {
				i := min(asked.Add(1)-1, int64(len(addresses)-1))
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET, TTL: 0},
					Body:   &dnsmessage.AResource{A: netip.MustParseAddr(addresses[i]).As4()},
				}}
			}
			packed, err := m.Pack()
			if err == nil {
				_, _ = conn.WriteTo(packed, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func TestNameThatChangesItsMindIsCheckedWhenDialled(t *testing.T) {
	var visits atomic.Int64
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visits.Add(1) }))
	defer inside.Close()
	_, port, _ := net.SplitHostPort(inside.Listener.Addr().String())
	// Whatever the name meant before: it is private by the time it is dialled.
	c := dialing{agent: "test", resolver: nameServer(t, "127.0.0.1")}.client(checked)
	if err := visit(t, c, "http://rebind.example:"+port+"/"); err == nil || visits.Load() != 0 {
		t.Errorf("a name of a private address was visited: %v", err)
	}
	d := dialing{agent: "test", resolver: nameServer(t, "127.0.0.1"), allowPrivate: true}
	if err := visit(t, d.client(checked), "http://rebind.example:"+port+"/"); err != nil || visits.Load() != 1 {
		t.Errorf("the name server of this test does not work: %v", err)
	}
}

func TestRedirectInsideIsRefused(t *testing.T) {
	var visits atomic.Int64
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visits.Add(1) }))
	defer inside.Close()
	// A redirect is dialled like any other address: the first hop here passes
	// because it is answered without dialling.
	c := dialing{agent: "test"}.client(checked)
	v := c.Transport.(visitor)
	c.Transport = visitor{next: firstHop{to: inside.URL, then: v.next}, agent: "test"}
	if err := visit(t, c, "http://outside.example/"); !errors.Is(err, errPrivate) || visits.Load() != 0 {
		t.Errorf("a redirect inside ended with %v and %d visits", err, visits.Load())
	}
}

// firstHop answers outside.example with a redirect.
type firstHop struct {
	to   string
	then http.RoundTripper
}

func (f firstHop) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != "outside.example" {
		return f.then.RoundTrip(r)
	}
	return &http.Response{StatusCode: http.StatusFound, Header: http.Header{"Location": {f.to}}, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
}

func TestProxyIsNotAWayInside(t *testing.T) {
	var visits atomic.Int64
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visits.Add(1) }))
	defer proxy.Close()
	d, err := newDialing(Config{}, proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	if err := visit(t, d.client(checked), "http://10.0.0.1/"); !errors.Is(err, errPrivate) || visits.Load() != 0 {
		t.Errorf("a private address by the proxy ended with %v", err)
	}
	d.resolver = nameServer(t, "87.240.129.133")
	if err := visit(t, d.client(checked), "http://outside.example/"); err != nil || visits.Load() != 1 {
		t.Errorf("a public address by the proxy ended with %v", err)
	}
	for _, bad := range []string{"ftp://proxy:1", "proxy", "http://", "http://user:secret@%zz"} {
		if _, err := newDialing(Config{}, bad); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestAnswersAreBounded(t *testing.T) {
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.UserAgent() != "Otklik" {
			t.Errorf("user agent %q", r.UserAgent())
		}
		block := make([]byte, 1<<20)
		for range 64 {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}))
	defer endless.Close()
	d, err := newDialing(Config{AllowPrivate: true}, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := visit(t, d.client(checked), endless.URL); !errors.Is(err, errTooBig) {
		t.Errorf("an endless answer ended with %v", err)
	}
}

// TestUnpackedAnswersAreBounded: what counts is what an answer unpacks to.
func TestUnpackedAnswersAreBounded(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := io.Copy(z, io.LimitReader(zeros{}, 4*maxAnswer)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	bomb := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed.Bytes())
	}))
	defer bomb.Close()
	for _, r := range []reach{configured, checked} {
		if err := visit(t, dialing{agent: "test", allowPrivate: true}.client(r), bomb.URL); !errors.Is(err, errTooBig) {
			t.Errorf("%d bytes that unpack to %d ended with %v", packed.Len(), 4*maxAnswer, err)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestOnlySitesAreVisited(t *testing.T) {
	for address, want := range map[string]error{
		"87.240.129.133:80": nil, "87.240.129.133:443": nil, "87.240.129.133:8080": nil, "[2a00:1450:4010:c05::71]:443": nil,
		"87.240.129.133:22": errPort, "87.240.129.133:25": errPort, "87.240.129.133:0": errPort, "[2a00:1450:4010:c05::71]:445": errPort,
		"10.0.0.1:80": errPrivate, "[::ffff:10.0.0.1]:443": errPrivate, "[::ffff:a9fe:a9fe]:80": errPrivate, "[fe80::1%lo]:80": errPrivate,
	} {
		if err := refusePrivate(t.Context(), "tcp4", address, nil); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", address, err, want)
		}
	}
	if err := refusePrivate(t.Context(), "udp4", "87.240.129.133:80", nil); err == nil {
		t.Error("what is no TCP was dialled")
	}
	d, err := newDialing(Config{}, "http://proxy.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := visit(t, d.client(checked), "http://87.240.129.133:25/"); !errors.Is(err, errPort) {
		t.Errorf("a port of mail by the proxy: %v", err)
	}
}

// TestSecretsStayWithTheirHost: a network that sends us elsewhere gets no call
// there.
func TestSecretsStayWithTheirHost(t *testing.T) {
	var visits atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visits.Add(1) }))
	defer other.Close()
	to := other.URL
	own := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, to, http.StatusTemporaryRedirect)
		}
	}))
	defer own.Close()
	d := dialing{agent: "test", allowPrivate: true}
	if err := visit(t, d.client(configured), own.URL+"/"); err == nil || visits.Load() != 0 {
		t.Errorf("a redirect to another host: %v and %d visits", err, visits.Load())
	}
	if err := visit(t, d.client(checked), own.URL+"/"); err != nil || visits.Load() != 1 {
		t.Errorf("a feed that moves: %v and %d visits", err, visits.Load())
	}
	to = "/elsewhere"
	if err := visit(t, d.client(configured), own.URL+"/"); err != nil {
		t.Errorf("a redirect on the same host: %v", err)
	}
}
