package main

import (
	"context"
	"net"
	"os"
	"strconv"
	"time"
)

// notifySystemd tells systemd about this process over the socket that it named;
// without one it does nothing. The protocol is that of sd_notify(3).
func notifySystemd(state string) error {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return nil
	}
	if path[0] == '@' {
		path = "\x00" + path[1:]
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return err
	}
	if _, err := c.Write([]byte(state)); err != nil {
		return err
	}
	return c.Close()
}

// watchdog tells systemd that the process lives, at half its patience, while
// healthy says so. It returns when ctx ends.
func watchdog(ctx context.Context, healthy func(context.Context) error) error {
	patience, err := strconv.ParseInt(os.Getenv("WATCHDOG_USEC"), 10, 64)
	if err != nil || patience <= 0 {
		return nil
	}
	tick := time.NewTicker(time.Duration(patience) * time.Microsecond / 2)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if healthy(ctx) != nil {
				continue // systemd will ask harder
			}
			if err := notifySystemd("WATCHDOG=1"); err != nil {
				return err
			}
		}
	}
}
