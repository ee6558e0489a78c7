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
    time VARCHAR NOT NULL, review_round VARCHAR NOT NULL, milliseconds BIGINT, words INTEGER,
    sequence BIGINT NOT NULL);
CREATE TABLE standings (
    exchange INTEGER NOT NULL, kind VARCHAR NOT NULL, origin VARCHAR NOT NULL, page INTEGER NOT NULL,
    session INTEGER NOT NULL, number INTEGER NOT NULL, version INTEGER NOT NULL, state VARCHAR NOT NULL,
    flags VARCHAR NOT NULL, open INTEGER NOT NULL, words INTEGER NOT NULL, short BOOLEAN NOT NULL,
    risk VARCHAR NOT NULL, reviewer VARCHAR, sequence BIGINT NOT NULL);
CREATE TABLE marks (
    page INTEGER NOT NULL, exchange INTEGER, start INTEGER, stop INTEGER, entity VARCHAR NOT NULL,
    words VARCHAR NOT NULL, person VARCHAR NOT NULL, removed BOOLEAN NOT NULL, sequence BIGINT NOT NULL);
CREATE TABLE notes (
    note INTEGER NOT NULL, exchange INTEGER NOT NULL, person VARCHAR NOT NULL, time VARCHAR NOT NULL, words VARCHAR,
    sequence BIGINT NOT NULL);
CREATE TABLE steps (
    step INTEGER NOT NULL, person VARCHAR NOT NULL, sitting VARCHAR NOT NULL, exchange INTEGER NOT NULL,
    kind VARCHAR NOT NULL, state VARCHAR NOT NULL, before VARCHAR NOT NULL, after VARCHAR NOT NULL,
    sequence BIGINT NOT NULL);
CREATE TABLE sittings (
    sitting VARCHAR NOT NULL, person VARCHAR NOT NULL, state VARCHAR NOT NULL, time VARCHAR NOT NULL,
    policy_digest VARCHAR NOT NULL, sequence BIGINT NOT NULL);
CREATE TABLE claims (
    exchange INTEGER NOT NULL, person VARCHAR NOT NULL, sitting VARCHAR NOT NULL, held BOOLEAN NOT NULL,
    reason VARCHAR, sequence BIGINT NOT NULL);
CREATE TABLE drafts (
    exchange INTEGER NOT NULL, person VARCHAR NOT NULL, version INTEGER NOT NULL, question VARCHAR, answer VARCHAR,
    time VARCHAR NOT NULL, sequence BIGINT NOT NULL);
CREATE TABLE plants (
    exchange INTEGER NOT NULL, page INTEGER NOT NULL, side VARCHAR NOT NULL, start INTEGER NOT NULL,
    stop INTEGER NOT NULL, entity VARCHAR NOT NULL, words VARCHAR NOT NULL, explanation VARCHAR NOT NULL);
CREATE TABLE catches (
    exchange INTEGER NOT NULL, person VARCHAR NOT NULL, caught BOOLEAN NOT NULL, time VARCHAR NOT NULL,
    sequence BIGINT NOT NULL);
CREATE TABLE passphrases (
    person VARCHAR NOT NULL, salt VARCHAR NOT NULL, digest VARCHAR NOT NULL, sequence BIGINT NOT NULL);
CREATE TABLE tokens (
    person VARCHAR NOT NULL, digest VARCHAR NOT NULL, revoked BOOLEAN NOT NULL, sequence BIGINT NOT NULL);
CREATE TABLE placeholders (entity VARCHAR NOT NULL, key VARCHAR NOT NULL, number INTEGER NOT NULL);
CREATE TABLE surrogates (
    entity VARCHAR NOT NULL, key VARCHAR NOT NULL, folded VARCHAR NOT NULL, words VARCHAR NOT NULL);

CREATE TABLE consent_changes (
    subject VARCHAR NOT NULL, scopes VARCHAR NOT NULL, withdrawn BOOLEAN NOT NULL, date VARCHAR NOT NULL,
    sequence BIGINT NOT NULL);
CREATE TABLE rescans (
    exchange INTEGER NOT NULL, version INTEGER NOT NULL, detector VARCHAR NOT NULL, found VARCHAR NOT NULL,
    sequence BIGINT NOT NULL);
