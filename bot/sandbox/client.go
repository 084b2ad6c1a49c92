package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// URL is the address to use with [Server.Client]; nothing listens there.
const URL = "http://127.0.0.1"

// Client calls the server directly, without a socket, whatever host the
// address names. Bodies stream in both directions, a cancelled context ends
// the call on both sides, and a connection closed by a [Fault] is
// [io.ErrUnexpectedEOF].
func (s *Server) Client() *http.Client {
	return &http.Client{Transport: &memory{handler: s}}
}

// memory is a RoundTripper that runs a handler in a goroutine of its own. The
// goroutine ends with the handler, which ends when the caller cancels the
// request or closes the answer's body.
type memory struct{ handler http.Handler }

func (m *memory) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(req.Context())
	in := req.Clone(ctx)
	in.RequestURI = req.URL.RequestURI()
	in.RemoteAddr = "127.0.0.1:1"
	if in.Host == "" {
		in.Host = req.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	reader, writer := io.Pipe()
	w := &memoryWriter{header: http.Header{}, body: writer, ready: make(chan struct{})}
	go func() {
		defer cancel()
		defer in.Body.Close()
		w.serve(m.handler, in)
	}()
	select {
	case <-w.ready:
	case <-req.Context().Done():
		cancel()
		in.Body.Close() // a handler still reading it must end
		reader.CloseWithError(req.Context().Err())
		return nil, context.Cause(req.Context())
	}
	if w.aborted {
		return nil, io.ErrUnexpectedEOF
	}
	stop := context.AfterFunc(ctx, func() {
		if err := req.Context().Err(); err != nil {
			reader.CloseWithError(err)
		}
	})
	return &http.Response{
		Status: fmt.Sprintf("%d %s", w.code, http.StatusText(w.code)), StatusCode: w.code,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, Body: &memoryBody{reader, func() { stop(); cancel() }}, ContentLength: -1, Request: req,
	}, nil
}

// memoryBody tells the handler when the caller has had enough.
type memoryBody struct {
	*io.PipeReader
	done func()
}

func (b *memoryBody) Close() error {
	defer b.done()
	return b.PipeReader.Close()
}

type memoryWriter struct {
	header, sent http.Header
	body         *io.PipeWriter
	code         int
	aborted      bool
	once         sync.Once
	ready        chan struct{}
}

func (w *memoryWriter) serve(h http.Handler, r *http.Request) {
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			w.once.Do(func() { w.aborted = true; close(w.ready) })
			w.body.CloseWithError(io.ErrUnexpectedEOF)
			return
		}
		w.WriteHeader(http.StatusOK)
		w.body.Close()
	}()
	h.ServeHTTP(w, r)
}

func (w *memoryWriter) Header() http.Header { return w.header }

func (w *memoryWriter) WriteHeader(code int) {
	w.once.Do(func() {
		w.code, w.sent = code, w.header.Clone()
		close(w.ready)
	})
}

func (w *memoryWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

// Flush sends the header; the body is never held back.
func (w *memoryWriter) Flush() { w.WriteHeader(http.StatusOK) }
