CREATE TABLE advice (
  incident_id INTEGER PRIMARY KEY REFERENCES incidents (id),
  earned      INTEGER NOT NULL DEFAULT 0 CHECK (earned IN (0, 1)),
  topics      TEXT    NOT NULL DEFAULT '',
  reason      TEXT    NOT NULL DEFAULT '',
  urgent      INTEGER NOT NULL DEFAULT 0 CHECK (urgent IN (0, 1))
) STRICT;

CREATE TABLE answers (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  incident_id INTEGER NOT NULL REFERENCES incidents (id),
  official_id INTEGER NOT NULL REFERENCES roles (id),
  version     INTEGER NOT NULL CHECK (version > 0),
  kind        TEXT    NOT NULL CHECK (kind IN ('interim', 'final')),
  text        TEXT    NOT NULL,
  state       TEXT    NOT NULL CHECK (state IN ('draft', 'replaced', 'frozen', 'stopped', 'done', 'failed')),
  approval    TEXT    NOT NULL DEFAULT '' CHECK (approval IN ('', 'asked', 'given', 'refused')),
  approved_by INTEGER REFERENCES people (id),
  promise_at  INTEGER,
  created_at  INTEGER NOT NULL,
  frozen_at   INTEGER,
  UNIQUE (incident_id, version),
  CHECK (state IN ('draft', 'replaced') OR frozen_at IS NOT NULL),
  CHECK (kind = 'interim' OR promise_at IS NULL)
) STRICT;

CREATE INDEX answers_done ON answers (incident_id, frozen_at) WHERE state = 'done';

CREATE UNIQUE INDEX answers_open ON answers (incident_id) WHERE state IN ('draft', 'frozen');

CREATE TABLE assignments (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  incident_id INTEGER NOT NULL REFERENCES incidents (id),
  official_id INTEGER NOT NULL REFERENCES roles (id),
  part        TEXT    NOT NULL CHECK (part IN ('lead', 'co')),
  assigned_at INTEGER NOT NULL,
  accepted_at INTEGER,
  ended_at    INTEGER,
  outcome     TEXT    NOT NULL DEFAULT '' CHECK (outcome IN ('', 'returned', 'reassigned', 'unreachable', 'undone', 'merged')),
  CHECK ((ended_at IS NULL) = (outcome = ''))
) STRICT;

CREATE UNIQUE INDEX assignments_lead ON assignments (incident_id) WHERE part = 'lead' AND ended_at IS NULL;

CREATE TABLE bodies (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  region_id  INTEGER NOT NULL REFERENCES regions (id),
  name       TEXT    NOT NULL CHECK (name <> ''),
  created_at INTEGER NOT NULL,
  UNIQUE (region_id, name)
) STRICT;

CREATE TABLE calls (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  chat_id INTEGER NOT NULL REFERENCES chats (id),
  at      INTEGER NOT NULL
) STRICT;

CREATE INDEX calls_chat ON calls (chat_id, at);

CREATE TABLE chats (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  messenger     TEXT    NOT NULL CHECK (messenger IN ('telegram')),
  address       INTEGER NOT NULL,
  kind          TEXT    NOT NULL CHECK (kind IN ('private', 'group', 'supergroup', 'channel')),
  title         TEXT    NOT NULL,
  purpose       TEXT    NOT NULL CHECK (purpose IN ('admin', 'private', 'source', 'other')),
  region_id     INTEGER REFERENCES regions (id),
  thread        INTEGER,
  state         TEXT    NOT NULL CHECK (state IN ('active', 'paused', 'gone')),
  trouble       TEXT    NOT NULL DEFAULT '',
  last_message  INTEGER NOT NULL DEFAULT 0,
  not_before    INTEGER NOT NULL DEFAULT 0,
  created_at    INTEGER NOT NULL, username TEXT NOT NULL DEFAULT '', added_by INTEGER NOT NULL DEFAULT 0, standing TEXT NOT NULL DEFAULT '' CHECK (standing IN ('', 'member', 'admin', 'muted')), hears INTEGER NOT NULL DEFAULT 0 CHECK (hears IN (0, 1)), linked INTEGER NOT NULL DEFAULT 0,
  UNIQUE (messenger, address),
  CHECK (purpose <> 'admin' OR region_id IS NOT NULL)
) STRICT;

