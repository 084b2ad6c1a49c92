package bot

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// aChart is a chart of some columns and topics with values that vary.
func aChart(columns, topics, unit int) chart {
	c := chart{
		Title: "Заречье: поступило " + fmt.Sprint(unit*columns), Under: "с 01.06 00:00 по 07.06 24:00", States: []string{"Не разобрано", "Назначено", "Отвечено и закрыто", "Не требует ответа, объединено"},
		TopicsTitle: "Чаще всего", Nothing: "За это время ничего не поступило",
	}
	for n := range columns {
		c.Bars = append(c.Bars, chartBar{fmt.Sprintf("%02d.06", n%31+1), []int{unit * (n % 3), unit * (n % 4), unit * (n%5 + 1), unit * (n % 2)}})
	}
	for n := range topics {
		c.Topics = append(c.Topics, chartTopic{strings.Repeat("Дороги: ямы, ремонт ", n*n/2+1), fmt.Sprintf("%d · %d %%", unit*(topics-n), 30-n), unit * (topics - n)})
	}
	return c
}

// TestChart draws what regions may have and checks that Telegram takes it as a
// picture. With TEST_PICTURES the pictures stay in that folder.
func TestChart(t *testing.T) {
	empty := aChart(7, 0, 0)
	one := aChart(1, 1, 1)
	long := aChart(7, 5, 3)
	long.Title, long.Under = strings.Repeat("Очень длинное имя края ", 20), strings.Repeat("с 01.06 по 07.06 ", 20)
	for n := range long.States {
		long.States[n] = strings.Repeat("Состояние ", 2+n)
	}
	for name, c := range map[string]chart{
		"week": aChart(7, 5, 12), "month": aChart(31, 5, 7), "hours": aChart(24, 3, 1), "huge": aChart(12, 5, 123_456), "empty": empty, "one": one, "long": long,
	} {
		picture, err := c.draw()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		config, err := png.DecodeConfig(bytes.NewReader(picture))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(picture) > 10<<20 || config.Width+config.Height > 10_000 || config.Width > config.Height*20 || config.Height > config.Width*20 {
			t.Errorf("%s: %d×%d, %d bytes", name, config.Width, config.Height, len(picture))
		}
		if dir := os.Getenv("TEST_PICTURES"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestScale(t *testing.T) {
	for highest, want := range map[int][2]int{0: {1, 1}, 1: {1, 1}, 4: {4, 1}, 6: {6, 2}, 11: {15, 5}, 26: {30, 10}, 99: {100, 20}, 1001: {1500, 500}, 1_000_000: {1_000_000, 200_000}} {
		top, step := scale(highest)
		if top != want[0] || step != want[1] {
			t.Errorf("%d: up to %d by %d, want %v", highest, top, step, want)
		}
	}
}
