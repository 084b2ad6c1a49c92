package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"otklik/storage"
)

// TestLabelledImportWarms: the labels of a file decide who is suggested, no
// incident is made, and the very file teaches nothing twice.
func TestLabelledImportWarms(t *testing.T) {
	database := filepath.Join(t.TempDir(), "otklik.db")
	t.Setenv("OTKLIK_DATABASE", database)
	t.Setenv("OTKLIK_BOT_TOKEN", "1:test")
	region, officials := staffed(t, database)
	var rows strings.Builder
	rows.WriteString("Текст;Исполнитель;Тема;Причина\n")
	for i := range 20 {
		fmt.Fprintf(&rows, "Нет воды в кране, дом %d;водоканал;вода;\n", i)
		fmt.Fprintf(&rows, "Автобус не пришёл на остановку %d;МИНТРАНС;Транспорт;\n", i)
		fmt.Fprintf(&rows, "С праздником, дорогие соседи %d;;;no_problem\n", i)
	}
	rows.WriteString("Сгорел сарай;МЧС;;\n;Водоканал;;\n")
	file := fileOf(t, "rows.csv", rows.String())
	if out, err := otklik(t, "import", "--labelled", file); err == nil {
		t.Errorf("without a region: %s", out)
	}
	out, err := otklik(t, "import", "--labelled", "--region", "Заречье", file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"learned 60 rows of 62; 2 have", `not known in the region: "МЧС" in 1 rows`} {
		if !strings.Contains(out, want) {
			t.Errorf("the import does not say %q:\n%s", want, out)
		}
	}
	if out, err := otklik(t, "import", "--labelled", "--region", "Заречье", file); err != nil || !strings.Contains(out, "learned before") {
		t.Errorf("the same file again: %s, %v", out, err)
	}
	// A post that comes now is suggested to the right one.
	posts := fileOf(t, "posts.csv", "text,url\nОпять нет воды в кране,https://vk.com/wall-1_1\nЖду автобус на остановке час,https://vk.com/wall-1_2\n")
	if out, err := otklik(t, "import", "--region", "Заречье", posts); err != nil || !strings.Contains(out, "incidents 2") {
		t.Fatalf("%s, %v", out, err)
	}
	store, err := storage.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	list, err := store.Incidents(t.Context(), storage.QueueFilter{Region: region, States: []storage.State{storage.New}, Limit: 10})
	if err != nil || len(list) != 2 {
		t.Fatalf("%d incidents, %v", len(list), err)
	}
	for n, i := range list {
		s, err := store.Suggestions(t.Context(), i, 1)
		if err != nil || len(s) == 0 || s[0].Official.ID != officials[n] {
			t.Errorf("incident %d is suggested to %+v, %v", n, s, err)
		}
	}
}

// staffed makes a region with two topics and an official of two bodies, the
// wrong one first by default.
func staffed(t *testing.T, database string) (region int64, officials []int64) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	store, err := storage.Open(ctx, database)
	must(err)
	defer store.Close()
	owner, admin := storage.Actor{Kind: storage.Owner}, storage.Actor{Kind: storage.Administrator}
	region, err = store.CreateRegion(ctx, owner, "Заречье", "Europe/Moscow", "ru", []storage.NewTopic{
		{Name: "Транспорт", Importance: storage.Normal, Rules: []string{"автобус"}},
		{Name: "Вода", Importance: storage.Normal, Rules: []string{"вода"}},
	})
	must(err)
	group, err := store.MeetChat(ctx, -1001, storage.Supergroup, "Администраторы", 1)
	must(err)
	must(store.BindGroup(ctx, owner, region, group.ID, true))
	for n, body := range []string{"Водоканал", "Минтранс"} {
		chat, err := store.MeetChat(ctx, int64(100+n), storage.Private, "Исполнитель", 1)
		must(err)
		person, err := store.MeetPerson(ctx, int64(100+n), "Исполнитель", "ru", chat.ID)
		must(err)
		must(store.CreateInvite(ctx, admin, region, group.ID, storage.OfficialRole, body, body))
		role, err := store.Join(ctx, body, person.ID)
		must(err)
		officials = append(officials, role.ID)
	}
	return region, officials
}