CREATE UNIQUE INDEX chats_admin ON chats (region_id) WHERE purpose = 'admin';

CREATE INDEX chats_username ON chats (username) WHERE username <> '';

CREATE TABLE checks (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  kind       TEXT    NOT NULL CHECK (kind IN ('source', 'link')),
  chat_id    INTEGER NOT NULL REFERENCES chats (id),
  subject_id INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  done_at    INTEGER
) STRICT;

CREATE INDEX checks_open ON checks (id) WHERE done_at IS NULL;

CREATE TABLE counts (
  day     INTEGER NOT NULL,
  network TEXT    NOT NULL,
  result  TEXT    NOT NULL,
  posts   INTEGER NOT NULL,
  PRIMARY KEY (day, network, result)
) STRICT;

CREATE TABLE deadlines (
  incident_id INTEGER NOT NULL REFERENCES incidents (id),
  kind        TEXT    NOT NULL CHECK (kind IN ('triage', 'accept', 'answer', 'final', 'promise', 'auto_close')),
  due_at      INTEGER NOT NULL,
  warned      INTEGER NOT NULL DEFAULT 0 CHECK (warned IN (0, 50, 80, 100)),
  stopped_at  INTEGER,
  PRIMARY KEY (incident_id, kind)
) STRICT;

CREATE INDEX deadlines_due ON deadlines (due_at) WHERE stopped_at IS NULL;

CREATE INDEX deadlines_incident ON deadlines (incident_id, kind, due_at, stopped_at);

CREATE INDEX deadlines_promises ON deadlines (due_at, incident_id) WHERE kind = 'promise' AND stopped_at IS NULL;

CREATE TABLE dialogs (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id   INTEGER NOT NULL REFERENCES people (id),
  chat_id     INTEGER NOT NULL REFERENCES chats (id),
  kind        TEXT    NOT NULL,
  incident_id INTEGER REFERENCES incidents (id),
  data        TEXT    NOT NULL DEFAULT '',
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  UNIQUE (person_id, chat_id)
) STRICT;

CREATE TABLE digest_lines (
  message_id  INTEGER NOT NULL REFERENCES messages (id),
  position    INTEGER NOT NULL,
  incident_id INTEGER NOT NULL REFERENCES incidents (id),
  PRIMARY KEY (message_id, position)
) STRICT;

CREATE TABLE discussions (
  chat_id     INTEGER NOT NULL REFERENCES chats (id),
  telegram_id INTEGER NOT NULL,
  channel     INTEGER NOT NULL,
  username    TEXT    NOT NULL,
  post        INTEGER NOT NULL,
  noted_at    INTEGER NOT NULL,
  PRIMARY KEY (chat_id, telegram_id)
) STRICT;

CREATE INDEX discussions_old ON discussions (noted_at);

CREATE INDEX discussions_post ON discussions (channel, post);

CREATE TABLE draft_parts (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  answer_id   INTEGER NOT NULL REFERENCES answers (id),
  chat_id     INTEGER NOT NULL REFERENCES chats (id),
  telegram_id INTEGER NOT NULL,
  album       TEXT    NOT NULL DEFAULT '',
  text        TEXT    NOT NULL,
  created_at  INTEGER NOT NULL,
  UNIQUE (chat_id, telegram_id)
) STRICT;

CREATE INDEX draft_parts_answer ON draft_parts (answer_id);

CREATE TABLE event_texts (
  event_id INTEGER PRIMARY KEY REFERENCES events (id),
  salt     BLOB NOT NULL,
  text     TEXT NOT NULL
) STRICT;

CREATE TRIGGER events_no_delete BEFORE DELETE ON events
BEGIN
  SELECT raise(ABORT, 'the journal is append-only');
END;

CREATE TRIGGER events_no_update BEFORE UPDATE ON events
BEGIN
  SELECT raise(ABORT, 'the journal is append-only');
END;

CREATE TABLE events (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  region_id   INTEGER NOT NULL REFERENCES regions (id),
  seq         INTEGER NOT NULL,
  incident_id INTEGER REFERENCES incidents (id),
  kind        TEXT    NOT NULL,
  actor       TEXT    NOT NULL CHECK (actor IN ('administrator', 'official', 'staff', 'owner', 'monitor', 'resident', 'system')),
  person_id   INTEGER REFERENCES people (id),
  at          INTEGER NOT NULL,
  data        TEXT    NOT NULL,
  digest      BLOB,
  hash        BLOB    NOT NULL,
  UNIQUE (region_id, seq)
) STRICT;

