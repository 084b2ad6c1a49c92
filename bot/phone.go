package bot

import "unicode/utf8"

// phoneRow is how many letters a row of buttons shows on a narrow phone, 360
// points wide: the buttons share it equally, and what is longer is cut.
const phoneRow = 36

// fitsPhone tells whether a phone shows all labels of a row whole.
func fitsPhone(row []button) bool {
	for _, b := range row {
		if utf8.RuneCountInString(b.text)*len(row) > phoneRow {
			return false
		}
	}
	return true
}
