package main

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	telegram "otklik/bot/sandbox"
	network "otklik/monitor/sandbox"
	"otklik/storage"
)

// The demo's region and everybody in it are invented.
const (
	demoRegion    = "Заречная область"
	demoCommunity = "zarechnaya_oblast"
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

// world is the demo's outside: a Telegram, a network, and who is in them.
type world struct {
	now      func() time.Time
	telegram *telegram.Server
	network  *network.VK
	wall     *network.Wall
	group    *telegram.Chat
	written  atomic.Int64 // posts on the wall that no player wrote

	admin, roads, housing, staff *telegram.Person
}

// newWorld makes both sandboxes; they live by the clock of the store.
func newWorld(store *storage.Store) *world {
	w := &world{
		now:      store.Now,
		telegram: telegram.New(telegram.Options{Now: store.Now, Limits: telegram.UsualLimits, Username: "otklik_demo_bot"}),
		network:  network.NewVK(network.VKOptions{Now: store.Now}),
	}
	w.wall = w.network.Community(demoRegion, demoCommunity)
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

// serve puts the network beside Telegram under one address.
func (w *world) serve() {
	w.telegram.Handle("/vk/", http.StripPrefix("/vk", w.network))
	w.telegram.Handle("/longpoll/", w.network)
	w.telegram.Handle("/wall/", network.WallPage(w.now, w.network))
}

// settings are those by which the real connector reads the network that stands
// at an address.
func (w *world) settings(address string) map[string]string {
	return map[string]string{
		"OTKLIK_VK_URL":         address + "/vk",
		"OTKLIK_VK_TOKEN":       network.DefaultServiceToken,
		"OTKLIK_VK_COMMUNITIES": strconv.FormatInt(-w.wall.OwnerID(), 10) + ":" + w.wall.Token(),
		"OTKLIK_VK_EVERY":       "2s",
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