CREATE INDEX events_incident ON events (incident_id, id);

CREATE TABLE files (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  part_id    INTEGER NOT NULL REFERENCES draft_parts (id),
  bot        INTEGER NOT NULL,
  kind       TEXT    NOT NULL CHECK (kind IN ('photo', 'video', 'document')),
  address    TEXT    NOT NULL,
  name       TEXT    NOT NULL DEFAULT '',
  size       INTEGER NOT NULL DEFAULT 0,
  UNIQUE (part_id, address)
) STRICT;

CREATE TABLE heard (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  chat_id  INTEGER NOT NULL REFERENCES chats (id),
  payload  TEXT    NOT NULL,
  heard_at INTEGER NOT NULL
) STRICT;

CREATE INDEX heard_chat ON heard (chat_id, id);

CREATE INDEX heard_old ON heard (heard_at);

CREATE TABLE inbox (
  bot         INTEGER NOT NULL,
  update_id   INTEGER NOT NULL,
  lane        INTEGER NOT NULL,
  payload     TEXT    NOT NULL,
  received_at INTEGER NOT NULL,
  done_at     INTEGER,
  attempts    INTEGER NOT NULL DEFAULT 0,
  error       TEXT    NOT NULL DEFAULT '',
  PRIMARY KEY (bot, update_id),
  CHECK (done_at IS NULL OR payload = '')
) STRICT;

CREATE INDEX inbox_done ON inbox (done_at) WHERE done_at IS NOT NULL;

CREATE INDEX inbox_waiting ON inbox (bot, received_at) WHERE done_at IS NULL;

CREATE TABLE incident_posts (
  region_id   INTEGER NOT NULL REFERENCES regions (id),
  post_id     INTEGER NOT NULL REFERENCES posts (id),
  incident_id INTEGER NOT NULL REFERENCES incidents (id),
  added_at    INTEGER NOT NULL, origin_id INTEGER REFERENCES incidents (id), likeness REAL, rules TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (region_id, post_id)
) STRICT;

CREATE INDEX incident_posts_incident ON incident_posts (incident_id);

CREATE INDEX incident_posts_origin ON incident_posts (origin_id) WHERE origin_id IS NOT NULL;

CREATE INDEX incident_posts_post ON incident_posts (post_id);

CREATE TABLE incidents (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  region_id     INTEGER NOT NULL REFERENCES regions (id),
  topic_id      INTEGER NOT NULL REFERENCES topics (id),
  place_id      INTEGER REFERENCES places (id),
  importance    TEXT    NOT NULL CHECK (importance IN ('normal', 'high', 'danger')),
  state         TEXT    NOT NULL CHECK (state IN ('new', 'assigned', 'answered', 'closed', 'dismissed', 'merged')),
  official_id   INTEGER REFERENCES roles (id),
  reason        TEXT    NOT NULL DEFAULT '',
  hint_body_id  INTEGER REFERENCES bodies (id),
  merged_into   INTEGER REFERENCES incidents (id),
  returns       INTEGER NOT NULL DEFAULT 0 CHECK (returns >= 0),
  posts         INTEGER NOT NULL DEFAULT 0,
  registered_at INTEGER NOT NULL,
  clock_at      INTEGER NOT NULL,
  new_at        INTEGER NOT NULL,
  assigned_at   INTEGER,
  accepted_at   INTEGER,
  frozen_at     INTEGER,
  answered_at   INTEGER,
  closed_at     INTEGER,
  step_event    INTEGER, erased_at INTEGER, objected_at INTEGER,
  CHECK (state NOT IN ('new', 'dismissed') OR official_id IS NULL),
  CHECK (state NOT IN ('assigned', 'answered') OR official_id IS NOT NULL),
  CHECK ((state = 'merged') = (merged_into IS NOT NULL)),
  CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
  CHECK ((official_id IS NULL) = (assigned_at IS NULL)),
  CHECK (accepted_at IS NULL OR official_id IS NOT NULL)
) STRICT;

CREATE INDEX incidents_kept ON incidents (registered_at) WHERE erased_at IS NULL;

