-- +goose Up

-- A summary reads indexes alone: a region's rows lie scattered among those of all others, beside texts.
DROP INDEX incidents_period;
CREATE INDEX incidents_period ON incidents (region_id, registered_at, topic_id, state, reason, official_id, id);
CREATE INDEX answers_done ON answers (incident_id, frozen_at) WHERE state = 'done';
CREATE INDEX deadlines_incident ON deadlines (incident_id, kind, due_at, stopped_at);
CREATE INDEX deadlines_promises ON deadlines (due_at, incident_id) WHERE kind = 'promise' AND stopped_at IS NULL;
