package main

import (
	"context"
	"time"

	network "otklik/monitor/sandbox"
	"otklik/storage"
)

// mostUndecided is how many cards may wait for a decision before the residents
// written for the demo fall silent.
const mostUndecided = 10

// write lets a neighbour post a complaint on the wall.
func (d *demo) write(c complaint) {
	d.world.written.Add(1)
	d.world.wall.Post(neighbours[int(d.world.written.Load())%len(neighbours)], c.text, network.PostOptions{})
}

// writeAll posts what was written for the demo, one text each time, from the
// second on and over again, while few enough cards are undecided.
func (d *demo) writeAll(ctx context.Context, pace time.Duration) error {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for n := 1; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		undecided, err := d.store.CountIncidents(ctx, d.seed.region, 0, storage.New)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		if undecided < mostUndecided {
			d.write(d.list[n%len(d.list)])
			n++
		}
	}
}
