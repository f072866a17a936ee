CREATE TABLE schema_version (
    version BIGINT NOT NULL
);

-- Operators are never deleted: a name that is added again is a new row, so the audit stays true.
CREATE TABLE operators (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    removed_ms BIGINT
);

CREATE UNIQUE INDEX operators_by_name ON operators (name) WHERE removed_ms IS NULL;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms BIGINT NOT NULL,
    who TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT,
    address TEXT,
    session_id TEXT,
    duration_ms BIGINT,
    bytes_to_client BIGINT,
    bytes_to_console BIGINT,
    ending TEXT
);

CREATE INDEX audit_by_time ON audit (at_ms);
