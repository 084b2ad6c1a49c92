package storage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// Body is a ministry, municipality or company whose officials answer.
type Body struct {
	ID     int64
	Region int64
	Name   string
	Open   int // assigned incidents of its officials
}

// Bodies returns a region's bodies that have an official, by name.
func (s *Store) Bodies(ctx context.Context, region int64) ([]Body, error) {
	return all(ctx, s.read, func(r scanner) (b Body, err error) {
		return b, r.Scan(&b.ID, &b.Region, &b.Name, &b.Open)
	}, `
		SELECT b.id, b.region_id, b.name, (SELECT count(*) FROM incidents i JOIN roles o ON o.id = i.official_id WHERE o.body_id = b.id AND i.state = 'assigned')
		FROM bodies b WHERE b.region_id = $1 AND EXISTS (SELECT 1 FROM roles o WHERE o.body_id = b.id AND o.ended_at IS NULL) ORDER BY b.name`, region)
}

// Body returns one body of a region.
func (s *Store) Body(ctx context.Context, region, id int64) (Body, error) {
	return one(ctx, s.read, func(r scanner) (b Body, err error) {
		return b, r.Scan(&b.ID, &b.Region, &b.Name)
	}, `SELECT id, region_id, name FROM bodies WHERE region_id = $1 AND id = $2`, region, id)
}

// RoleKind is what somebody may do in a region.
type RoleKind string

// The roles that an invite gives.
const (
	OfficialRole RoleKind = "official"
	StaffRole    RoleKind = "staff"
)

// Official is a person who answers for a body in a region.
type Official struct {
	ID        int64 // of the role; what an incident is assigned to
	Region    int64
	Person    int64
	Name      string
	Language  string
	Body      int64
	BodyName  string
	Chat      int64
	Reachable bool
	Open      int // incidents assigned to him now
	Ended     bool
}

const officialColumns = `o.id, o.region_id, o.person_id, p.name, p.language, o.body_id, b.name, coalesce(p.chat_id, 0), p.reachable,
	(SELECT count(*) FROM incidents i WHERE i.official_id = o.id AND i.state = 'assigned'), coalesce(o.ended_at, 0)`

const officialTables = ` FROM roles o JOIN people p ON p.id = o.person_id JOIN bodies b ON b.id = o.body_id `

func scanOfficial(r scanner) (o Official, err error) {
	var reachable, ended int64
	err = r.Scan(&o.ID, &o.Region, &o.Person, &o.Name, &o.Language, &o.Body, &o.BodyName, &o.Chat, &reachable, &o.Open, &ended)
	o.Reachable, o.Ended = reachable == 1, ended != 0
	return o, err
}

// Officials returns a region's present officials by body and name.
func (s *Store) Officials(ctx context.Context, region int64) ([]Official, error) {
	return all(ctx, s.read, scanOfficial, `SELECT `+officialColumns+officialTables+`WHERE o.region_id = $1 AND o.kind = 'official' AND o.ended_at IS NULL ORDER BY b.name, p.name`, region)
}

// Official returns one official, also a former one.
func (s *Store) Official(ctx context.Context, id int64) (Official, error) {
	return one(ctx, s.read, scanOfficial, `SELECT `+officialColumns+officialTables+`WHERE o.id = $1`, id)
}

// Role is what a person may do in one region.
type Role struct {
	ID     int64
	Kind   RoleKind
	Region int64
	Body   int64 // 0 for staff
}

const roleColumns = `o.id, o.kind, o.region_id, coalesce(o.body_id, 0)`

func scanRole(r scanner) (o Role, err error) {
	return o, r.Scan(&o.ID, &o.Kind, &o.Region, &o.Body)
}

// Roles returns a person's present roles.
func (s *Store) Roles(ctx context.Context, person int64) ([]Role, error) {
	return all(ctx, s.read, scanRole, `SELECT `+roleColumns+` FROM roles o WHERE o.person_id = $1 AND o.ended_at IS NULL ORDER BY o.id`, person)
}

// Staff returns the people who may ask for a region's summaries.
func (s *Store) Staff(ctx context.Context, region int64) ([]Person, error) {
	return all(ctx, s.read, scanPerson, `SELECT `+personColumns+` FROM people p JOIN roles o ON o.person_id = p.id
		WHERE o.region_id = $1 AND o.kind = 'staff' AND o.ended_at IS NULL ORDER BY p.name`, region)
}

