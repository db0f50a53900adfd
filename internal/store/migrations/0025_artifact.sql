-- compatible: adds only
-- Files. of_type, of_n and entry say what one hangs on: the comment entry of a
-- record, or with entry 0 the record itself; of_n is 0 for what hangs nowhere.
-- attached rises with time over all files of the organisation. free_at is from
-- when a file hangs nowhere, which may lie ahead, and what is removed is found by it.
CREATE TABLE artifact (
	org_id      BIGINT NOT NULL,
	n           BIGINT NOT NULL,
	name        TEXT NOT NULL,
	type        TEXT NOT NULL,
	purpose     TEXT NOT NULL,
	version     BIGINT NOT NULL,
	kind        TEXT NOT NULL,
	size        BIGINT NOT NULL,
	of_type     SMALLINT NOT NULL,
	of_n        BIGINT NOT NULL,
	entry       BIGINT NOT NULL,
	attached    BIGINT NOT NULL,
	free_at     TIMESTAMPTZ,
	created_at  TIMESTAMPTZ NOT NULL,
	created_by  TEXT COLLATE "C" NOT NULL,
	modified_at TIMESTAMPTZ NOT NULL,
	modified_by TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, n)
) /* clustered */;
CREATE INDEX artifact_place ON artifact (org_id, of_type, of_n, entry);
CREATE INDEX artifact_free ON artifact (org_id, free_at) WHERE free_at IS NOT NULL;
CREATE INDEX artifact_waiting ON artifact (org_id, created_by) WHERE free_at IS NOT NULL;

-- The contents that a file has or had, under the names that the storage knows
-- them by. One that was not uploaded yet has none.
CREATE TABLE artifact_version (
	org_id     BIGINT NOT NULL,
	n          BIGINT NOT NULL,
	version    BIGINT NOT NULL,
	blob       TEXT COLLATE "C" NOT NULL,
	kind       TEXT NOT NULL,
	size       BIGINT NOT NULL,
	sum        TEXT NOT NULL,
	created_at TIMESTAMPTZ NOT NULL,
	created_by TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, n, version)
) /* clustered */;

-- Contents that the storage may have although nothing leads to them: not yet, while
-- they are uploaded, or no more.
CREATE TABLE artifact_lost (
	org_id  BIGINT NOT NULL,
	blob    TEXT COLLATE "C" NOT NULL,
	lost_at TIMESTAMPTZ NOT NULL,
	PRIMARY KEY (org_id, blob)
) /* clustered */;
