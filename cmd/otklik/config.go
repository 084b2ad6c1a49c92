package main

import (
	"errors"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/joho/godotenv"
	"github.com/rs/zerolog"

	"otklik/monitor"
)

// prefix is what the name of every setting begins with.
const prefix = "OTKLIK"

// config is what the whole process needs; each network reads its own settings.
type config struct {
	BotToken      string        `split_words:"true"`
	Owners        []int64       `split_words:"true"`
	Database      string        `split_words:"true" default:"otklik.db"`
	TelegramURL   string        `split_words:"true"`
	TelegramProxy string        `split_words:"true"`
	Listen        string        `split_words:"true" default:"127.0.0.1:8080"`
	IntakeToken   string        `split_words:"true"`
	IntakeMaps    string        `split_words:"true"`
	Language      string        `split_words:"true" default:"ru"`
	LogLevel      zerolog.Level `split_words:"true" default:"info"`
	GroupRate     int           `split_words:"true" default:"20"`
	Hold          time.Duration `split_words:"true" default:"20s"`
	Probe         string        `split_words:"true" default:"on"`
	Retention     int           `split_words:"true" default:"90"`
	Recent        int           `split_words:"true" default:"50000"`
	AllowPrivate  bool          `split_words:"true" default:"false"`

	maps   []monitor.FieldMap // those of IntakeMaps
	rarest time.Duration      // see monitor.Config
}

// loadEnv reads .env when there is one; what the environment says already wins.
func loadEnv() error {
	err := godotenv.Load()
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if errors.As(err, new(*fs.PathError)) {
		return wrongSetting{".env", err}
	}
	// The parser's own words would quote the line, and with it a secret.
	return wrongSetting{".env", errors.New("a line cannot be read: each is KEY=value")}
}

// loadConfig reads and checks everything that does not need the network.
func loadConfig() (config, error) {
	var c config
	if err := loadEnv(); err != nil {
		return c, err
	}
	if err := monitor.ReadSettings(prefix, &c); err != nil {
		return c, wrongSetting{err: err}
	}
	if err := c.check(); err != nil {
		return c, err
	}
	var err error
	if c.maps, err = monitor.LoadMaps(c.IntakeMaps); err != nil {
		return c, wrongSetting{"OTKLIK_INTAKE_MAPS", err}
	}
	return c, nil
}

func (c *config) check() error {
	c.BotToken = strings.TrimSpace(c.BotToken)
	for _, wrong := range []struct {
		key   string
		wrong bool
		why   string
	}{
		{"OTKLIK_DATABASE", c.Database == "", "must name a file or a postgres:// address"},
		{"OTKLIK_LANGUAGE", c.Language != "ru" && c.Language != "en", "must be ru or en"},
		{"OTKLIK_PROBE", c.Probe != "on" && c.Probe != "off", "must be on or off"},
		{"OTKLIK_GROUP_RATE", c.GroupRate < 1, "must be at least 1"},
		{"OTKLIK_HOLD", c.Hold < 0, "must not be negative"},
		{"OTKLIK_RETENTION", c.Retention < 1, "must be at least one day"},
		{"OTKLIK_RECENT", c.Recent < 0, "must not be negative"},
		{"OTKLIK_TELEGRAM_URL", !isURL(c.TelegramURL, "http", "https"), "must be an http or https address"},
		{"OTKLIK_TELEGRAM_PROXY", !isURL(c.TelegramProxy, "http", "https", "socks5"), "must be an http, https or socks5 address"},
		{"OTKLIK_LISTEN", !isAddress(c.Listen), "must be host:port"},
	} {
		if wrong.wrong {
			return wrongSetting{wrong.key, errors.New(wrong.why)}
		}
	}
	return nil
}

// checkBot checks what only the running bot needs.
func (c *config) checkBot() error {
	if c.BotToken == "" {
		return wrongSetting{"OTKLIK_BOT_TOKEN", errors.New("is missing: @BotFather gives it")}
	}
	digits, rest, ok := strings.Cut(c.BotToken, ":")
	if !ok || digits == "" || strings.Trim(digits, "0123456789") != "" || rest == "" || strings.ContainsAny(rest, " \t\r\n/") {
		return wrongSetting{"OTKLIK_BOT_TOKEN", errors.New("must be digits, a colon and letters, as @BotFather gave it")}
	}
	if len(c.Owners) == 0 {
		return wrongSetting{"OTKLIK_OWNERS", errors.New("is missing: the Telegram ids of the owners; the bot tells a stranger his")}
	}
	return nil
}

func isURL(s string, schemes ...string) bool {
	if s == "" {
		return true
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return false
	}
	for _, scheme := range schemes {
		if u.Scheme == scheme {
			return true
		}
	}
	return false
}

func isAddress(s string) bool {
	_, _, err := net.SplitHostPort(s)
	return err == nil
}

// logger writes JSON lines to stderr, or readable ones to a terminal.
func (c *config) logger() zerolog.Logger {
	return zerolog.New(os.Stderr).Level(c.LogLevel).With().Timestamp().Logger()
}
