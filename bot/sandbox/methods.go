package sandbox

// methods are the calls that the bot can make, by lower-case name, beside
// getUpdates, setWebhook and deleteWebhook, which wait. They run under mu.
var methods = map[string]func(*Server, *request) (any, error){
	"getme":               func(s *Server, _ *request) (any, error) { return s.me(), nil },
	"getwebhookinfo":      (*Server).webhookInfo,
	"answercallbackquery": (*Server).answerCallbackQuery,

	"sendmessage":    (*Server).sendMessage,
	"sendphoto":      (*Server).sendPhoto,
	"senddocument":   (*Server).sendDocument,
	"sendmediagroup": (*Server).sendMediaGroup,
	"sendchataction": (*Server).sendChatAction,
	"copymessage":    (*Server).copyMessage,
	"forwardmessage": (*Server).forwardMessage,

	"editmessagetext":        (*Server).editMessageText,
	"editmessagecaption":     (*Server).editMessageCaption,
	"editmessagereplymarkup": (*Server).editMessageReplyMarkup,
	"editmessagemedia":       (*Server).editMessageMedia,
	"deletemessage":          (*Server).deleteMessage,
	"deletemessages":         (*Server).deleteMessages,
	"pinchatmessage":         (*Server).pinChatMessage,
	"unpinchatmessage":       (*Server).unpinChatMessage,

	"getfile":               (*Server).getFile,
	"getchat":               (*Server).getChat,
	"getchatmember":         (*Server).getChatMember,
	"getchatadministrators": (*Server).getChatAdministrators,
	"getchatmembercount":    (*Server).getChatMemberCount,
	"leavechat":             (*Server).leaveChat,

	"createforumtopic": (*Server).createForumTopic,
	"closeforumtopic":  changeTopic(func(c *Chat, id int) { c.topics[id].closed = true }),
	"reopenforumtopic": changeTopic(func(c *Chat, id int) { c.topics[id].closed = false }),
	"deleteforumtopic": changeTopic((*Chat).dropTopic),

	"setmycommands":                   (*Server).setMyCommands,
	"getmycommands":                   (*Server).getMyCommands,
	"deletemycommands":                (*Server).deleteMyCommands,
	"setmyname":                       setProfile("name", 64),
	"getmyname":                       getProfile("name"),
	"setmydescription":                setProfile("description", 512),
	"getmydescription":                getProfile("description"),
	"setmyshortdescription":           setProfile("short_description", 120),
	"getmyshortdescription":           getProfile("short_description"),
	"setmydefaultadministratorrights": accepted,
	"setchatmenubutton":               accepted,
	"logout":                          accepted,
	"close":                           accepted,
}

// accepted takes a call that changes nothing here.
func accepted(*Server, *request) (any, error) { return true, nil }
