package bot

import (
	"context"
	"fmt"

	"otklik/storage"
)

// tellTokens tells the owners of tokens of networks that died, and of those
// that work again, each once.
func (b *Bot) tellTokens(ctx context.Context) {
	changed, end := b.store.Changed(storage.Tokens)
	defer end()
	for {
		if err := b.tellOfTokens(ctx); err != nil && ctx.Err() == nil {
			b.log.Error().Err(err).Msg("tell the owners of tokens in trouble")
		}
		if !pause(ctx, changed, slowPoll) {
			return
		}
	}
}

func (b *Bot) tellOfTokens(ctx context.Context) error {
	list, err := b.store.TokenTroubles(ctx)
	if err != nil {
		return fmt.Errorf("read the tokens in trouble: %w", err)
	}
	for _, t := range list {
		code, moment := "token_lost", t.Since
		switch {
		case !t.Cured.IsZero():
			code, moment = "token_works", t.Cured
		case !t.Told.IsZero():
			continue
		}
		dedupe := fmt.Sprintf("%s:%s:%d:%d", code, t.Key, t.Number, moment.UnixMilli())
		about := storage.Params{"Network": t.Network, "Key": t.Key, "Cause": t.Cause}
		if t.Number > 0 {
			about["Number"] = t.Number
		}
		told, err := b.toOwners(ctx, dedupe, code, about)
		if err != nil {
			return err
		}
		if told == 0 {
			continue // until one of them opens the bot
		}
		if err := b.store.TokenTold(ctx, t); err != nil {
			return fmt.Errorf("note that the owners know of a token: %w", err)
		}
	}
	return nil
}

// tokenTroubles adds the tokens that do not work now.
func (b *Bot) tokenTroubles(ctx context.Context, c *condition) error {
	list, err := b.store.TokenTroubles(ctx)
	if err != nil {
		return fmt.Errorf("read the tokens in trouble: %w", err)
	}
	for _, t := range list {
		if t.Cured.IsZero() {
			c.Tokens = append(c.Tokens, tokenTrouble{Network: t.Network, Key: t.Key, Number: t.Number, Cause: t.Cause, Days: int(b.store.Now().Sub(t.Since).Hours() / 24)})
		}
	}
	return nil
}

// tokenTrouble is a token that does not work; Number is 0 where its setting has
// but one.
type tokenTrouble struct {
	Network, Key string
	Number       int
	Cause        string
	Days         int // that it lasts
}
