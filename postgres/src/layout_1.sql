-- Layout 1. Texts are bytes: a name can have any character, and their order is that of the bytes on every machine. Rows of executions are inserted and
-- deleted, and hardly ever updated: an update of a row with indexes would write all of its index entries again.

CREATE TABLE layout (
    id integer PRIMARY KEY CHECK (id = 1),
    version integer NOT NULL
);
INSERT INTO layout VALUES (1, 1);

-- Each transaction adds the number after the last one. See `numbers.rs`. `changed` are the keys of the executions that it changes, for standbys.
CREATE TABLE commits (
    n bigint PRIMARY KEY,
    epoch bigint NOT NULL,
    owner uuid NOT NULL,
    changed bigint[] NOT NULL
);
INSERT INTO commits VALUES (0, 0, '00000000-0000-0000-0000-000000000000', '{}');

-- Which engine should write. See `lease.rs`.
CREATE TABLE lease (
    id integer PRIMARY KEY CHECK (id = 1),
    epoch bigint NOT NULL,
    owner uuid NOT NULL,
    holder text NOT NULL,
    expires timestamptz NOT NULL
);
INSERT INTO lease VALUES (1, 0, '00000000-0000-0000-0000-000000000000', '', '-infinity');

CREATE TABLE machines (
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name bytea NOT NULL,
    hash bytea NOT NULL,
    type text NOT NULL,
    definition bytea NOT NULL,
    UNIQUE (name, hash)
);
-- The versions that executions started with, also those that were deleted. `machine` is the first version of the same name.
CREATE TABLE versions (
    id bigint PRIMARY KEY,
    machine bigint NOT NULL,
    name bytea NOT NULL,
    hash bytea NOT NULL
);

CREATE TABLE executions (
    key bigint PRIMARY KEY,
    arn bytea NOT NULL UNIQUE,
    name bytea NOT NULL,
    machine bigint NOT NULL,
    version bigint NOT NULL,
    map_run bytea,
    number bigint,
    -- The start of an execution; the number of a child.
    position bigint NOT NULL,
    started bigint NOT NULL,
    has_origin boolean NOT NULL,
    origin_machine bytea,
    origin_version bytea,
    origin_alias bytea,
    redrives bigint NOT NULL,
    redriven bigint,
    items bigint
);
CREATE INDEX executions_by_start ON executions (position, key) WHERE map_run IS NULL;
CREATE INDEX executions_of_machine ON executions (machine, position, key) WHERE map_run IS NULL;
CREATE INDEX executions_of_map_run ON executions (map_run, position, key) WHERE map_run IS NOT NULL;
CREATE INDEX executions_of_version ON executions (version);
CREATE INDEX executions_redriven ON executions (position, key) WHERE map_run IS NULL AND redrives > 0;
CREATE INDEX executions_of_origin_version ON executions (origin_version, position, key) WHERE map_run IS NULL AND origin_version IS NOT NULL;
CREATE INDEX executions_of_alias ON executions (origin_alias, position, key) WHERE map_run IS NULL AND origin_alias IS NOT NULL;

-- The executions that run.
CREATE TABLE open (key bigint PRIMARY KEY);
-- The status of the others.
CREATE TABLE ends (
    key bigint PRIMARY KEY,
    status text NOT NULL,
    stopped bigint
);
CREATE INDEX ends_by_time ON ends (stopped, key);
CREATE INDEX ends_failed ON ends (status, key) WHERE status NOT IN ('RUNNING', 'SUCCEEDED');

CREATE TABLE records (
    key bigint,
    seq bigint,
    data bytea NOT NULL,
    PRIMARY KEY (key, seq)
);
CREATE TABLE map_runs (
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    arn bytea NOT NULL UNIQUE,
    execution bigint NOT NULL,
    data bytea NOT NULL
);
CREATE INDEX map_runs_of_execution ON map_runs (execution);
CREATE TABLE activities (arn bytea PRIMARY KEY, created bigint NOT NULL);
CREATE TABLE documents (key bytea PRIMARY KEY, data bytea NOT NULL);
CREATE TABLE outbox (
    queue integer,
    number bigint,
    data bytea NOT NULL,
    PRIMARY KEY (queue, number)
);

-- The search index of the console: the texts of executions, with numbers of their parts of three characters. See `search_index.rs`. The masks are those
-- of all texts.
CREATE TABLE search_masks (masks bytea NOT NULL);
CREATE TABLE search_entries (
    key bigint PRIMARY KEY,
    arn bytea NOT NULL,
    started bigint NOT NULL,
    stopped bigint,
    input bytea NOT NULL,
    output bytea NOT NULL,
    error bytea NOT NULL,
    cause bytea NOT NULL,
    trigrams integer[] NOT NULL
);
CREATE INDEX search_entries_by_start ON search_entries (started, key);
CREATE INDEX search_entries_open ON search_entries (key) WHERE stopped IS NULL;
CREATE INDEX search_entries_by_trigram ON search_entries USING gin (trigrams);

-- The log lines of task handlers. See `handler_logs.rs`. `last` is the number of the newest line.
CREATE TABLE logs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    arn bytea NOT NULL UNIQUE,
    last bigint NOT NULL,
    dropped bigint NOT NULL
);
CREATE TABLE log_lines (
    log bigint,
    number bigint,
    bytes bigint NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (log, number)
);

-- Records are compressed already where that helps, and the small tables lose as many rows as they get.
ALTER TABLE records ALTER COLUMN data SET STORAGE EXTERNAL;
ALTER TABLE open SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01);
ALTER TABLE outbox SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01);
ALTER TABLE commits SET (autovacuum_vacuum_scale_factor = 0.01);
ALTER TABLE search_entries SET (autovacuum_vacuum_scale_factor = 0.01);
ALTER TABLE logs SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01);
ALTER TABLE log_lines SET (autovacuum_vacuum_scale_factor = 0.01);