CREATE INDEX incidents_merged ON incidents (merged_into) WHERE merged_into IS NOT NULL;

CREATE INDEX incidents_objected ON incidents (region_id, id) WHERE objected_at IS NOT NULL;

CREATE INDEX incidents_official ON incidents (official_id, state) WHERE official_id IS NOT NULL;

CREATE INDEX incidents_open ON incidents (id) WHERE state IN ('new', 'assigned', 'answered');

CREATE INDEX incidents_period ON incidents (region_id, registered_at, topic_id, state, reason, official_id, id);

CREATE INDEX incidents_state ON incidents (region_id, state, id);

CREATE INDEX incidents_topic ON incidents (official_id, topic_id, id) WHERE official_id IS NOT NULL;

CREATE TABLE invites (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  hash       TEXT    NOT NULL UNIQUE,
  region_id  INTEGER NOT NULL REFERENCES regions (id),
  kind       TEXT    NOT NULL CHECK (kind IN ('official', 'staff')),
  body_id    INTEGER REFERENCES bodies (id),
  chat_id    INTEGER NOT NULL REFERENCES chats (id),
  person_id  INTEGER REFERENCES people (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_by    INTEGER REFERENCES people (id),
  used_at    INTEGER,
  CHECK ((kind = 'official') = (body_id IS NOT NULL)),
  CHECK ((used_by IS NULL) = (used_at IS NULL))
) STRICT;

CREATE TABLE messages (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  chat_id     INTEGER NOT NULL REFERENCES chats (id),
  kind        TEXT    NOT NULL,
  incident_id INTEGER REFERENCES incidents (id),
  payload     TEXT    NOT NULL DEFAULT '',
  bot         INTEGER NOT NULL DEFAULT 0,
  telegram_id INTEGER,
  state       TEXT    NOT NULL CHECK (state IN ('live', 'retired', 'lost')),
  menu        TEXT    NOT NULL DEFAULT '',
  menu_until  INTEGER,
  wanted      INTEGER NOT NULL DEFAULT 1,
  shown       INTEGER NOT NULL DEFAULT 0,
  not_before  INTEGER NOT NULL DEFAULT 0,
  edited_at   INTEGER,
  created_at  INTEGER NOT NULL,
  sent_at     INTEGER
) STRICT;

CREATE INDEX messages_dirty ON messages (chat_id, id) WHERE wanted > shown AND telegram_id IS NOT NULL AND state <> 'lost';

CREATE INDEX messages_incident ON messages (incident_id) WHERE incident_id IS NOT NULL;

CREATE UNIQUE INDEX messages_live ON messages (incident_id, chat_id, kind) WHERE state = 'live' AND kind IN ('card', 'item', 'preview');

CREATE INDEX messages_menu ON messages (menu_until) WHERE menu_until IS NOT NULL;

CREATE INDEX messages_notices ON messages (created_at) WHERE kind = 'notice';

CREATE UNIQUE INDEX messages_telegram ON messages (chat_id, bot, telegram_id) WHERE telegram_id IS NOT NULL;

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE outbox (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  chat_id    INTEGER NOT NULL REFERENCES chats (id),
  message_id INTEGER NOT NULL REFERENCES messages (id),
  dedupe     TEXT    UNIQUE,
  priority   INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 9),
  sound      INTEGER NOT NULL CHECK (sound IN (0, 1)),
  repeated   INTEGER NOT NULL DEFAULT 0 CHECK (repeated IN (0, 1)),
  state      TEXT    NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'unknown', 'failed', 'superseded')),
  not_before INTEGER NOT NULL DEFAULT 0,
  attempts   INTEGER NOT NULL DEFAULT 0,
  sending_at INTEGER,
  after_id   INTEGER NOT NULL DEFAULT 0,
  done_at    INTEGER,
  error      TEXT    NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  CHECK ((state IN ('sent', 'failed', 'superseded')) = (done_at IS NOT NULL)),
  CHECK (state NOT IN ('sending', 'unknown') OR sending_at IS NOT NULL)
) STRICT;

CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL;

CREATE INDEX outbox_message ON outbox (message_id);

CREATE INDEX outbox_open ON outbox (chat_id, priority, id) WHERE state IN ('pending', 'sending', 'unknown');

