package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	telegram "otklik/bot/sandbox"
)

// work lets the people of an office do what the buttons offer, each thing once.
func (k *killed) work(ctx context.Context, o *office) {
	for idle(ctx, 40*time.Millisecond) {
		if k.decide(o) || k.answer(ctx, o) {
			k.did()
		}
	}
}

// decide is what the administrator does next.
func (k *killed) decide(o *office) bool {
	for _, m := range o.group.FromBot() {
		data, incident := offered(m, "assign")
		if data == "" || incident%5 == 1 {
			continue // some wait for a decision
		}
		if incident%5 == 0 {
			if o.once("dismissed", incident, func() *telegram.Press {
				return o.admin.Press(m, fmt.Sprintf("dismiss:%d:no_facts", incident))
			}) {
				return true
			}
			continue
		}
		if o.once("assigned", incident, func() *telegram.Press { return o.admin.Press(m, data) }) {
			return true
		}
	}
	return false
}

// answer is what the official does next.
func (k *killed) answer(ctx context.Context, o *office) bool {
	for _, m := range o.official.Chat().FromBot() {
		for what, button := range map[string]string{"frozen": "publish", "by_hand": "byhand"} {
			if data, incident := offered(m, button); data != "" && o.once(what, incident, func() *telegram.Press { return o.official.Press(m, data) }) {
				return true
			}
		}
		if data, incident := offered(m, "close"); data != "" && incident%2 == 0 && o.once("closed", incident, func() *telegram.Press { return o.official.Press(m, data) }) {
			return true
		}
		data, incident := offered(m, "accept")
		if data != "" && o.once("accepted", incident, func() *telegram.Press { return o.official.Press(m, data) }) {
			k.did()
			return k.write(ctx, o, m, incident)
		}
	}
	return false
}

// write answers an item that was taken, and says for which number if asked. It
// returns when the draft stands, or when no more comes of it.
func (k *killed) write(ctx context.Context, o *office, item telegram.Message, incident int64) bool {
	accepted := o.pressed("accepted", incident)
	patience, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if _, err := accepted.Wait(patience); err != nil {
		return true
	}
	text := fmt.Sprintf("Ответ %d: яму засыплем завтра, работает подрядчик Минтранса.", incident)
	o.mu.Lock()
	o.said[incident] = text
	o.mu.Unlock()
	said := o.official.Say(o.official.Chat(), text, telegram.Reply(item))
	for idle(patience, 40*time.Millisecond) {
		for _, m := range o.official.Chat().FromBot() {
			if _, of := offered(m, "publish"); of == incident {
				return true
			}
			for _, b := range m.Buttons() {
				if m.ID > said.ID && strings.HasPrefix(b.CallbackData, fmt.Sprintf("bind:%d", incident)) {
					o.once("bound", incident, func() *telegram.Press { return o.official.Press(m, b.CallbackData) })
				}
			}
		}
	}
	return true
}

// once does something about an incident unless it was done.
func (o *office) once(what string, incident int64, do func() *telegram.Press) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, done := o.acts[act{what, incident}]; done {
		return false
	}
	o.acts[act{what, incident}] = do()
	return true
}

func (o *office) pressed(what string, incident int64) *telegram.Press {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.acts[act{what, incident}]
}

// offered finds a message's first button of an action, and its incident.
func offered(m telegram.Message, action string) (data string, incident int64) {
	for _, b := range m.Buttons() {
		parts := strings.Split(b.CallbackData, ":")
		if parts[0] != action || len(parts) < 2 {
			continue
		}
		if n, err := strconv.ParseInt(parts[1], 10, 64); err == nil && n > 0 {
			return b.CallbackData, n
		}
	}
	return "", 0
}
