package monitor

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const (
	xRuleTag    = "otklik"
	xRulesAdded = 25 // by one call
)

// xRule is a rule of the filtered stream.
type xRule struct {
	ID    string `json:"id,omitempty"`
	Value string `json:"value"`
	Tag   string `json:"tag"`
}

const xRulesPath = "/tweets/search/stream/rules"

// keepRules makes the rules of the stream the given queries. Rules of other
// programs, known by their tag, stay.
func (n *x) keepRules(ctx context.Context, queries []string) error {
	var have struct {
		Data []xRule `json:"data"`
	}
	if _, err := n.read(ctx, xAsk{endpoint: xRules, path: xRulesPath, params: url.Values{}}, &have); err != nil {
		return fmt.Errorf("read the rules of the stream: %w", err)
	}
	var needless []string
	present := map[string]bool{}
	for _, r := range have.Data {
		switch {
		case !strings.HasPrefix(r.Tag, xRuleTag):
		case slices.Contains(queries, r.Value):
			present[r.Value] = true
		default:
			needless = append(needless, r.ID)
		}
	}
	if len(needless) > 0 {
		if err := n.changeRules(ctx, map[string]any{"delete": map[string]any{"ids": needless}}); err != nil {
			return err
		}
	}
	var missing []xRule
	for _, q := range queries {
		if !present[q] {
			missing = append(missing, xRule{Value: q, Tag: fmt.Sprintf("%s-%08x", xRuleTag, xHash(q))})
		}
	}
	for chunk := range slices.Chunk(missing, xRulesAdded) {
		if err := n.changeRules(ctx, map[string]any{"add": chunk}); err != nil {
			return err
		}
	}
	return nil
}

func (n *x) changeRules(ctx context.Context, change any) error {
	body, err := json.Marshal(change)
	if err != nil {
		return fmt.Errorf("change the rules of the stream: %w", err)
	}
	ask := xAsk{endpoint: xRules, method: http.MethodPost, path: xRulesPath, body: body, kind: "application/json"}
	if _, err := n.read(ctx, ask, new(json.RawMessage)); err != nil {
		return fmt.Errorf("change the rules of the stream: %w", err)
	}
	return nil
}
