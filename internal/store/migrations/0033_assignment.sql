-- compatible: adds only
-- The rules that say who looks after what customers begin. body is what members
-- chose of them as JSON, last_n the member whom a rule chose last.
CREATE TABLE assignment_rule (
	org_id      BIGINT NOT NULL,
	n           BIGINT NOT NULL,
	name        TEXT NOT NULL,
	place       BIGINT NOT NULL,
	body        TEXT NOT NULL,
	last_n      BIGINT NOT NULL,
	version     BIGINT NOT NULL,
	created_at  TIMESTAMPTZ NOT NULL,
	created_by  TEXT COLLATE "C" NOT NULL,
	modified_at TIMESTAMPTZ NOT NULL,
	modified_by TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, n)
) /* clustered */;
