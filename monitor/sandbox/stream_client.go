package sandbox

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

// StreamClient is a [Client] that hands an answer over while it is being
// written, so that it can hold a stream.
func StreamClient(network http.Handler) *http.Client {
	return &http.Client{Transport: streaming{network}}
}

// streaming is a RoundTripper that runs a handler beside its reader.
type streaming struct{ handler http.Handler }

func (s streaming) RoundTrip(req *http.Request) (*http.Response, error) {
	in := req.Clone(req.Context())
	in.RequestURI, in.RemoteAddr = req.URL.RequestURI(), "127.0.0.1:1"
	if in.Host == "" {
		in.Host = req.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	body, writer := io.Pipe()
	w := &flowing{header: http.Header{}, pipe: writer, began: make(chan struct{})}
	go func() {
		defer in.Body.Close()
		err := w.serve(s.handler, in)
		w.start(http.StatusOK)
		writer.CloseWithError(err)
	}()
	select {
	case <-w.began:
	case <-req.Context().Done():
		body.CloseWithError(req.Context().Err())
		return nil, req.Context().Err()
	}
	if w.aborted {
		return nil, io.ErrUnexpectedEOF
	}
	return &http.Response{
		Status: http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, Body: untilDone{body, req}, ContentLength: -1, Request: req,
	}, nil
}

// untilDone is a body that cannot be read once the call was given up.
type untilDone struct {
	*io.PipeReader
	req *http.Request
}

func (b untilDone) Read(p []byte) (int, error) {
	stop := closeOnDone(b)
	defer stop()
	return b.PipeReader.Read(p)
}

func closeOnDone(b untilDone) func() {
	done := make(chan struct{})
	var once sync.Once
	go func() {
		select {
		case <-b.req.Context().Done():
			b.CloseWithError(b.req.Context().Err())
		case <-done:
		}
	}()
	return func() { once.Do(func() { close(done) }) }
}

// flowing passes an answer on as it is written.
type flowing struct {
	header, sent http.Header
	status       int
	pipe         *io.PipeWriter
	began        chan struct{}
	once         sync.Once
	aborted      bool // the connection was closed before an answer began
}

func (w *flowing) Header() http.Header { return w.header }

func (w *flowing) start(status int) {
	w.once.Do(func() {
		w.status, w.sent = status, w.header.Clone()
		close(w.began)
	})
}

func (w *flowing) WriteHeader(status int) { w.start(status) }

func (w *flowing) Write(p []byte) (int, error) {
	w.start(http.StatusOK)
	return w.pipe.Write(p)
}

// Flush starts the answer, if nothing has yet.
func (w *flowing) Flush() { w.start(http.StatusOK) }

// serve runs the handler; its error is why the body ends, nil at its end.
func (w *flowing) serve(h http.Handler, r *http.Request) (end error) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			panic(p)
		}
		end = io.ErrUnexpectedEOF
		w.once.Do(func() {
			w.aborted = true
			close(w.began)
		})
	}()
	h.ServeHTTP(w, r)
	return nil
}
