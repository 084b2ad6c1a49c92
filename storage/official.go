package storage

import (
	"context"
	"errors"
)

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
