// Package texts holds every word that Otklik says to a person, as one template
// per message in a file per language.
package texts

// Words are the templates of all languages.
type Words struct{}
