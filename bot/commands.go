package bot

import "context"

// scope says where a command is offered and understood.
type scope int

const (
	groupScope    scope = 1 << iota // a region's admin group
	officialScope                   // an official's private chat
	staffScope                      // a private chat of the governor's staff
	ownerScope                      // an owner's private chat
	strangerScope                   // anybody's private chat
)

// command is what a person types. Its description in each language is the
// template "command_NAME", its help "help_NAME".
type command struct {
	name  string
	where scope
	do    func(b *Bot, ctx context.Context, a ask) error
}

// commands lists every command in the order in which help and menu show them.
func commands() []command {
	return []command{
		{"start", strangerScope, (*Bot).start},
		{"setup", groupScope, (*Bot).setup},
		{"places", groupScope, (*Bot).places},
		{"keywords", groupScope, (*Bot).keywords},
		{"sources", groupScope, (*Bot).sources},
		{"officials", groupScope, (*Bot).officials},
		{"invite", groupScope, (*Bot).invite},
		{"queue", groupScope, (*Bot).queue},
		{"find", groupScope, (*Bot).find},
		{"my", officialScope, (*Bot).my},
		{"summary", groupScope | staffScope, (*Bot).summary},
		{"status", ownerScope, (*Bot).status},
		{"help", groupScope | strangerScope, (*Bot).help},
	}
}
