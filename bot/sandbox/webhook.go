package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/go-telegram/bot/models"
)

const (
	maxWebhookPause = time.Minute
	maxRetryAfter   = time.Hour
	maxConnections  = 40
)

var secretToken = regexp.MustCompile(`^[A-Za-z0-9_-]{0,256}$`)

// webhook delivers updates to one address: in order within a chat, several
// chats at once, each again until it is taken.
type webhook struct {
	url, secret string
	cancel      context.CancelFunc
	done        chan struct{}

	// under the server's mu
	busy      map[int64]bool      // lanes with a delivery under way
	pause     map[int64]time.Time // lanes that wait for another try
	failures  map[int64]int
	lastError string
	errorAt   time.Time
}

// stop ends deliveries and waits for them; a nil webhook is stopped already.
func (h *webhook) stop() {
	if h == nil {
		return
	}
	h.cancel()
	<-h.done
}

// setWebhook serves setWebhook and deleteWebhook; it waits for the deliveries
// of the webhook before, so it takes the lock itself.
func (s *Server) setWebhook(q *request) (any, error) {
	address := q.params["url"]
	if err := checkWebhook(address, q.params["secret_token"]); err != nil {
		return nil, err
	}
	s.hooking.Lock()
	defer s.hooking.Unlock()
	s.mu.Lock()
	old := s.hook
	s.hook = nil
	s.mu.Unlock()
	old.stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	if q.bool("drop_pending_updates") {
		s.queue.waiting, s.queue.again = nil, nil
	}
	s.wake()
	if address == "" {
		return true, nil
	}
	if err := s.setAllowed(q); err != nil {
		return nil, err
	}
	s.endPoll("terminated by setWebhook request")
	ctx, cancel := context.WithCancel(context.Background())
	s.hook = &webhook{
		url: address, secret: q.params["secret_token"], cancel: cancel, done: make(chan struct{}),
		busy: map[int64]bool{}, pause: map[int64]time.Time{}, failures: map[int64]int{},
	}
	go s.deliver(ctx, s.hook)
	return true, nil
}

func checkWebhook(address, secret string) error {
	if !secretToken.MatchString(secret) {
		return bad("secret token contains unallowed characters")
	}
	u, err := url.Parse(address)
	if address != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		return bad("bad webhook: invalid webhook URL specified")
	}
	return nil
}

// deliver runs until the webhook is stopped and waits for its own workers.
func (s *Server) deliver(ctx context.Context, h *webhook) {
	defer close(h.done)
	var workers sync.WaitGroup
	defer workers.Wait()
	for {
		s.mu.Lock()
		changed := s.changed
		u, pause := s.next(h)
		s.mu.Unlock()
		if u != nil {
			workers.Go(func() { s.try(ctx, h, *u) })
			continue
		}
		timer := time.NewTimer(pause)
		select {
		case <-changed:
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

// next picks the oldest update whose chat is free, else how long to wait.
func (s *Server) next(h *webhook) (*update, time.Duration) {
	s.expire()
	now, pause := s.now(), maxWebhookPause
	if len(h.busy) >= maxConnections {
		return nil, pause
	}
	held := map[int64]bool{}
	for _, u := range slices.Concat(s.queue.again, s.queue.waiting) {
		if h.busy[u.lane] || held[u.lane] {
			continue
		}
		if until := h.pause[u.lane]; until.After(now) {
			held[u.lane], pause = true, min(pause, until.Sub(now))
			continue
		}
		h.busy[u.lane] = true
		return &u, 0
	}
	return nil, pause
}

// try delivers once and books the result.
func (s *Server) try(ctx context.Context, h *webhook, u update) {
	after, err := s.post(ctx, h, u)
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.wake()
	delete(h.busy, u.lane)
	if err == nil {
		s.confirm(u.id)
		delete(h.failures, u.lane)
		delete(h.pause, u.lane)
		return
	}
	h.failures[u.lane]++
	h.lastError, h.errorAt = err.Error(), s.now()
	if after == 0 {
		after = min(time.Second<<min(h.failures[u.lane]-1, 6), maxWebhookPause)
	}
	h.pause[u.lane] = s.now().Add(min(after, maxRetryAfter))
}

// confirm removes one delivered copy of an update.
func (s *Server) confirm(id int64) {
	for _, list := range []*[]update{&s.queue.again, &s.queue.waiting} {
		if i := slices.IndexFunc(*list, func(u update) bool { return u.id == id }); i >= 0 {
			*list = slices.Delete(slices.Clone(*list), i, i+1)
			return
		}
	}
}

// post sends one update; anything but 2xx is an error, with the pause that the
// other side asks for.
func (s *Server) post(ctx context.Context, h *webhook, u update) (time.Duration, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(u.raw))
	if err != nil {
		return 0, fmt.Errorf("make the request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	if h.secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", h.secret)
	}
	resp, err := s.opt.Webhook.Do(req)
	if err != nil {
		return 0, fmt.Errorf("deliver: %w", err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	if resp.StatusCode/100 == 2 {
		return 0, nil
	}
	seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
	return time.Duration(max(seconds, 0)) * time.Second, fmt.Errorf("wrong response from the webhook: %s", resp.Status)
}

// webhookInfo serves getWebhookInfo.
func (s *Server) webhookInfo(*request) (any, error) {
	s.expire()
	info := models.WebhookInfo{PendingUpdateCount: len(s.queue.waiting), AllowedUpdates: s.queue.allowed}
	if h := s.hook; h != nil {
		info.URL, info.MaxConnections, info.LastErrorMessage = h.url, maxConnections, h.lastError
		if !h.errorAt.IsZero() {
			info.LastErrorDate = int(h.errorAt.Unix())
		}
	}
	return info, nil
}
