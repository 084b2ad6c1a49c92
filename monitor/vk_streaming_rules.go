package monitor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"otklik/storage"
)

// What the network takes as rules.
const (
	vkMostRules    = 300
	vkLongestRule  = 4096 // bytes
	vkMostKeywords = 100  // in a rule
)

const vkRuleTag = "otklik-"

// vkRule is a rule of the stream.
type vkRule struct {
	Value string `json:"value"`
	Tag   string `json:"tag"`
}

// vkRulesOf are the searches among sources as rules, each of its own: the network
// knows the forms of words. A tag follows from what is searched for.
func vkRulesOf(sources []storage.Source) (rules []vkRule) {
	var values []string
	for _, s := range sources {
		if value := strings.TrimSpace(s.Address); s.Kind == vkKindSearch && vkFits(value) {
			values = append(values, value)
		}
	}
	slices.Sort(values)
	for _, value := range slices.Compact(values) {
		h := fnv.New64a()
		h.Write([]byte(value))
		rules = append(rules, vkRule{Value: value, Tag: fmt.Sprintf("%s%016x", vkRuleTag, h.Sum64())})
	}
	return rules
}

// vkFits says whether the network takes a rule: what it does not take is left to
// the search.
func vkFits(value string) bool {
	words := strings.Fields(value)
	said := slices.ContainsFunc(words, func(w string) bool { return !strings.HasPrefix(w, "-") })
	return said && len(value) <= vkLongestRule && len(words) <= vkMostKeywords && strings.Count(value, `"`)%2 == 0
}

// vkStreamError is the code of a refusal by the stream.
type vkStreamError int

func (e vkStreamError) Error() string { return fmt.Sprintf("error %d of the streaming of vk", int(e)) }

// The refusals that are told apart. A dead key (1003, 1004) ends the stream, and
// the next one begins with a new key.
const (
	vkRuleThere    = 2001
	vkRuleGone     = 2002
	vkRuleBad      = 2003
	vkRuleLong     = 2004
	vkRuleQuotes   = 2005
	vkRulesFull    = 2006
	vkRuleNegative = 2008
)

// vkRulesReply is what the network answers to calls about rules.
type vkRulesReply struct {
	Code  vkInt    `json:"code"`
	Rules []vkRule `json:"rules"`
	Error *struct {
		Code vkInt `json:"error_code"`
	} `json:"error"`
}

// vkStreamServer is where the stream is.
type vkStreamServer struct {
	Endpoint string `json:"endpoint"`
	Key      string `json:"key"`
	scheme   string
	client   *http.Client
}

// streamServer asks where the stream is, with the first service key that may:
// rules belong to its application.
func (n *vk) streamServer(ctx context.Context) (*vkStreamServer, error) {
	err := error(BadConfig{What: vkKeyToken + " is not set"})
	scheme, _, _ := strings.Cut(n.base, ":")
	for _, t := range n.readers {
		s := &vkStreamServer{}
		if err = n.with(ctx, t, "streaming.getServerUrl", url.Values{}, s); err == nil {
			s.scheme, s.client = scheme, n.client
			at, bad := url.Parse(s.at("/stream"))
			if bad != nil || s.Key == "" || s.Endpoint == "" || at.Host != s.Endpoint {
				return nil, errors.New("streaming.getServerUrl named no address")
			}
			return s, nil
		}
		if !vkNextToken(err) {
			break
		}
	}
	return nil, fmt.Errorf("ask for the streaming of vk: %w", err)
}

// at is an address there. It bears the key.
func (s *vkStreamServer) at(path string) string {
	return s.scheme + "://" + s.Endpoint + path + "?" + url.Values{"key": {s.Key}}.Encode()
}

// keep makes the rules the wanted ones, as far as there is room for them. Rules of
// other programs, known by their tags, stay.
func (s *vkStreamServer) keep(ctx context.Context, wanted []vkRule) error {
	have, err := s.call(ctx, http.MethodGet, nil)
	if err != nil {
		return fmt.Errorf("read the rules: %w", err)
	}
	ours := slices.DeleteFunc(slices.Clone(have), func(r vkRule) bool { return !strings.HasPrefix(r.Tag, vkRuleTag) })
	wanted = wanted[:min(len(wanted), max(0, vkMostRules-len(have)+len(ours)))]
	among := func(list []vkRule, tag string) bool {
		return slices.ContainsFunc(list, func(r vkRule) bool { return r.Tag == tag })
	}
	for _, r := range ours {
		if among(wanted, r.Tag) {
			continue
		}
		if _, err := s.call(ctx, http.MethodDelete, map[string]string{"tag": r.Tag}); err != nil && !errors.Is(err, vkStreamError(vkRuleGone)) {
			return fmt.Errorf("delete a rule: %w", err)
		}
	}
	for _, r := range wanted {
		if among(ours, r.Tag) {
			continue
		}
		_, err := s.call(ctx, http.MethodPost, map[string]vkRule{"rule": r})
		var refused vkStreamError
		if err != nil && !errors.As(err, &refused) {
			return fmt.Errorf("add a rule: %w", err)
		}
		switch refused {
		case 0, vkRuleThere, vkRuleBad, vkRuleLong, vkRuleQuotes, vkRuleNegative:
		case vkRulesFull:
			return nil
		default:
			return fmt.Errorf("add a rule: %w", refused)
		}
	}
	return nil
}

// call asks about rules. Its errors show no address, for the key stands in it.
func (s *vkStreamServer) call(ctx context.Context, method string, body any) ([]vkRule, error) {
	ctx, cancel := context.WithTimeout(ctx, vkCallTime)
	defer cancel()
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	if body == nil {
		raw = nil
	}
	req, err := http.NewRequestWithContext(ctx, method, s.at("/rules/"), bytes.NewReader(raw))
	if err != nil {
		return nil, errors.New("no address to ask")
	}
	req.Header.Set("Content-Type", "application/json")
	answer, err := s.client.Do(req)
	if err != nil {
		return nil, vkBare(err)
	}
	defer answer.Body.Close()
	var reply vkRulesReply
	switch err := json.NewDecoder(answer.Body).Decode(&reply); {
	case err == nil && reply.Error != nil && reply.Error.Code != 0:
		return nil, vkStreamError(reply.Error.Code)
	case answer.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("status %d", answer.StatusCode)
	case err != nil:
		return nil, errors.New("the answer makes no sense")
	case reply.Code != http.StatusOK:
		return nil, fmt.Errorf("code %d", reply.Code)
	}
	return reply.Rules, nil
}
