package bot

import (
	"math"
	"time"

	"otklik/storage"
)

// slowly is a wait that whoever pressed a button would take for a fault.
const slowly = 3 * time.Second

// slow is what to tell somebody who wants to be shown something in a group that
// has had its calls for this minute: when about it will come. It has no words
// when that is at once.
func (b *Bot) slow(a ask) toast {
	if a.chat.Kind == storage.Private {
		return toast{}
	}
	wait := b.limits.wait(a.chat.ID, a.chat.Kind, true)
	if wait < slowly {
		return toast{}
	}
	return toast{code: "toast_slow", data: storage.Params{"Seconds": int(math.Ceil(wait.Seconds()/5)) * 5}}
}
