package monitor

import (
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	maxHook     = 1 << 20 // bytes of a call
	hooksAtOnce = 8
)

// Hooks takes the calls by which networks tell of news: /hooks/ and the name of
// the network. A call is answered after the commit of what it tells; one that is
// not the network's is refused with 403, one that cannot be read with 400, and
// where the network is not set up there is nothing, 404.
func (m *Monitor) Hooks() http.Handler {
	slots := make(chan struct{}, hooksAtOnce)
	mux := http.NewServeMux()
	mux.HandleFunc("/hooks/{network}", func(w http.ResponseWriter, r *http.Request) {
		n := m.byName[r.PathValue("network")]
		if n == nil {
			refuse(w, http.StatusNotFound, "no_hook")
			return
		}
		face, ok := n.network.(Receiver)
		if !ok {
			refuse(w, http.StatusNotFound, "no_hook")
			return
		}
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
		case <-r.Context().Done():
			return
		}
		m.hook(w, r, n, face)
	})
	return mux
}

func (m *Monitor) hook(w http.ResponseWriter, r *http.Request, n *opened, face Receiver) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxHook))
	if errors.As(err, new(*http.MaxBytesError)) {
		refuse(w, http.StatusRequestEntityTooLarge, "too_big")
		return
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, "body")
		return
	}
	start := time.Now()
	items, reply, err := face.Receive(r, body)
	m.observe.Call(n.name, "hook", hookCode(err), time.Since(start))
	switch {
	case errors.As(err, new(BadConfig)):
		refuse(w, http.StatusNotFound, "no_hook")
		return
	case errors.Is(err, ErrNotGenuine):
		refuse(w, http.StatusForbidden, "not_genuine")
		return
	case err != nil:
		m.log.Warn().Err(err).Str("network", n.name).Msg("a call to a hook cannot be read")
		refuse(w, http.StatusBadRequest, "unreadable")
		return
	}
	if err := m.saveTold(r.Context(), n.name, items, nil); err != nil {
		if r.Context().Err() == nil {
			m.log.Error().Err(err).Str("network", n.name).Msg("cannot store what a hook was told")
		}
		refuse(w, http.StatusInternalServerError, "try_again")
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	// Whoever went away does not want the answer.
	_, _ = io.WriteString(w, reply)
}

func hookCode(err error) string {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, ErrNotGenuine):
		return "not_genuine"
	}
	return troubleCode(err)
}
