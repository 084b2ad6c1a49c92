package main

import (
	"context"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/rs/zerolog"

	"otklik/monitor"
	"otklik/storage"
)

// metrics are the figures of /metrics. Bot and monitor count into it; what
// waits is read from the database at each scrape.
type metrics struct {
	registry      *prometheus.Registry
	telegramCalls *prometheus.CounterVec
	floods        prometheus.Counter
	networkCalls  *prometheus.CounterVec
	posts         *prometheus.CounterVec
	postAge       *prometheus.HistogramVec
	budgets       *budgets
}

func newMetrics(store *storage.Store, ready func() error, log zerolog.Logger) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		budgets:  &budgets{},
		telegramCalls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "otklik_telegram_calls_total", Help: "Calls of the Bot API by method and result."}, []string{"method", "code"}),
		floods: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "otklik_telegram_floods_total", Help: "How often Telegram asked to wait."}),
		networkCalls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "otklik_network_calls_total", Help: "Calls of social networks by method and result."}, []string{"network", "method", "code"}),
		posts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "otklik_posts_total", Help: "Posts seen, by what became of them."}, []string{"network", "result"}),
		postAge: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "otklik_post_age_seconds", Help: "Age of a post when it was stored.", Buckets: []float64{10, 60, 300, 900, 3600, 4 * 3600, 24 * 3600}}, []string{"network"}),
	}
	m.registry.MustRegister(m.telegramCalls, m.floods, m.budgets, m.networkCalls, m.posts, m.postAge,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		&waiting{store: store, ready: ready, log: log})
	return m
}

// Call counts a call of the Bot API.
func (m *metrics) Call(method, code string) { m.telegramCalls.WithLabelValues(method, code).Inc() }

// Flood counts a request to wait.
func (m *metrics) Flood(time.Duration) { m.floods.Inc() }

// networkMetrics is what monitor counts into.
type networkMetrics struct{ *metrics }

// Call counts a call of a network.
func (m networkMetrics) Call(network, method, code string, _ time.Duration) {
	m.networkCalls.WithLabelValues(network, method, code).Inc()
}

// Posts counts posts by what became of them.
func (m networkMetrics) Posts(network, result string, n int) {
	m.posts.WithLabelValues(network, result).Add(float64(n))
}

// Lag notes how old a post was when it was stored.
func (m networkMetrics) Lag(network string, age time.Duration) {
	m.postAge.WithLabelValues(network).Observe(age.Seconds())
}

// budgets reads what networks have left at each scrape.
type budgets struct {
	of atomic.Pointer[monitor.Monitor] // nil: not opened yet
}

var (
	budgetLabels = []string{"network", "key", "number", "method"}
	leftDesc     = prometheus.NewDesc("otklik_network_budget_left", "What a token may still spend now, by setting, number in it, and what is counted.", budgetLabels, nil)
	limitDesc    = prometheus.NewDesc("otklik_network_budget_limit", "What a token may spend in a full day.", budgetLabels, nil)
)

// Describe implements prometheus.Collector.
func (b *budgets) Describe(c chan<- *prometheus.Desc) { c <- leftDesc; c <- limitDesc }

// Collect implements prometheus.Collector.
func (b *budgets) Collect(c chan<- prometheus.Metric) {
	m := b.of.Load()
	if m == nil {
		return
	}
	for network, list := range m.Budgets() {
		for _, x := range list {
			labels := []string{network, x.Key, strconv.Itoa(x.Number), x.Method}
			c <- prometheus.MustNewConstMetric(leftDesc, prometheus.GaugeValue, x.Left, labels...)
			c <- prometheus.MustNewConstMetric(limitDesc, prometheus.GaugeValue, x.Limit, labels...)
		}
	}
}

// waiting reads the gauges of the database.
type waiting struct {
	store *storage.Store
	ready func() error
	log   zerolog.Logger
}

var (
	incidentsDesc     = prometheus.NewDesc("otklik_incidents_total", "Incidents by region and state.", []string{"region", "state"}, nil)
	inboxDesc         = prometheus.NewDesc("otklik_inbox_waiting", "Updates that wait to be handled.", nil, nil)
	outboxDesc        = prometheus.NewDesc("otklik_outbox_waiting", "Messages that wait to be sent.", []string{"kind"}, nil)
	outboxOldestDesc  = prometheus.NewDesc("otklik_outbox_oldest_seconds", "Age of the oldest message that waits and may be sent.", nil, nil)
	outboxUnknownDesc = prometheus.NewDesc("otklik_outbox_unknown", "Messages of which nobody knows whether they arrived.", nil, nil)
	sourceLagDesc     = prometheus.NewDesc("otklik_source_lag_seconds", "Longest time since a source of the network was read.", []string{"network"}, nil)
	tokenTroubleDesc  = prometheus.NewDesc("otklik_token_trouble", "1 for each token of a network that does not work.", []string{"network", "key", "number", "cause"}, nil)
	sourceTroubleDesc = prometheus.NewDesc("otklik_source_trouble", "Sources of the network that cannot be read.", []string{"network"}, nil)
	readyDesc         = prometheus.NewDesc("otklik_ready", "1 when /readyz is 200.", nil, nil)
)

// Describe implements prometheus.Collector.
func (w *waiting) Describe(c chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{incidentsDesc, inboxDesc, outboxDesc, outboxOldestDesc, outboxUnknownDesc, sourceLagDesc, sourceTroubleDesc, tokenTroubleDesc, readyDesc} {
		c <- d
	}
}

// Collect implements prometheus.Collector.
func (w *waiting) Collect(c chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		c <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	ready := 1.0
	if w.ready() != nil {
		ready = 0
	}
	gauge(readyDesc, ready)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	g, err := w.store.Gauges(ctx)
	if err != nil {
		w.log.Error().Err(err).Msg("the gauges cannot be read")
		return
	}
	for region, states := range g.Incidents {
		for state, n := range states {
			gauge(incidentsDesc, float64(n), region, string(state))
		}
	}
	gauge(inboxDesc, float64(g.InboxWaiting))
	for kind, n := range g.OutboxWaiting {
		gauge(outboxDesc, float64(n), string(kind))
	}
	gauge(outboxOldestDesc, g.OutboxOldest.Seconds())
	gauge(outboxUnknownDesc, float64(g.OutboxUnknown))
	for network, lag := range g.SourceLag {
		gauge(sourceLagDesc, lag.Seconds(), network)
	}
	for network, n := range g.SourceTrouble {
		gauge(sourceTroubleDesc, float64(n), network)
	}
	for _, t := range g.TokenTrouble {
		gauge(tokenTroubleDesc, 1, t.Network, t.Key, strconv.Itoa(t.Number), t.Cause)
	}
}