// EndRole takes a role away: the official's assigned incidents return to the
// administrators. It is refused for another region's role with ErrNotFound.
func (s *Store) EndRole(ctx context.Context, by Actor, region, role int64) error {
	return s.tx(ctx, func(t *tx) error {
		if _, err := t.chain(region); err != nil {
			return err
		}
		n, err := t.update(`UPDATE roles SET ended_at = $1 WHERE id = $2 AND region_id = $3 AND ended_at IS NULL`, t.now, role, region)
		if err != nil || n == 0 {
			return errors.Join(err, none(n))
		}
		if err := t.exec(`DELETE FROM routes WHERE official_id = $1`, role); err != nil {
			return err
		}
		if _, err := t.record(region, 0, Removed, by, EventData{Official: role}, ""); err != nil {
			return err
		}
		return t.releaseAll(role)
	})
}

// none is ErrNotFound for a statement that changed no row.
func none(rows int64) error {
	if rows == 0 {
		return ErrNotFound
	}
	return nil
}

// PersonUnreachable notes that a person blocked the bot or never started it,
// and returns all that is assigned to him to the administrators.
func (s *Store) PersonUnreachable(ctx context.Context, person int64) error {
	return s.tx(ctx, func(t *tx) error {
		regions, err := all(ctx, t, scalar[int64], `SELECT region_id FROM roles WHERE person_id = $1 AND kind = 'official' AND ended_at IS NULL`, person)
		if err != nil {
			return err
		}
		if err := t.chainsOf(regions); err != nil {
			return err
		}
		if err := t.exec(`UPDATE people SET reachable = 0 WHERE id = $1`, person); err != nil {
			return err
		}
		roles, err := all(t.ctx, t, scalar[int64], `SELECT id FROM roles WHERE person_id = $1 AND kind = 'official' AND ended_at IS NULL`, person)
		if err != nil {
			return err
		}
		for _, r := range roles {
			if err := t.releaseAll(r); err != nil {
				return err
			}
		}
		return nil
	})
}

// PersonOfChat returns the person whose private chat this is.
func (s *Store) PersonOfChat(ctx context.Context, chat int64) (Person, error) {
	return one(ctx, s.read, scanPerson, `SELECT `+personColumns+` FROM people p WHERE p.chat_id = $1`, chat)
}

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

// body returns the id of a region's body, making it when it is new.
func (t *tx) body(region int64, name string) (int64, error) {
	if err := t.exec(`INSERT INTO bodies (region_id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, region, name, t.now); err != nil {
		return 0, err
	}
	return one(t.ctx, t, scalar[int64], `SELECT id FROM bodies WHERE region_id = $1 AND name = $2`, region, name)
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

// Route says whom a topic, a place, or a topic in a place goes to by default.
type Route struct {
	ID           int64
	Topic, Place int64 // 0: any
	TopicName    string
	PlaceName    string
	Official     Official
}

// Routes returns a region's default officials.
func (s *Store) Routes(ctx context.Context, region int64) ([]Route, error) {
	return all(ctx, s.read, func(r scanner) (g Route, err error) {
		return g, r.Scan(&g.ID, &g.Topic, &g.TopicName, &g.Place, &g.PlaceName, &g.Official.ID, &g.Official.Name, &g.Official.BodyName)
	}, `
		SELECT g.id, coalesce(g.topic_id, 0), coalesce(t.name, ''), coalesce(g.place_id, 0), coalesce(l.name, ''), o.id, p.name, b.name
		FROM routes g LEFT JOIN topics t ON t.id = g.topic_id LEFT JOIN places l ON l.id = g.place_id
		JOIN roles o ON o.id = g.official_id JOIN people p ON p.id = o.person_id JOIN bodies b ON b.id = o.body_id
		WHERE g.region_id = $1 ORDER BY t.name, l.name`, region)
}

// SetRoute makes an official the default of a topic, a place (0: any), or both;
// official 0 removes the default.
func (s *Store) SetRoute(ctx context.Context, by Actor, region, topic, place, official int64) error {
	return s.tx(ctx, func(t *tx) error {
		if err := t.exec(`DELETE FROM routes WHERE region_id = $1 AND coalesce(topic_id, 0) = $2 AND coalesce(place_id, 0) = $3`, region, topic, place); err != nil {
			return err
		}
		if official != 0 {
			n, err := t.update(`
				INSERT INTO routes (region_id, topic_id, place_id, official_id, created_at)
				SELECT $1, $2, $3, o.id, $4 FROM roles o WHERE o.id = $5 AND o.region_id = $1 AND o.kind = 'official' AND o.ended_at IS NULL`,
				region, null(topic), null(place), t.now, official)
			if err != nil || n == 0 {
				return errors.Join(err, none(n))
			}
		}
		_, err := t.record(region, 0, ListChanged, by, EventData{Subject: "routes", Topic: topic, Official: official}, "")
		return err
	})
}
