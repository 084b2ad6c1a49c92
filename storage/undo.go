package storage

import "time"

// UndoUntil is when a step can no longer be taken back; the zero time for one
// that never could. Only the last step of an incident can be.
func (e Event) UndoUntil() time.Time {
	if !e.Data.Undoable {
		return time.Time{}
	}
	return e.At.Add(undoLife)
}
