package main

import (
	"net/http"
	"strconv"
	"time"

	telegram "otklik/bot/sandbox"
	network "otklik/monitor/sandbox"
	"otklik/storage"
)

// The demo's region and everybody in it are invented.
const (
	demoRegion    = "Заречная область"
	demoCommunity = "zarechnaya_oblast" // its name in every network
	demoAccount   = "zarechnaya_obl"    // where a name may have 15 letters
	demoTransport = "Минтранс"
	demoHousing   = "Минжкх"
)

// demoPlaces are the region's towns and villages.
var demoPlaces = []string{"Заречный", "Нагорный", "Берёзовка", "Сосновка", "Каменка", "Ольховка"}

// demoBodies says which body answers for a built-in topic.
var demoBodies = map[string]string{
	"roads": demoTransport, "snow": demoTransport, "transport": demoTransport, "yard": demoTransport,
	"zkh": demoHousing, "heat": demoHousing, "water": demoHousing, "power": demoHousing, "waste": demoHousing, "ecology": demoHousing,
}

// neighbours are residents who write what was written for the demo.
var neighbours = []string{"Галина П.", "Сергей К.", "Тамара Ивановна", "Денис М.", "Алия Р.", "Николай Ф.", "Юлия Б.", "Марат С."}

// world is the demo's outside: a Telegram, three networks, and who is in them.
type world struct {
	now      func() time.Time
	telegram *telegram.Server
	vk       *network.VK
	wall     *network.Wall
	ok       *network.OK
	okGroup  *network.OKGroup
	x        *network.X
	account  *network.XAccount
	page     *network.WallPage

	invitation *network.Post // of the community, to comment
	group      *telegram.Chat

	admin, roads, housing, staff *telegram.Person
}

// newWorld makes both sandboxes; they live by the clock of the store.
func newWorld(store *storage.Store) *world {
	w := &world{
		now:      store.Now,
		telegram: telegram.New(telegram.Options{Now: store.Now, Limits: telegram.UsualLimits, Username: "otklik_demo_bot"}),
		vk:       network.NewVK(network.VKOptions{Now: store.Now}),
		ok:       network.NewOK(network.OKOptions{Now: store.Now}),
		x:        network.NewX(network.XOptions{Now: store.Now}),
	}
	w.wall = w.vk.Community(demoRegion, demoCommunity)
	w.okGroup = w.ok.Group(demoRegion, demoCommunity)
	w.account = w.x.Account(demoAccount).Rename(demoRegion).Answers()
	w.invitation = w.wall.Post("", "Что случилось у вас? Напишите здесь, в комментариях или на стене: улица, дом, с какого дня. Ответит тот, кто за это отвечает.",
		network.PostOptions{Pinned: true})
	w.page = network.NewWallPage(w.now, w.vk, w.ok, w.x)
	w.admin = w.telegram.Person("Анна Сергеева", "ru")
	w.roads = w.telegram.Person("Ольга Иванова", "ru")
	w.housing = w.telegram.Person("Пётр Лебедев", "ru")
	w.staff = w.telegram.Person("Мария Ветрова", "ru")
	w.group = w.telegram.Supergroup("Администраторы области", w.admin)
	w.group.AddBot(w.admin)
	w.name("ru")
	return w
}

// name says who is who in the page's language.
func (w *world) name(language string) {
	roles := map[*telegram.Person][2]string{
		w.admin:   {"администратор", "administrator"},
		w.roads:   {demoTransport, demoTransport},
		w.housing: {demoHousing, demoHousing},
		w.staff:   {"аппарат губернатора", "governor's staff"},
	}
	for p, role := range roles {
		p.Role(role[inEnglish(language)])
	}
}

// inEnglish is 1 for English and 0 for Russian: an index of a pair of words.
func inEnglish(language string) int {
	if language == "en" {
		return 1
	}
	return 0
}

// start lets everybody who has a role open the bot.
func (w *world) start() {
	for _, p := range []*telegram.Person{w.roads, w.housing, w.staff} {
		p.Start("")
	}
}

// serve puts the networks beside Telegram under one address.
func (w *world) serve() {
	w.telegram.Handle("/vk/", http.StripPrefix("/vk", w.vk))
	w.telegram.Handle("/longpoll/", w.vk)
	w.telegram.Handle("/ok/", http.StripPrefix("/ok", w.ok))
	w.telegram.Handle("/x/", http.StripPrefix("/x", w.x))
	w.telegram.Handle("/wall/", w.page)
}

// settings are those by which the real connectors read the networks that stand
// at an address.
func (w *world) settings(address string) map[string]string {
	return map[string]string{
		"OTKLIK_VK_URL":         address + "/vk",
		"OTKLIK_VK_TOKEN":       network.DefaultServiceToken,
		"OTKLIK_VK_COMMUNITIES": strconv.FormatInt(-w.wall.OwnerID(), 10) + ":" + w.wall.Token(),
		"OTKLIK_VK_EVERY":       "2s",

		"OTKLIK_OK_URL":                address + "/ok",
		"OTKLIK_OK_TOKEN":              network.DefaultOKToken,
		"OTKLIK_OK_APPLICATION_KEY":    network.DefaultOKApplicationKey,
		"OTKLIK_OK_APPLICATION_SECRET": network.DefaultOKApplicationSecret,
		"OTKLIK_OK_GROUPS":             w.okGroup.ID() + ":" + w.okGroup.Token(),
		"OTKLIK_OK_PUBLISH":            "on",
		"OTKLIK_OK_EVERY":              "2s",

		"OTKLIK_X_URL":       address + "/x/2",
		"OTKLIK_X_TOKEN":     network.DefaultXToken,
		"OTKLIK_X_ACCOUNTS":  w.account.Keys(),
		"OTKLIK_X_DAILY_USD": "1000",
		"OTKLIK_X_EVERY":     "4s",
	}
}

// columns are the chats that the page shows, each as the one who works in it.
func (w *world) columns() []telegram.Column {
	return []telegram.Column{
		{ChatID: w.group.ID(), As: w.admin.ID()},
		{ChatID: w.roads.ID(), As: w.roads.ID()},
		{ChatID: w.housing.ID(), As: w.housing.ID()},
		{ChatID: w.staff.ID(), As: w.staff.ID()},
	}
}
