package main

// hintWords are the sentences of the line above the chats, in Russian and in
// English. The first value is the button's label, where there is one.
var hintWords = [2]map[string]string{{
	"assign":     "Администратор: нажмите «%s» под карточкой №%d",
	"accept":     "Исполнитель: нажмите «%s» под поручением №%d",
	"answer":     "Исполнитель: нажмите «%s» под №%d и напишите ответ жителю",
	"write":      "Исполнитель: напишите в поле ответ жителю по №%d — когда и что будет сделано",
	"publish":    "Исполнитель: проверьте текст и нажмите «%s» — ответ по №%d появится на стене",
	"publishing": "Ответ по №%d сейчас появится на стене под жалобой",
	"change":     "Исполнитель: сеть не примет этот текст — нажмите «%s» под №%d",
	"soon":       "Секунду: сообщение уже идёт…",
	"byhand":     "Исполнитель: опубликуйте ответ сами и нажмите «%s» под №%d",
	"close":      "Исполнитель: ответ стоит под жалобой — нажмите «%s» под №%d",
	"summary":    "Аппарат губернатора: нажмите «%s» внизу чата",
	"wall":       "Напишите на стене свою жалобу, например: «На Садовой яма, не проехать»",
	"wait":       "Скоро придёт новая жалоба; напишите на стене свою или нажмите «+1 час»",
}, {
	"assign":     "Administrator: press “%s” under card №%d",
	"accept":     "Official: press “%s” under item №%d",
	"answer":     "Official: press “%s” under №%d and write to the resident",
	"write":      "Official: type the answer to №%d — when and what will be done",
	"publish":    "Official: check the text and press “%s” — the answer to №%d will stand on the wall",
	"publishing": "The answer to №%d is about to appear on the wall, under the complaint",
	"change":     "Official: the network will not take this text — press “%s” under №%d",
	"soon":       "A second: the message is on its way…",
	"byhand":     "Official: publish the answer yourself and press “%s” under №%d",
	"close":      "Official: the answer stands under the complaint — press “%s” under №%d",
	"summary":    "Governor's staff: press “%s” at the bottom of the chat",
	"wall":       "Complain on the wall yourself, in Russian: «На Садовой яма, не проехать»",
	"wait":       "A new complaint will come soon; write one on the wall, or press “+1 hour”",
}}
