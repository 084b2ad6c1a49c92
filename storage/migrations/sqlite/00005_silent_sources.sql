-- +goose Up

-- When the administrators were told that a source is read well and brings nothing.
ALTER TABLE sources ADD COLUMN silent_told_at INTEGER;
