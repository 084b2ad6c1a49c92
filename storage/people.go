package storage

import "context"

// PersonAt returns the person of a messenger's id.
func (s *Store) PersonAt(ctx context.Context, address int64) (Person, error) {
	return one(ctx, s.read, scanPerson, `SELECT `+personColumns+` FROM people p WHERE p.messenger = 'telegram' AND p.address = $1`, address)
}

// PeopleWithRoles returns everybody who is an official or staff somewhere.
func (s *Store) PeopleWithRoles(ctx context.Context) ([]Person, error) {
	return all(ctx, s.read, scanPerson, `SELECT `+personColumns+` FROM people p WHERE EXISTS (SELECT 1 FROM roles o WHERE o.person_id = p.id AND o.ended_at IS NULL) ORDER BY p.id`)
}

// BodyNames returns the names of all bodies of a region, also of those whose
// officials were only invited so far.
func (s *Store) BodyNames(ctx context.Context, region int64) ([]string, error) {
	return all(ctx, s.read, scalar[string], `SELECT name FROM bodies WHERE region_id = $1 ORDER BY name`, region)
}