CREATE TABLE people (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  messenger  TEXT    NOT NULL CHECK (messenger IN ('telegram')),
  address    INTEGER NOT NULL,
  name       TEXT    NOT NULL,
  language   TEXT    NOT NULL CHECK (language IN ('ru', 'en')),
  chat_id    INTEGER REFERENCES chats (id),
  reachable  INTEGER NOT NULL CHECK (reachable IN (0, 1)),
  created_at INTEGER NOT NULL,
  UNIQUE (messenger, address),
  CHECK (reachable = 0 OR chat_id IS NOT NULL)
) STRICT;

CREATE TABLE places (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  region_id  INTEGER NOT NULL REFERENCES regions (id),
  name       TEXT    NOT NULL CHECK (name <> ''),
  created_at INTEGER NOT NULL,
  removed_at INTEGER, rule TEXT NOT NULL DEFAULT '',
  UNIQUE (region_id, name)
) STRICT;

CREATE TABLE posts (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  network        TEXT    NOT NULL,
  kind           TEXT    NOT NULL,
  external_id    TEXT    CHECK (external_id <> ''),
  url            TEXT    CHECK (url <> ''),
  parent_url     TEXT    NOT NULL DEFAULT '',
  parent_text    TEXT    NOT NULL DEFAULT '',
  source_id      INTEGER REFERENCES sources (id),
  source_url     TEXT    NOT NULL DEFAULT '',
  source_name    TEXT    NOT NULL DEFAULT '',
  text           TEXT    NOT NULL,
  spans          TEXT    NOT NULL DEFAULT '',
  photos         INTEGER NOT NULL DEFAULT 0,
  videos         INTEGER NOT NULL DEFAULT 0,
  author_hash    BLOB,
  signature      BLOB,
  state          TEXT    NOT NULL CHECK (state IN ('ready', 'pending', 'deleted', 'erased')),
  can_publish    INTEGER NOT NULL DEFAULT 0 CHECK (can_publish IN (0, 1)),
  publish_reason TEXT    NOT NULL DEFAULT '',
  published_at   INTEGER NOT NULL,
  found_at       INTEGER NOT NULL, takes_photos INTEGER NOT NULL DEFAULT 0, edited_at INTEGER, checked_at INTEGER NOT NULL DEFAULT 0,
  CHECK (external_id IS NOT NULL OR url IS NOT NULL)
) STRICT;

CREATE INDEX posts_author ON posts (author_hash) WHERE author_hash IS NOT NULL;

CREATE UNIQUE INDEX posts_external ON posts (network, external_id) WHERE external_id IS NOT NULL;

CREATE INDEX posts_pending ON posts (id) WHERE state = 'pending';

CREATE INDEX posts_signed ON posts (found_at, id) WHERE signature IS NOT NULL;

CREATE UNIQUE INDEX posts_url ON posts (url) WHERE url IS NOT NULL;

CREATE TABLE proposals (
  incident_id INTEGER NOT NULL REFERENCES incidents (id),
  other_id    INTEGER NOT NULL REFERENCES incidents (id),
  likeness    REAL    NOT NULL,
  twin        INTEGER NOT NULL CHECK (twin IN (0, 1)),
  PRIMARY KEY (incident_id, other_id)
) STRICT;

CREATE INDEX proposals_other ON proposals (other_id);

CREATE TABLE publications (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  answer_id    INTEGER NOT NULL REFERENCES answers (id),
  post_id      INTEGER NOT NULL REFERENCES posts (id),
  state        TEXT    NOT NULL CHECK (state IN ('planned', 'sending', 'published', 'unknown', 'waiting', 'by_hand', 'impossible', 'stopped')),
  key          TEXT    NOT NULL UNIQUE,
  due_at       INTEGER NOT NULL,
  attempts     INTEGER NOT NULL DEFAULT 0,
  sending_at   INTEGER,
  external_id  TEXT    NOT NULL DEFAULT '',
  url          TEXT    NOT NULL DEFAULT '',
  checked      INTEGER NOT NULL DEFAULT 0 CHECK (checked IN (0, 1)),
  refused_url  TEXT    NOT NULL DEFAULT '',
  reason       TEXT    NOT NULL DEFAULT '',
  done_at      INTEGER, refused_by INTEGER NOT NULL DEFAULT 0, message_id INTEGER REFERENCES messages (id), photos INTEGER NOT NULL DEFAULT 0, proved_by INTEGER NOT NULL DEFAULT 0, followed_at INTEGER NOT NULL DEFAULT 0, follow_at INTEGER NOT NULL DEFAULT 0,
  UNIQUE (answer_id, post_id),
  CHECK ((state IN ('published', 'by_hand')) = (done_at IS NOT NULL))
) STRICT;

