package sandbox

import (
	"slices"
	"time"
)

// spend counts a call of a method with a token. It returns the code of the
// limit that was hit, and 0 if none was. The caller holds mu.
func (v *VK) spend(token, method string, now time.Time) int {
	if v.opt.PerSecond > 0 {
		key := token + " second"
		v.meters[key] = after(v.meters[key], now.Add(-time.Second))
		if len(v.meters[key]) >= v.opt.PerSecond {
			return 6
		}
		v.meters[key] = append(v.meters[key], now)
	}
	if most := v.opt.PerDay[method]; most > 0 {
		key := token + " " + method
		v.meters[key] = after(v.meters[key], now.Add(-24*time.Hour))
		if len(v.meters[key]) >= most {
			return 29
		}
		v.meters[key] = append(v.meters[key], now)
	}
	return 0
}

// after drops the moments up to a time.
func after(moments []time.Time, since time.Time) []time.Time {
	return slices.DeleteFunc(moments, func(t time.Time) bool { return !t.After(since) })
}
