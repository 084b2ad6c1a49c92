package main

import (
	"syscall"
	"time"
)

// clock tells a time from which another can be subtracted.
type clock func() time.Duration

// processor is the time that the program itself has computed: other programs
// on the machine do not count.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic("getrusage: " + err.Error()) // fails for a wrong argument only
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

var begun = time.Now()

// wall is the time of the clock on the wall.
func wall() time.Duration { return time.Since(begun) }