CREATE INDEX publications_done ON publications (done_at) WHERE done_at IS NOT NULL;

CREATE INDEX publications_due ON publications (due_at) WHERE state IN ('planned', 'sending');

CREATE INDEX publications_external ON publications (external_id) WHERE external_id <> '';

CREATE INDEX publications_message ON publications (message_id) WHERE message_id IS NOT NULL;

CREATE INDEX publications_post ON publications (post_id);

CREATE TABLE recent_texts (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  region_id INTEGER NOT NULL REFERENCES regions (id),
  text      TEXT    NOT NULL,
  found_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX recent_texts_found ON recent_texts (found_at);

CREATE INDEX recent_texts_region ON recent_texts (region_id, found_at);

CREATE TABLE regions (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  name            TEXT    NOT NULL UNIQUE CHECK (name <> ''),
  time_zone       TEXT    NOT NULL,
  language        TEXT    NOT NULL CHECK (language IN ('ru', 'en')),
  preset          TEXT    NOT NULL CHECK (preset IN ('day', 'working')),
  auto_close_days INTEGER NOT NULL CHECK (auto_close_days > 0),
  approval        INTEGER NOT NULL CHECK (approval IN (0, 1)),
  chain_seq       INTEGER NOT NULL DEFAULT 0,
  chain_hash      BLOB    NOT NULL,
  created_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE replies (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  publication_id INTEGER NOT NULL REFERENCES publications (id),
  incident_id    INTEGER NOT NULL REFERENCES incidents (id),
  network        TEXT NOT NULL,
  external_id    TEXT NOT NULL CHECK (external_id <> ''),
  url            TEXT NOT NULL,
  text           TEXT NOT NULL,
  author_hash    BLOB,
  kind           TEXT NOT NULL CHECK (kind IN ('thanks', 'unsolved', 'other')),
  published_at   INTEGER NOT NULL,
  found_at       INTEGER NOT NULL,
  removed_at     INTEGER,
  UNIQUE (network, external_id)
) STRICT;

CREATE INDEX replies_incident ON replies (incident_id);

CREATE TABLE roles (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id  INTEGER NOT NULL REFERENCES people (id),
  region_id  INTEGER NOT NULL REFERENCES regions (id),
  kind       TEXT    NOT NULL CHECK (kind IN ('official', 'staff')),
  body_id    INTEGER REFERENCES bodies (id),
  deputy_id  INTEGER REFERENCES roles (id),
  away_until INTEGER,
  created_at INTEGER NOT NULL,
  ended_at   INTEGER,
  CHECK ((kind = 'official') = (body_id IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX roles_once ON roles (person_id, region_id, kind) WHERE ended_at IS NULL;

CREATE INDEX roles_region ON roles (region_id, kind);

CREATE TABLE routes (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  region_id   INTEGER NOT NULL REFERENCES regions (id),
  topic_id    INTEGER REFERENCES topics (id),
  place_id    INTEGER REFERENCES places (id),
  official_id INTEGER NOT NULL REFERENCES roles (id),
  created_at  INTEGER NOT NULL,
  CHECK (topic_id IS NOT NULL OR place_id IS NOT NULL)
) STRICT;

CREATE UNIQUE INDEX routes_once ON routes (region_id, coalesce(topic_id, 0), coalesce(place_id, 0));

CREATE TABLE rules (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  topic_id   INTEGER NOT NULL REFERENCES topics (id),
  text       TEXT    NOT NULL CHECK (text <> ''),
  danger     INTEGER NOT NULL CHECK (danger IN (0, 1)),
  created_by INTEGER REFERENCES people (id),
  created_at INTEGER NOT NULL,
  removed_at INTEGER
, builtin TEXT NOT NULL DEFAULT '') STRICT;

CREATE INDEX rules_topic ON rules (topic_id);

CREATE TABLE source_days (
  source_id INTEGER NOT NULL REFERENCES sources (id),
  day       INTEGER NOT NULL,
  posts     INTEGER NOT NULL,
  hits      INTEGER NOT NULL,
  PRIMARY KEY (source_id, day)
) STRICT;

CREATE INDEX source_days_day ON source_days (day);

CREATE TABLE sources (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  region_id     INTEGER NOT NULL REFERENCES regions (id),
  network       TEXT    NOT NULL CHECK (network <> ''),
  kind          TEXT    NOT NULL CHECK (kind <> ''),
  url           TEXT    NOT NULL,
  address       TEXT    NOT NULL,
  name          TEXT    NOT NULL,
  cursor        TEXT    NOT NULL DEFAULT '',
  trouble       TEXT    NOT NULL DEFAULT '',
  failing_since INTEGER,
  told_at       INTEGER,
  last_read_at  INTEGER,
  last_post_at  INTEGER,
  next_read_at  INTEGER NOT NULL DEFAULT 0,
  created_at    INTEGER NOT NULL,
  removed_at    INTEGER
, silent_told_at INTEGER, chat_id INTEGER REFERENCES chats (id)) STRICT;

CREATE INDEX sources_chat ON sources (chat_id) WHERE chat_id IS NOT NULL;

CREATE UNIQUE INDEX sources_once ON sources (region_id, network, address) WHERE removed_at IS NULL;

CREATE TABLE streams (
  network TEXT NOT NULL,
  name    TEXT NOT NULL,
  cursor  TEXT NOT NULL,
  read_at INTEGER NOT NULL,
  PRIMARY KEY (network, name)
) STRICT;

CREATE TABLE suggestion_models (
  region_id  INTEGER PRIMARY KEY REFERENCES regions (id),
  version    INTEGER NOT NULL,
  cursor     INTEGER NOT NULL,
  data       BLOB    NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE suggestions (
  incident_id INTEGER NOT NULL REFERENCES incidents (id),
  rank        INTEGER NOT NULL CHECK (rank > 0),
  official_id INTEGER NOT NULL REFERENCES roles (id),
  score       REAL    NOT NULL,
  PRIMARY KEY (incident_id, rank)
) STRICT;

CREATE TABLE surges (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  region_id  INTEGER NOT NULL REFERENCES regions (id),
  topic_id   INTEGER NOT NULL REFERENCES topics (id),
  place_id   INTEGER REFERENCES places (id),
  posts      INTEGER NOT NULL,
  began_at   INTEGER NOT NULL,
  told_at    INTEGER,
  ended_at   INTEGER
) STRICT;

CREATE UNIQUE INDEX surges_open ON surges (region_id, topic_id, coalesce(place_id, 0)) WHERE ended_at IS NULL;

CREATE TABLE token_troubles (
  key      TEXT    NOT NULL CHECK (key <> ''),
  number   INTEGER NOT NULL,
  network  TEXT    NOT NULL,
  cause    TEXT    NOT NULL CHECK (cause <> ''),
  since    INTEGER NOT NULL,
  until    INTEGER NOT NULL,
  told_at  INTEGER,
  cured_at INTEGER,
  PRIMARY KEY (key, number)
) STRICT;

CREATE TABLE topics (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  region_id  INTEGER NOT NULL REFERENCES regions (id),
  code       TEXT    NOT NULL,
  name       TEXT    NOT NULL CHECK (name <> ''),
  importance TEXT    NOT NULL CHECK (importance IN ('normal', 'high', 'danger')),
  created_at INTEGER NOT NULL,
  removed_at INTEGER,
  UNIQUE (region_id, name)
) STRICT;

CREATE TABLE uploads (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  answer_id INTEGER NOT NULL REFERENCES answers (id),
  bot       INTEGER NOT NULL,
  address   TEXT    NOT NULL,
  state     TEXT    NOT NULL CHECK (state IN ('wanted', 'ready', 'failed')),
  trouble   TEXT    NOT NULL DEFAULT '',
  name      TEXT    NOT NULL DEFAULT '',
  data      BLOB,
  CHECK ((state = 'ready') = (data IS NOT NULL))
) STRICT;

CREATE INDEX uploads_answer ON uploads (answer_id);

CREATE INDEX uploads_wanted ON uploads (id) WHERE state = 'wanted';