CREATE TABLE steward_keys (person VARCHAR NOT NULL, key VARCHAR NOT NULL, sequence BIGINT NOT NULL);
CREATE TABLE releases (
    name VARCHAR NOT NULL, version VARCHAR NOT NULL, manifest_digest VARCHAR NOT NULL, rows INTEGER NOT NULL,
    person VARCHAR NOT NULL, path VARCHAR NOT NULL, time VARCHAR NOT NULL, sequence BIGINT NOT NULL);
CREATE TABLE release_rows (
    name VARCHAR NOT NULL, row_id VARCHAR NOT NULL, exchange INTEGER NOT NULL, version INTEGER NOT NULL,
    digest VARCHAR NOT NULL);
CREATE TABLE signatures (
    name VARCHAR NOT NULL, person VARCHAR NOT NULL, key VARCHAR NOT NULL, signature VARCHAR NOT NULL,
    sequence BIGINT NOT NULL);
CREATE TABLE revocations (
    name VARCHAR NOT NULL, row_id VARCHAR NOT NULL, reason VARCHAR NOT NULL, sequence BIGINT NOT NULL);
CREATE TABLE samples (
    sample INTEGER NOT NULL, seed VARCHAR NOT NULL, commitment VARCHAR NOT NULL, rows INTEGER NOT NULL,
    log_size BIGINT NOT NULL, state VARCHAR NOT NULL, sequence BIGINT NOT NULL);
CREATE TABLE sampled (
    sample INTEGER NOT NULL, exchange INTEGER NOT NULL, version INTEGER NOT NULL, digest VARCHAR NOT NULL,
    session INTEGER NOT NULL, subject VARCHAR NOT NULL);
CREATE TABLE sample_frames (sample INTEGER NOT NULL, exchange INTEGER NOT NULL, version INTEGER NOT NULL);
CREATE TABLE second_looks (
    sample INTEGER NOT NULL, exchange INTEGER NOT NULL, person VARCHAR NOT NULL, leak BOOLEAN NOT NULL,
    entity VARCHAR, sequence BIGINT NOT NULL);

CREATE TABLE events (sequence BIGINT NOT NULL, line VARCHAR NOT NULL);
"""

# Pages that stand for themselves: one that was split is replaced by its parts; a planted one is none.
# One row an exchange: its latest body.
# Consent is that of the file until the subject's last change of it.
# A mark of a reviewer stands unless it was taken back; one without an exchange is a finding of its page.
VIEWS = """
CREATE VIEW current_pages AS
    SELECT * FROM pages WHERE page NOT IN (SELECT page FROM splits) AND page NOT IN (SELECT page FROM plants);
CREATE VIEW latest AS
    SELECT * FROM bodies JOIN (SELECT exchange, max(version) AS version FROM bodies GROUP BY exchange)
        USING (exchange, version);
CREATE VIEW current_marks AS
    SELECT page, exchange, start, stop, entity, words, max(sequence) AS sequence FROM marks GROUP BY ALL
    HAVING count(*) FILTER (NOT removed) > count(*) FILTER (removed);
CREATE VIEW found_on_pages AS
    SELECT * FROM page_findings UNION ALL
    SELECT page, start, stop, entity, 1.0, 'reviewer', 'marked by a reviewer', false FROM current_marks
    WHERE exchange IS NULL;
CREATE VIEW current_consents AS
    SELECT session, CASE WHEN c.subject IS NULL THEN consent ELSE to_json(
        {'scopes': from_json(c.scopes, '["VARCHAR"]'), 'withdrawn': CASE WHEN c.withdrawn THEN c.date END,
         'form_version': consent ->> 'form_version', 'date': c.date})::VARCHAR END AS consent
    FROM sessions JOIN files f USING (file) LEFT JOIN (
        SELECT * FROM consent_changes WHERE sequence IN (SELECT max(sequence) FROM consent_changes GROUP BY subject)) c
        ON c.subject = f.subject;
CREATE VIEW open_findings AS
    SELECT exchange, version, count(*) AS open FROM body_findings WHERE state = 'open' GROUP BY ALL;
"""
