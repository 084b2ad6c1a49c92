package monitor

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/dghubble/oauth1"
)

var (
	xUsername = regexp.MustCompile(`^[A-Za-z0-9_]{1,15}$`)
	xUserID   = regexp.MustCompile(`^\d{1,20}$`)
)

// xAccount is an account that answers.
type xAccount struct {
	name   string // without the @
	id     string
	signed *http.Client // signs with its keys
	budget *xToken
}

// readXAccounts reads name:consumer_key:consumer_secret:token:token_secret,…;
// its errors show none of it but the number of the entry.
func readXAccounts(list string, client *http.Client, fails func(AuthLost, time.Time)) (accounts []*xAccount, err error) {
	number := 0
	for entry := range strings.SplitSeq(list, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		number++
		parts := strings.Split(entry, ":")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		if len(parts) != 5 || strings.Contains(entry, "::") || parts[4] == "" {
			return nil, fmt.Errorf("entry %d is not name:consumer_key:consumer_secret:token:token_secret", number)
		}
		// A token of an account begins with the account's id.
		id, _, _ := strings.Cut(parts[3], "-")
		name := strings.TrimPrefix(parts[0], "@")
		switch {
		case !xUsername.MatchString(name):
			return nil, fmt.Errorf("entry %d does not begin with the name of an account", number)
		case !xUserID.MatchString(id) || id == parts[3]:
			return nil, fmt.Errorf("the token of entry %d does not begin with the number of an account and a minus", number)
		}
		ctx := context.WithValue(context.Background(), oauth1.HTTPClient, client)
		signed := oauth1.NewConfig(parts[1], parts[2]).Client(ctx, oauth1.NewToken(parts[3], parts[4]))
		signed.Timeout, signed.CheckRedirect = client.Timeout, client.CheckRedirect
		accounts = append(accounts, &xAccount{name: name, id: id, signed: signed, budget: newXToken(xKeyAccounts, "", number, fails)})
	}
	return accounts, nil
}

// accountNamed is the account of ours with that name; nil for none.
func (n *x) accountNamed(name string) *xAccount {
	for _, a := range n.accounts {
		if strings.EqualFold(a.name, name) {
			return a
		}
	}
	return nil
}

// accountOf is the account of ours with that id; nil for none.
func (n *x) accountOf(id string) *xAccount {
	for _, a := range n.accounts {
		if a.id == id {
			return a
		}
	}
	return nil
}
