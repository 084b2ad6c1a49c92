package rules

import "testing"

func TestEveryday(t *testing.T) {
	for name, want := range map[string]bool{
		"Победа": true, "Дно": true, "Правда": true, "МИР": true, "Орёл": true, "Владимир": true, "Красное": true, "Школа": true, "Вода": true,
		"Пермь": false, "Лысьва": false, "Заречный": false, "Усть-Качка": false, "посёлок Победа": false, "": false, "!!!": false,
	} {
		if got := Everyday(name); got != want {
			t.Errorf("Everyday(%q) = %v", name, got)
		}
	}
}
