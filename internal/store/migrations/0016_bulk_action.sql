-- compatible: adds only
-- Changes of all records that a filter finds. spec is what the user chose, at_part
-- the part that was worked on last. Who works on it holds the lease.
CREATE TABLE bulk_action (
	org_id      BIGINT NOT NULL,
	n           BIGINT NOT NULL,
	type        SMALLINT NOT NULL,
	state       TEXT COLLATE "C" NOT NULL,
	spec        TEXT NOT NULL,
	progress    TEXT NOT NULL,
	at_part     BIGINT NOT NULL,
	error       TEXT NOT NULL,
	lease       TEXT COLLATE "C" NOT NULL,
	lease_until TIMESTAMPTZ,
	created_at  TIMESTAMPTZ NOT NULL,
	created_by  TEXT COLLATE "C" NOT NULL,
	modified_at TIMESTAMPTZ NOT NULL,
	PRIMARY KEY (org_id, n)
) /* clustered */;

-- The records that an action is about, some hundreds in a row: body has their
-- numbers, up_to is the last of them. done is what was changed about them, ''
-- before, and is what the undo goes by.
CREATE TABLE bulk_action_part (
	org_id   BIGINT NOT NULL,
	action_n BIGINT NOT NULL,
	up_to    BIGINT NOT NULL,
	body     TEXT NOT NULL,
	done     TEXT NOT NULL,
	PRIMARY KEY (org_id, action_n, up_to)
) /* clustered */;

-- The records that an action, or its undo, could not change, with the reason.
CREATE TABLE bulk_action_note (
	org_id   BIGINT NOT NULL,
	action_n BIGINT NOT NULL,
	place    BIGINT NOT NULL,
	n        BIGINT NOT NULL,
	outcome  TEXT NOT NULL,
	code     TEXT NOT NULL,
	field    TEXT NOT NULL,
	message  TEXT NOT NULL,
	PRIMARY KEY (org_id, action_n, place)
) /* clustered */;

-- Which orgs have actions to run: a worker looks here, never across tenants.
CREATE TABLE bulk_action_due (
	org_id BIGINT NOT NULL,
	n      BIGINT NOT NULL,
	PRIMARY KEY (org_id, n)
) /* clustered */;
