-- Merges of records, and through which identifier a change came.
-- Older programs would write past the members of a merged record, so they cannot
-- work with this.

-- Which records are one record now. Every member of such a record has a row, the
-- survivor too: survivor is the record that lists and reads show, into_n the
-- member that this one was merged into (0 for the survivor) by merge merge_n.
-- body is the member as it would be alone, kept up to date with what arrives
-- through its identifiers.
CREATE TABLE alias (
	org_id   BIGINT NOT NULL,
	type     SMALLINT NOT NULL,
	n        BIGINT NOT NULL,
	survivor BIGINT NOT NULL,
	into_n   BIGINT NOT NULL,
	merge_n  BIGINT NOT NULL,
	body     TEXT NOT NULL,
	PRIMARY KEY (org_id, type, n)
) /* clustered */;
CREATE INDEX alias_survivor ON alias (org_id, type, survivor, n);

-- Every merge there was, undone or not.
CREATE TABLE merge (
	org_id      BIGINT NOT NULL,
	n           BIGINT NOT NULL,
	type        SMALLINT NOT NULL,
	primary_n   BIGINT NOT NULL,
	secondary_n BIGINT NOT NULL,
	state       TEXT COLLATE "C" NOT NULL,
	made_at     TIMESTAMPTZ NOT NULL,
	made_by     TEXT COLLATE "C" NOT NULL,
	undone_at   TIMESTAMPTZ,
	undone_by   TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, n)
) /* clustered */;
CREATE INDEX merge_primary ON merge (org_id, type, primary_n, n);
CREATE INDEX merge_secondary ON merge (org_id, type, secondary_n, n);

-- Changes that members made to merged records: history entry id of record n.
-- merge_n is the latest merge of the record at that time, so that the undo of a
-- merge finds what was changed since.
CREATE TABLE merge_edit (
	org_id  BIGINT NOT NULL,
	type    SMALLINT NOT NULL,
	n       BIGINT NOT NULL,
	merge_n BIGINT NOT NULL,
	id      BIGINT NOT NULL,
	PRIMARY KEY (org_id, type, n, merge_n, id)
) /* clustered */;

-- Whether other contacts were merged into this one.
ALTER TABLE contact ADD COLUMN merged BOOLEAN NOT NULL DEFAULT FALSE;

-- The identifier through which a change came and its source; both are empty for
-- changes that members made.
ALTER TABLE history ADD COLUMN via TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE history ADD COLUMN source TEXT NOT NULL DEFAULT '';
CREATE INDEX history_via ON history (org_id, type, n, via, id) WHERE via <> '';
