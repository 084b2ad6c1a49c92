package storage

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
)

// ChainFault says where a region's journal does not hold together.
type ChainFault struct {
	Region int64
	Seq    int64 // the first line that is wrong or missing
	Reason string
}

// VerifyJournal walks every region's chain and returns the first fault of
// each; texts that are still kept are compared with their digests.
func (s *Store) VerifyJournal(ctx context.Context) (faults []ChainFault, err error) {
	// One look at everything: the journal grows meanwhile.
	look, err := s.read.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, look.Rollback()) }()
	type head struct {
		region, seq int64
		hash        []byte
	}
	heads, err := all(ctx, look, func(r scanner) (h head, err error) {
		return h, r.Scan(&h.region, &h.seq, &h.hash)
	}, `SELECT id, chain_seq, chain_hash FROM regions ORDER BY id`)
	if err != nil {
		return nil, err
	}
	for _, h := range heads {
		fault, err := verifyChain(ctx, look, h.region, h.seq, h.hash)
		if err != nil {
			return nil, err
		}
		if fault != nil {
			faults = append(faults, *fault)
		}
	}
	return faults, nil
}

func verifyChain(ctx context.Context, look queryer, region, last int64, head []byte) (fault *ChainFault, err error) {
	rows, err := look.QueryContext(ctx, `
		SELECT e.seq, coalesce(e.incident_id, 0), e.kind, e.actor, coalesce(e.person_id, 0), e.at, e.data, e.digest, e.hash, x.salt, coalesce(x.text, '')
		FROM events e LEFT JOIN event_texts x ON x.event_id = e.id
		WHERE e.region_id = $1 ORDER BY e.seq`, region)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	previous, seq := chainStart(region), int64(0)
	for rows.Next() {
		l := chainLine{region: region}
		var hash, salt []byte
		var text string
		if err := rows.Scan(&l.seq, &l.incident, &l.kind, &l.actor, &l.person, &l.at, &l.data, &l.digest, &hash, &salt, &text); err != nil {
			return nil, err
		}
		seq++
		switch {
		case seq > last:
			return &ChainFault{region, seq, "there are too many lines"}, nil
		case l.seq != seq:
			return &ChainFault{region, seq, "a line is missing"}, nil
		case !bytes.Equal(l.hash(previous), hash):
			return &ChainFault{region, seq, "a line was changed"}, nil
		case salt != nil && !bytes.Equal(textDigest(salt, text), l.digest):
			return &ChainFault{region, seq, "a text was changed"}, nil
		}
		previous = hash
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if seq != last || !bytes.Equal(previous, head) {
		return &ChainFault{region, seq + 1, "lines are missing at the end"}, nil
	}
	return nil, nil
}
