-- +goose Up

-- The built-in rule that a rule was made from; '' for a region's own. What stands with its built-in topic since that was made is built in.
ALTER TABLE rules ADD COLUMN builtin TEXT NOT NULL DEFAULT '';
UPDATE rules SET builtin = text WHERE EXISTS (SELECT 1 FROM topics t WHERE t.id = rules.topic_id AND t.code <> '' AND t.created_at = rules.created_at);
