package main

import (
	"errors"
	"os"
	"strings"
)

// onlyThese makes the given settings the only ones with our prefix in the
// environment of this process: the demo must not read the tokens of whoever
// starts it. The function returned brings back what was there.
func onlyThese(settings map[string]string) (restore func() error, err error) {
	before := map[string]string{}
	for _, line := range os.Environ() {
		if key, value, _ := strings.Cut(line, "="); strings.HasPrefix(key, prefix+"_") {
			before[key] = value
			err = errors.Join(err, os.Unsetenv(key))
		}
	}
	for key, value := range settings {
		err = errors.Join(err, os.Setenv(key, value))
	}
	return func() (err error) {
		for key := range settings {
			err = errors.Join(err, os.Unsetenv(key))
		}
		for key, value := range before {
			err = errors.Join(err, os.Setenv(key, value))
		}
		return err
	}, err
}
