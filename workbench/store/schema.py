"""The tables of a study.  Append-only: what something is now is the last row of its history.

No primary keys or indexes: DuckDB has open bugs where an index meets deletes and updates, and the one writer
keeps uniqueness itself.
"""

TABLES = """
CREATE TABLE meta (key VARCHAR NOT NULL, value VARCHAR NOT NULL);
CREATE TABLE policies (digest VARCHAR NOT NULL, body VARCHAR NOT NULL);
CREATE TABLE people (person INTEGER NOT NULL, name VARCHAR NOT NULL, uid INTEGER, role VARCHAR NOT NULL);

CREATE TABLE files (
    file INTEGER NOT NULL, digest VARCHAR NOT NULL, name VARCHAR NOT NULL, kind VARCHAR NOT NULL,
    bytes BIGINT NOT NULL, subject VARCHAR, visit VARCHAR, position INTEGER, consent VARCHAR, protection VARCHAR,
    demographics VARCHAR);
CREATE TABLE sessions (
    session INTEGER NOT NULL, file INTEGER NOT NULL, key VARCHAR NOT NULL, words INTEGER NOT NULL);
CREATE TABLE pages (
    page INTEGER NOT NULL, session INTEGER NOT NULL, number INTEGER NOT NULL, text VARCHAR NOT NULL,
    words INTEGER NOT NULL, marks VARCHAR NOT NULL);
CREATE TABLE splits (page INTEGER NOT NULL, part INTEGER NOT NULL);
CREATE TABLE page_findings (
    page INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, entity VARCHAR NOT NULL,
    score DOUBLE NOT NULL, recognizer VARCHAR NOT NULL, explanation VARCHAR NOT NULL, keep BOOLEAN NOT NULL);
CREATE TABLE roster (subject VARCHAR NOT NULL, entity VARCHAR NOT NULL, words VARCHAR NOT NULL);
CREATE TABLE models (
    name VARCHAR NOT NULL, path VARCHAR NOT NULL, bytes BIGINT NOT NULL, digest VARCHAR NOT NULL, known VARCHAR);

CREATE TABLE exchanges (
    exchange INTEGER NOT NULL, page INTEGER NOT NULL, kind VARCHAR NOT NULL, origin VARCHAR NOT NULL,
    attempt INTEGER NOT NULL);
CREATE TABLE generations (
    exchange INTEGER NOT NULL, page INTEGER NOT NULL, attempt INTEGER NOT NULL, raw VARCHAR NOT NULL,
    malformed VARCHAR, faults VARCHAR NOT NULL,
    backend VARCHAR NOT NULL, model_digest VARCHAR NOT NULL, prompt_digest VARCHAR, parameters VARCHAR NOT NULL,
    seed BIGINT NOT NULL);
CREATE TABLE bodies (
    exchange INTEGER NOT NULL, version INTEGER NOT NULL, kind VARCHAR NOT NULL, question VARCHAR NOT NULL,
    answer VARCHAR NOT NULL, digest VARCHAR NOT NULL, policy_digest VARCHAR NOT NULL, person VARCHAR NOT NULL,
    sequence BIGINT NOT NULL);
CREATE TABLE body_findings (
    exchange INTEGER NOT NULL, version INTEGER NOT NULL, ordinal INTEGER NOT NULL, side VARCHAR NOT NULL,
    start INTEGER NOT NULL, stop INTEGER NOT NULL, entity VARCHAR NOT NULL, score DOUBLE NOT NULL,
    recognizer VARCHAR NOT NULL, explanation VARCHAR NOT NULL, state VARCHAR NOT NULL);
CREATE TABLE flags (
    exchange INTEGER NOT NULL, version INTEGER NOT NULL, ordinal INTEGER NOT NULL, kind VARCHAR NOT NULL,
    side VARCHAR, start INTEGER, stop INTEGER, explanation VARCHAR NOT NULL, source_start INTEGER,
    source_stop INTEGER);
CREATE TABLE turn_runs (
    session INTEGER NOT NULL, coach_turns INTEGER NOT NULL, short_turns INTEGER NOT NULL, records INTEGER NOT NULL,
    sequence BIGINT NOT NULL);
CREATE TABLE dismissals (
    exchange INTEGER NOT NULL, entity VARCHAR NOT NULL, folded VARCHAR NOT NULL, reason VARCHAR NOT NULL,
    sequence BIGINT NOT NULL);
CREATE TABLE decisions (
    exchange INTEGER NOT NULL, version INTEGER NOT NULL, verdict VARCHAR NOT NULL, reason VARCHAR,
    digest VARCHAR NOT NULL, policy_digest VARCHAR NOT NULL, person VARCHAR NOT NULL, face VARCHAR NOT NULL,
    time VARCHAR NOT NULL, sequence BIGINT NOT NULL);
CREATE TABLE placeholders (entity VARCHAR NOT NULL, key VARCHAR NOT NULL, number INTEGER NOT NULL);
CREATE TABLE surrogates (
    entity VARCHAR NOT NULL, key VARCHAR NOT NULL, folded VARCHAR NOT NULL, words VARCHAR NOT NULL);

CREATE TABLE releases (
    name VARCHAR NOT NULL, manifest_digest VARCHAR NOT NULL, rows INTEGER NOT NULL, sequence BIGINT NOT NULL);
CREATE TABLE release_rows (
    name VARCHAR NOT NULL, row_id VARCHAR NOT NULL, exchange INTEGER NOT NULL, version INTEGER NOT NULL,
    digest VARCHAR NOT NULL);

CREATE TABLE events (sequence BIGINT NOT NULL, line VARCHAR NOT NULL);
"""

# Pages that stand for themselves: one that was split is replaced by its parts.
# One row an exchange: its latest body and the decision, if any, that was made on exactly that version.
VIEWS = """
CREATE VIEW current_pages AS SELECT * FROM pages WHERE page NOT IN (SELECT page FROM splits);
CREATE VIEW latest AS
    SELECT b.*, d.verdict, d.reason, d.person AS decided_by, d.sequence AS decided_at, d.policy_digest AS decided_under,
           d.digest AS decided_digest
    FROM (SELECT * FROM bodies QUALIFY row_number() OVER (PARTITION BY exchange ORDER BY version DESC) = 1) b
    LEFT JOIN (SELECT * FROM decisions QUALIFY row_number() OVER (PARTITION BY exchange ORDER BY sequence DESC) = 1) d
        ON d.exchange = b.exchange AND d.version = b.version;
CREATE VIEW open_findings AS
    SELECT exchange, version, count(*) AS open FROM body_findings WHERE state = 'open' GROUP BY ALL;
"""
