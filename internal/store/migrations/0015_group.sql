-- compatible: adds only
-- Groups of contacts or members. filter is that of a dynamic group, '' for a static one.
CREATE TABLE user_group (
	org_id      BIGINT NOT NULL,
	n           BIGINT NOT NULL,
	name        TEXT NOT NULL,
	name_key    TEXT COLLATE "C" NOT NULL,
	description TEXT NOT NULL,
	dynamic     BOOLEAN NOT NULL,
	of_type     SMALLINT NOT NULL,
	filter      TEXT NOT NULL,
	owner       BIGINT NOT NULL,
	created_at  TIMESTAMPTZ NOT NULL,
	created_by  TEXT COLLATE "C" NOT NULL,
	modified_at TIMESTAMPTZ NOT NULL,
	modified_by TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, n)
) /* clustered */;
CREATE UNIQUE INDEX user_group_name ON user_group (org_id, name_key);

-- Who was added to a static group. A contact that is merged keeps its row, so that
-- undoing the merge brings it back; readers are shown the survivor once.
CREATE TABLE user_group_member (
	org_id   BIGINT NOT NULL,
	group_n  BIGINT NOT NULL,
	type     SMALLINT NOT NULL,
	n        BIGINT NOT NULL,
	place_n  BIGINT NOT NULL,
	added_at TIMESTAMPTZ NOT NULL,
	added_by TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, group_n, type, n)
) /* clustered */;
CREATE INDEX user_group_member_of ON user_group_member (org_id, type, n);
