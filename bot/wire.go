package bot

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

const (
	maxBuffered = 1 << 20  // of a request's body; larger ones are streamed
	maxAnswer   = 64 << 20 // of an answer's body
)

// wire is the HTTP client below the Bot API library. It has no overall
// timeout, since each call has its own; it sends small bodies with their
// length, so that they can be sent again over a fresh connection; and its
// errors tell what became of the request without the address, which holds the
// token.
type wire struct{ http *http.Client }

func newWire(cfg Config) (*wire, error) {
	if cfg.Client != nil {
		return &wire{cfg.Client}, nil
	}
	t := &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 32,
		TLSHandshakeTimeout: 10 * time.Second, IdleConnTimeout: 90 * time.Second,
		DialContext: (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
	}
	if cfg.Proxy != "" {
		proxy, err := url.Parse(cfg.Proxy)
		if err != nil || proxy.Host == "" {
			return nil, errors.New("the proxy's address cannot be read")
		}
		t.Proxy = http.ProxyURL(proxy)
	}
	return &wire{&http.Client{Transport: t}}, nil
}

// close gives up idle connections of a client of our own.
func (w *wire) close() { w.http.CloseIdleConnections() }

// wireError is a call without an answer of Telegram.
type wireError struct {
	written bool // the request, or some of it, went out
	err     error
}

func (e *wireError) Error() string { return e.err.Error() }
func (e *wireError) Unwrap() error { return e.err }

// pageError is an answer that is not Telegram's: a gateway's page.
type pageError struct{ status int }

func (e *pageError) Error() string {
	return fmt.Sprintf("the answer is not Telegram's: status %d", e.status)
}

// answerError is a refusal for which the library has no type.
type answerError struct {
	code        int
	description string
}

func (e *answerError) Error() string { return fmt.Sprintf("%d %s", e.code, e.description) }

// Do makes a call. The answer's body is read before it returns.
func (w *wire) Do(req *http.Request) (*http.Response, error) {
	sent, err := w.prepare(req)
	if err != nil {
		return nil, &wireError{false, err}
	}
	var traced, wrote atomic.Bool
	trace := &httptrace.ClientTrace{
		GetConn:      func(string) { traced.Store(true) },
		WroteRequest: func(httptrace.WroteRequestInfo) { wrote.Store(true) },
	}
	resp, err := w.http.Do(sent.req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err != nil {
		// A transport that tells nothing is judged by whether it asked for the body.
		written := wrote.Load() || !traced.Load() && sent.touched.Load()
		return nil, &wireError{written, inner(err)}
	}
	return answered(resp)
}

// inner is an error of the HTTP client without the address.
func inner(err error) error {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		return outer.Err
	}
	return err
}

// answered reads an answer and keeps what the library would garble.
func answered(resp *http.Response) (*http.Response, error) {
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, &wireError{true, err}
	}
	var a struct {
		OK          *bool  `json:"ok"`
		Code        int    `json:"error_code"`
		Description string `json:"description"`
	}
	if json.Unmarshal(body, &a) != nil || a.OK == nil {
		return nil, &pageError{resp.StatusCode}
	}
	if !*a.OK && (a.Code >= 500 || a.Code == http.StatusRequestEntityTooLarge) {
		return nil, &answerError{a.Code, a.Description}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// prepared is a request whose body tells whether anybody asked for it.
type prepared struct {
	req     *http.Request
	touched atomic.Bool
}

// prepare buffers a body that is small. The library writes bodies through a
// pipe, so an error of it shows here, before anything is sent.
func (w *wire) prepare(req *http.Request) (*prepared, error) {
	p := &prepared{req: req.Clone(req.Context())}
	if req.Body == nil {
		p.touched.Store(true)
		return p, nil
	}
	head, err := io.ReadAll(io.LimitReader(req.Body, maxBuffered+1))
	if err != nil {
		req.Body.Close()
		return nil, err
	}
	if len(head) > maxBuffered {
		p.req.Body = &touchedBody{io.MultiReader(bytes.NewReader(head), req.Body), req.Body, p}
		return p, nil
	}
	req.Body.Close()
	p.req.ContentLength = int64(len(head))
	p.req.GetBody = func() (io.ReadCloser, error) {
		return &touchedBody{bytes.NewReader(head), nil, p}, nil
	}
	p.req.Body, err = p.req.GetBody()
	return p, err
}

type touchedBody struct {
	io.Reader
	from io.Closer // nil for a buffer
	p    *prepared
}

func (b *touchedBody) Read(data []byte) (int, error) {
	b.p.touched.Store(true)
	return b.Reader.Read(data)
}

func (b *touchedBody) Close() error {
	if b.from == nil {
		return nil
	}
	return b.from.Close()
}
