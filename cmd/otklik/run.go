package main

import (
	"context"
	"errors"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"otklik/bot"
	"otklik/monitor"
	"otklik/storage"
)

func runCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "run",
		Short: "Watch the networks and serve the bot (the default)",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := loadConfig()
			if err != nil {
				return err
			}
			if err := cfg.checkBot(); err != nil {
				return err
			}
			return run(c.Context(), cfg, cfg.logger())
		},
	}
}

// run is the daemon: everything is opened first, then works until ctx ends.
func run(ctx context.Context, cfg config, log zerolog.Logger) (err error) {
	store, err := openStore(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return wrongSetting{"OTKLIK_LISTEN", err}
	}
	d, err := assemble(store, cfg, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if store.Held() {
		log.Warn().Msg("this database is a restored copy: nothing goes out until an owner confirms in the bot, or `otklik doctor --release` does")
	}
	log.Info().Str("version", versionText()).Str("listen", listener.Addr().String()).Msg("otklik runs")
	err = together(ctx,
		func(ctx context.Context) error {
			return serve(ctx, listener, routes(d.ready, d.metrics, d.monitor.Intake(), d.monitor.Hooks()), log)
		},
		d.bot.Run,
		d.monitor.Run,
		func(ctx context.Context) error { return upkeep(ctx, store, cfg, time.Minute, log) },
		store.Keep,
		d.started,
	)
	if errors.Is(err, bot.ErrToken) {
		return wrongSetting{"OTKLIK_BOT_TOKEN", err}
	}
	log.Info().Msg("otklik ends")
	return err
}

// databasePatience is how long a database server may take to answer at the
// start: it restarts, too.
const databasePatience = 10 * time.Second

// openStore opens the database; what goes wrong is a matter of OTKLIK_DATABASE.
func openStore(ctx context.Context, cfg config) (*storage.Store, error) {
	for started := time.Now(); ; {
		store, err := storage.Open(ctx, cfg.Database)
		if err == nil {
			return store, nil
		}
		if !errors.Is(err, storage.ErrAway) || time.Since(started) > databasePatience {
			return nil, wrongSetting{"OTKLIK_DATABASE", err}
		}
		select {
		case <-ctx.Done():
			return nil, wrongSetting{"OTKLIK_DATABASE", err}
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// daemon is what run and demo put together.
type daemon struct {
	store   *storage.Store
	bot     *bot.Bot
	monitor *monitor.Monitor
	metrics *metrics
}

func assemble(store *storage.Store, cfg config, log zerolog.Logger) (*daemon, error) {
	d := &daemon{store: store}
	d.metrics = newMetrics(store, d.ready, log)
	var err error
	d.monitor, err = monitor.New(store, monitor.Config{
		IntakeToken: cfg.IntakeToken, Maps: cfg.maps, Recent: cfg.Recent, AllowPrivate: cfg.AllowPrivate, Rarest: cfg.rarest, Observer: networkMetrics{d.metrics},
	}, log.With().Str("room", "monitor").Logger())
	if err != nil {
		return nil, wrongSetting{err: err}
	}
	d.metrics.budgets.of.Store(d.monitor)
	d.bot, err = bot.New(store, bot.Config{
		Token: cfg.BotToken, Owners: cfg.Owners, URL: cfg.TelegramURL, Proxy: cfg.TelegramProxy, Language: cfg.Language,
		GroupRate: cfg.GroupRate, Hold: cfg.Hold, Probe: cfg.Probe == "on", Observe: d.metrics,
	}, log.With().Str("room", "bot").Logger())
	if errors.Is(err, bot.ErrToken) {
		return nil, wrongSetting{"OTKLIK_BOT_TOKEN", err}
	}
	return d, err
}

// ready says why Otklik is not ready, nil when it is: the database is open,
// Telegram knows the token, and the loops run.
func (d *daemon) ready() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := d.store.Ping(ctx); err != nil {
		return errors.New("the database cannot be written")
	}
	return errors.Join(d.bot.Ready(), d.monitor.Ready())
}

// started waits until Otklik is ready, gives back the memory that only the start
// needed, and tells systemd, from then on also that it lives.
func (d *daemon) started(ctx context.Context) error {
	for d.ready() != nil {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(200 * time.Millisecond):
		}
	}
	debug.FreeOSMemory()
	if err := notifySystemd("READY=1"); err != nil {
		return err
	}
	return watchdog(ctx, d.store.Ping)
}

// upkeep does again and again what time asks of the database.
func upkeep(ctx context.Context, store *storage.Store, cfg config, every time.Duration, log zerolog.Logger) error {
	keep := storage.Keeping{Texts: time.Duration(cfg.Retention) * 24 * time.Hour, Recent: cfg.Recent}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := store.Upkeep(ctx, keep); err != nil && ctx.Err() == nil {
			log.Error().Err(err).Msg("the upkeep of the database failed")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// stopTime is how long the parts have to finish what is in hand.
const stopTime = 9 * time.Second

// together runs the parts until one fails or ctx ends, then waits for all. A
// stop that was asked for is no error, whatever the parts say of it.
func together(ctx context.Context, parts ...func(context.Context) error) error {
	asked := ctx
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var all sync.WaitGroup
	for _, part := range parts {
		all.Go(func() {
			if err := part(ctx); err != nil {
				cancel(err)
			}
		})
	}
	ended := make(chan struct{})
	go func() { all.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-ctx.Done():
		select {
		case <-ended:
		case <-time.After(stopTime):
		}
	}
	if asked.Err() != nil || ctx.Err() == nil {
		return nil
	}
	return context.Cause(ctx)
}
