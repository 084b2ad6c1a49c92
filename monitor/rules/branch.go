package rules

// What is decided here is as good as random, and a branch that the processor
// foretells wrongly costs as much as some twenty of these instructions.

// differ is 1 if two values differ, else 0.
func differ(a, b uint32) uint64 { return uint64((a ^ b | -(a ^ b)) >> 31) }

// less is 1 if a is less than b, else 0.
func less(a, b uint32) int { return int((uint64(a) - uint64(b)) >> 63) }
