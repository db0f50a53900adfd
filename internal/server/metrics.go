package server

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/kith-id/kith/internal/store"
)

// metrics are what /metrics tells. They name no tenant and no record.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newMetrics(version string) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kith_http_requests_total", Help: "Requests answered, by operation and status. The operation is empty when there was none.",
		}, []string{"operation", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "kith_http_request_duration_seconds", Help: "Time to answer, by operation.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10, 30},
		}, []string{"operation"}),
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "kith_build_info", Help: "Always 1; the label tells the version.", ConstLabels: prometheus.Labels{"version": version},
	})
	info.Set(1)
	m.registry.MustRegister(m.requests, m.duration, info, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// observe notes an answered request. Operations are those the API registered,
// so the number of series is bounded.
func (m *metrics) observe(op string, status int, took time.Duration) {
	m.requests.WithLabelValues(op, strconv.Itoa(status)).Inc()
	m.duration.WithLabelValues(op).Observe(took.Seconds())
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// watchStore adds the store's figures, read when somebody asks.
func (m *metrics) watchStore(db *store.DB) {
	m.registry.MustRegister(&storeCollector{
		db:     db,
		bytes:  prometheus.NewDesc("kith_database_bytes", "Size of the database.", nil, nil),
		log:    prometheus.NewDesc("kith_database_log_bytes", "Size of SQLite's write-ahead log.", nil, nil),
		queued: prometheus.NewDesc("kith_writes_queued", "Writes that wait for their transaction (SQLite).", nil, nil),
		lag:    prometheus.NewDesc("kith_search_lag_seconds", "For how long the change that waits longest has waited to be indexed for search.", nil, nil),
		groups: prometheus.NewDesc("kith_groups_lag_seconds", "For how long the change that waits longest has waited for groups to be worked out.", nil, nil),
		due:    prometheus.NewDesc("kith_imports_running", "Imports that wait or run.", nil, nil),
	})
}

type storeCollector struct {
	db *store.DB

	bytes, log, queued, lag, groups, due *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (c *storeCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- c.bytes
	ch <- c.log
	ch <- c.queued
	ch <- c.lag
	ch <- c.groups
	ch <- c.due
}

// Collect implements prometheus.Collector. Figures that cannot be had are left out.
func (c *storeCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64) { ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v) }
	if s, err := c.db.Stats(ctx); err == nil {
		gauge(c.bytes, float64(s.Bytes))
		gauge(c.log, float64(s.LogBytes))
		gauge(c.queued, float64(s.Queued))
	}
	if lag, err := c.db.SearchLag(ctx); err == nil {
		gauge(c.lag, lag.Seconds())
	}
	if lag, err := c.db.GroupLag(ctx); err == nil {
		gauge(c.groups, lag.Seconds())
	}
	if due, err := c.db.DueImports(ctx); err == nil {
		n := 0
		for _, imports := range due {
			n += len(imports)
		}
		gauge(c.due, float64(n))
	}
}
