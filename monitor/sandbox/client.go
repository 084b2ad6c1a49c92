package sandbox

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
)

// Client calls a network of this package directly, without a socket, whatever
// host the address names. A connection that a [Fault] closed is
// [io.ErrUnexpectedEOF]. It returns whole answers, so a stream is not for it.
func Client(network http.Handler) *http.Client { return &http.Client{Transport: direct{network}} }

// Client calls the server directly, see [Client].
func (v *VK) Client() *http.Client { return Client(v) }

// direct is a RoundTripper that runs a handler.
type direct struct{ handler http.Handler }

func (d direct) RoundTrip(req *http.Request) (*http.Response, error) {
	in := req.Clone(req.Context())
	in.RequestURI, in.RemoteAddr = req.URL.RequestURI(), "127.0.0.1:1"
	if in.Host == "" {
		in.Host = req.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	defer in.Body.Close()
	w := &recorder{header: http.Header{}, status: http.StatusOK}
	whole := w.serve(d.handler, in)
	if err := req.Context().Err(); err != nil {
		return nil, context.Cause(req.Context())
	}
	if !whole {
		return nil, io.ErrUnexpectedEOF
	}
	return &http.Response{
		Status: http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: req,
	}, nil
}

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header         { return w.header }
func (w *recorder) WriteHeader(status int)      { w.status = status }
func (w *recorder) Write(p []byte) (int, error) { return w.body.Write(p) }

// serve runs the handler; it is false when that closed the connection.
func (w *recorder) serve(h http.Handler, r *http.Request) (whole bool) {
	defer func() {
		p := recover()
		if err, ok := p.(error); p != nil && (!ok || !errors.Is(err, http.ErrAbortHandler)) {
			panic(p)
		}
	}()
	h.ServeHTTP(w, r)
	return true
}
