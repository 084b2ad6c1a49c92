package storage

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// Invite lets one person become an official or staff, once.
type Invite struct {
	ID       int64
	Region   int64
	Kind     RoleKind
	Body     int64
	BodyName string
	Chat     int64 // the group it was made in
	Expires  time.Time
	Used     bool
}

// inviteLife is how long an invite can be opened.
const inviteLife = 48 * time.Hour

func tokenHash(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}

// CreateInvite stores an invite under the hash of its token. For an official
// the body is made when it does not exist yet. Doing it again with the same
// token changes nothing.
func (s *Store) CreateInvite(ctx context.Context, by Actor, region, chat int64, kind RoleKind, body, token string) error {
	return s.tx(ctx, func(t *tx) error {
		var bodyID int64
		if kind == OfficialRole {
			var err error
			if bodyID, err = t.body(region, body); err != nil {
				return err
			}
		}
		n, err := t.update(`
			INSERT INTO invites (hash, region_id, kind, body_id, chat_id, person_id, created_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
			tokenHash(token), region, string(kind), null(bodyID), chat, null(by.Person), t.now, t.now+inviteLife.Milliseconds())
		if err != nil || n == 0 {
			return err
		}
		_, err = t.record(region, 0, Invited, by, EventData{Subject: string(kind), Body: bodyID}, "")
		return err
	})
}

const inviteColumns = `v.id, v.region_id, v.kind, coalesce(v.body_id, 0), coalesce(b.name, ''), v.chat_id, v.expires_at, coalesce(v.used_at, 0)`

func scanInvite(r scanner) (v Invite, err error) {
	var expires, used int64
	err = r.Scan(&v.ID, &v.Region, &v.Kind, &v.Body, &v.BodyName, &v.Chat, &expires, &used)
	v.Expires, v.Used = at(expires), used != 0
	return v, err
}

// InviteFor returns the invite of a token, also a used or expired one.
func (s *Store) InviteFor(ctx context.Context, token string) (Invite, error) {
	return one(ctx, s.read, scanInvite, `SELECT `+inviteColumns+` FROM invites v LEFT JOIN bodies b ON b.id = v.body_id WHERE v.hash = $1`, tokenHash(token))
}

// InviteByID returns an invite, also a used or expired one.
func (s *Store) InviteByID(ctx context.Context, id int64) (Invite, error) {
	return one(ctx, s.read, scanInvite, `SELECT `+inviteColumns+` FROM invites v LEFT JOIN bodies b ON b.id = v.body_id WHERE v.id = $1`, id)
}

// Join uses an invite for a person and returns his role: ErrConflict when it
// was used by somebody else or has expired, ErrNotFound for an unknown token.
// The region's group is told who came.
func (s *Store) Join(ctx context.Context, token string, person int64) (Role, error) {
	return s.join(ctx, tokenHash(token), person)
}

// JoinInvite is Join for somebody who opened the invite before and was asked
// whether he is meant.
func (s *Store) JoinInvite(ctx context.Context, invite, person int64) (Role, error) {
	hash, err := one(ctx, s.read, scalar[string], `SELECT hash FROM invites WHERE id = $1`, invite)
	if err != nil {
		return Role{}, err
	}
	return s.join(ctx, hash, person)
}

func (s *Store) join(ctx context.Context, hash string, person int64) (role Role, err error) {
	err = s.tx(ctx, func(t *tx) error {
		var group int64
		err := t.QueryRowContext(ctx, `
			UPDATE invites SET used_by = $1, used_at = $2 WHERE hash = $3 AND expires_at > $2 AND used_at IS NULL
			RETURNING region_id, kind, coalesce(body_id, 0), chat_id`, person, t.now, hash).Scan(&role.Region, &role.Kind, &role.Body, &group)
		if isNoRows(err) {
			role, err = t.usedInvite(hash, person)
			return err
		}
		if err != nil {
			return err
		}
		present, err := one(ctx, t, scalar[int64], `SELECT id FROM roles WHERE person_id = $1 AND region_id = $2 AND kind = $3 AND ended_at IS NULL`, person, role.Region, string(role.Kind))
		switch {
		case err == nil:
			// Already here: an official changes his body, nothing is said twice.
			role.ID = present
			return t.exec(`UPDATE roles SET body_id = $1 WHERE id = $2`, null(role.Body), present)
		case !errors.Is(err, ErrNotFound):
			return err
		}
		role.ID, err = t.id(`INSERT INTO roles (person_id, region_id, kind, body_id, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
			person, role.Region, string(role.Kind), null(role.Body), t.now)
		if err != nil {
			return err
		}
		if _, err := t.record(role.Region, 0, Joined, Actor{AsOfficial, person}, EventData{Official: role.ID, Body: role.Body, Subject: string(role.Kind)}, ""); err != nil {
			return err
		}
		return t.notice(group, Notice{Code: "joined", Params: Params{"role": role.ID, "kind": string(role.Kind), "person": person, "body": role.Body}}, fmt.Sprintf("joined:%d", role.ID))
	})
	return role, err
}

// usedInvite answers an invite that gives nothing any more: who used it and is
// still here opens it in vain but without harm; a role that was ended does not
// come back by it.
func (t *tx) usedInvite(hash string, person int64) (Role, error) {
	if _, err := one(t.ctx, t, scalar[int64], `SELECT id FROM invites WHERE hash = $1`, hash); err != nil {
		return Role{}, err
	}
	role, err := one(t.ctx, t, scanRole, `
		SELECT `+roleColumns+` FROM roles o JOIN invites v ON v.region_id = o.region_id AND v.kind = o.kind AND v.used_by = o.person_id
		WHERE v.hash = $1 AND o.person_id = $2 AND o.ended_at IS NULL`, hash, person)
	if errors.Is(err, ErrNotFound) {
		return Role{}, ErrConflict
	}
	return role, err
}

// InviteKey returns the installation's key from which the tokens of invites
// are made. It is made once and kept.
func (s *Store) InviteKey(ctx context.Context) ([]byte, error) {
	value, err := one(ctx, s.read, scalar[string], `SELECT value FROM meta WHERE key = 'invite_key'`)
	if errors.Is(err, ErrNotFound) {
		value, err = s.makeInviteKey(ctx)
	}
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(value)
	if err != nil || len(key) != 32 {
		return nil, errors.New("the key of invites is damaged")
	}
	return key, nil
}

func (s *Store) makeInviteKey(ctx context.Context) (value string, err error) {
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}
	err = s.tx(ctx, func(t *tx) error {
		var err error
		if value, err = t.meta("invite_key"); err != nil || value != "" {
			return err // somebody else was faster
		}
		value = hex.EncodeToString(key)
		return t.setMeta("invite_key", value)
	})
	return value, err
}
