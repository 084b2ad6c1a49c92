package main

import (
	"context"
	"fmt"
	"time"

	network "otklik/monitor/sandbox"
	"otklik/storage"
)

// mostUndecided is how many cards may wait for a decision before the residents
// written for the demo fall silent.
const mostUndecided = 10

// write lets a neighbour complain: on the community's wall, in the group, on X,
// under a post of the community, and so on in turn.
func (d *demo) write(c complaint) {
	n := int(d.written.Add(1) - 1)
	who := neighbours[n%len(neighbours)]
	switch n % 4 {
	case 1:
		d.world.okGroup.Topic(who, c.text, network.OKTopicOptions{})
	case 2:
		d.world.x.Account(fmt.Sprintf("sosed_%d", n%len(neighbours))).Rename(who).Post("@"+demoAccount+" "+c.text, network.XPostOptions{})
	case 3:
		d.world.invitation.Comment(who, c.text)
	default:
		d.world.wall.Post(who, c.text, network.PostOptions{})
	}
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
