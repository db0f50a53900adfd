-- Kith schema, first release.
-- One text for both engines. "/* clustered */" after a table's closing
-- parenthesis becomes WITHOUT ROWID on SQLite, and COLLATE "C" is dropped there:
-- SQLite compares bytes by default. Timestamps are UTC; on SQLite they are
-- fixed-width text, so they sort as text.

CREATE TABLE org (
	org_id     BIGINT NOT NULL PRIMARY KEY,
	name       TEXT NOT NULL,
	slug       TEXT NOT NULL UNIQUE,
	public     TEXT NOT NULL UNIQUE,
	settings   TEXT NOT NULL,
	created_at TIMESTAMPTZ NOT NULL
);

-- The one table without org_id first: it finds the org of a token hash or of a
-- member's e-mail at sign-in.
CREATE TABLE routes (
	kind   TEXT COLLATE "C" NOT NULL,
	key    TEXT COLLATE "C" NOT NULL,
	org_id BIGINT NOT NULL,
	PRIMARY KEY (kind, key, org_id)
) /* clustered */;

CREATE TABLE counter (
	org_id BIGINT NOT NULL,
	type   TEXT COLLATE "C" NOT NULL,
	n      BIGINT NOT NULL,
	PRIMARY KEY (org_id, type)
) /* clustered */;

CREATE TABLE member (
	org_id       BIGINT NOT NULL,
	n            BIGINT NOT NULL,
	email        TEXT NOT NULL,
	email_key    TEXT COLLATE "C" NOT NULL,
	display_name TEXT NOT NULL,
	full_name    TEXT NOT NULL,
	state        TEXT NOT NULL,
	role         TEXT NOT NULL,
	password     TEXT NOT NULL,
	created_at   TIMESTAMPTZ NOT NULL,
	modified_at  TIMESTAMPTZ NOT NULL,
	PRIMARY KEY (org_id, n)
) /* clustered */;
CREATE UNIQUE INDEX member_email ON member (org_id, email_key);

-- Personal tokens, browser sessions and password links; only hashes are kept.
CREATE TABLE token (
	org_id     BIGINT NOT NULL,
	id         TEXT COLLATE "C" NOT NULL,
	kind       TEXT NOT NULL,
	hash       TEXT COLLATE "C" NOT NULL,
	subject    TEXT COLLATE "C" NOT NULL,
	hint       TEXT NOT NULL,
	scopes     TEXT NOT NULL,
	created_at TIMESTAMPTZ NOT NULL,
	expires_at TIMESTAMPTZ,
	revoked_at TIMESTAMPTZ,
	PRIMARY KEY (org_id, id)
) /* clustered */;
CREATE UNIQUE INDEX token_hash ON token (org_id, hash);
CREATE INDEX token_subject ON token (org_id, subject, kind);

CREATE TABLE signing_key (
	kid        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	sealed     BYTEA NOT NULL,
	created_at TIMESTAMPTZ NOT NULL
);

-- The only identity index. key is the kind's letter and the normalised value;
-- holder is 0 where one record may have the key and the record where it is shared.
-- A row whose record does not exist is a reservation of a running import.
CREATE TABLE identifier (
	org_id BIGINT NOT NULL,
	key    TEXT COLLATE "C" NOT NULL,
	holder BIGINT NOT NULL,
	type   SMALLINT NOT NULL,
	n      BIGINT NOT NULL,
	main   BOOLEAN NOT NULL,
	PRIMARY KEY (org_id, key, holder)
) /* clustered */;

-- Not clustered: rows are wide, and appending them to a table by row id costs a
-- third less on SQLite than keeping them in the tree of their key.
CREATE TABLE contact (
	org_id       BIGINT NOT NULL,
	n            BIGINT NOT NULL,
	display_name TEXT NOT NULL,
	name_key     TEXT COLLATE "C" NOT NULL,
	email_key    TEXT COLLATE "C" NOT NULL,
	full_name    TEXT NOT NULL,
	description  TEXT NOT NULL,
	identifiers  TEXT NOT NULL,
	associations TEXT NOT NULL,
	owners       TEXT NOT NULL,
	tags         TEXT NOT NULL,
	verified     BOOLEAN NOT NULL,
	state        TEXT NOT NULL,
	import_n     BIGINT NOT NULL,
	version      BIGINT NOT NULL,
	created_at   TIMESTAMPTZ NOT NULL,
	created_by   TEXT COLLATE "C" NOT NULL,
	modified_at  TIMESTAMPTZ NOT NULL,
	modified_by  TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, n)
);
CREATE INDEX contact_created ON contact (org_id, created_at, n);
CREATE INDEX contact_modified ON contact (org_id, modified_at, n);
CREATE INDEX contact_author ON contact (org_id, created_by, n);
CREATE INDEX contact_without_email ON contact (org_id, n) WHERE email_key = '';
CREATE INDEX contact_unverified ON contact (org_id, n) WHERE verified = FALSE;

CREATE TABLE account (
	org_id       BIGINT NOT NULL,
	n            BIGINT NOT NULL,
	display_name TEXT NOT NULL,
	name_key     TEXT COLLATE "C" NOT NULL,
	description  TEXT NOT NULL,
	refs         TEXT NOT NULL,
	domains      TEXT NOT NULL,
	websites     TEXT NOT NULL,
	tier         TEXT NOT NULL,
	parent_n     BIGINT NOT NULL,
	workspace_n  BIGINT NOT NULL,
	owners       TEXT NOT NULL,
	tags         TEXT NOT NULL,
	import_n     BIGINT NOT NULL,
	version      BIGINT NOT NULL,
	created_at   TIMESTAMPTZ NOT NULL,
	created_by   TEXT COLLATE "C" NOT NULL,
	modified_at  TIMESTAMPTZ NOT NULL,
	modified_by  TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, n)
) /* clustered */;
CREATE INDEX account_created ON account (org_id, created_at, n);
CREATE INDEX account_modified ON account (org_id, modified_at, n);
CREATE INDEX account_author ON account (org_id, created_by, n);

CREATE TABLE workspace (
	org_id       BIGINT NOT NULL,
	n            BIGINT NOT NULL,
	account_n    BIGINT NOT NULL,
	display_name TEXT NOT NULL,
	name_key     TEXT COLLATE "C" NOT NULL,
	description  TEXT NOT NULL,
	ref          TEXT NOT NULL,
	domain       TEXT NOT NULL,
	environment  TEXT NOT NULL,
	tier         TEXT NOT NULL,
	is_default   BOOLEAN NOT NULL,
	owners       TEXT NOT NULL,
	tags         TEXT NOT NULL,
	import_n     BIGINT NOT NULL,
	version      BIGINT NOT NULL,
	created_at   TIMESTAMPTZ NOT NULL,
	created_by   TEXT COLLATE "C" NOT NULL,
	modified_at  TIMESTAMPTZ NOT NULL,
	modified_by  TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, n)
) /* clustered */;
CREATE INDEX workspace_created ON workspace (org_id, created_at, n);
CREATE INDEX workspace_modified ON workspace (org_id, modified_at, n);
CREATE INDEX workspace_author ON workspace (org_id, created_by, n);

CREATE TABLE tag (
	org_id         BIGINT NOT NULL,
	n              BIGINT NOT NULL,
	name           TEXT NOT NULL,
	name_key       TEXT COLLATE "C" NOT NULL,
	description    TEXT NOT NULL,
	allowed_values TEXT NOT NULL,
	color          TEXT NOT NULL,
	created_at     TIMESTAMPTZ NOT NULL,
	created_by     TEXT COLLATE "C" NOT NULL,
	modified_at    TIMESTAMPTZ NOT NULL,
	modified_by    TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, n)
) /* clustered */;
CREATE UNIQUE INDEX tag_name ON tag (org_id, name_key);
CREATE INDEX tag_created ON tag (org_id, created_at, n);
CREATE INDEX tag_modified ON tag (org_id, modified_at, n);

-- The inverted index of everything that lists filter or sort by and that is not
-- a column with an index of its own. field starts with the record's letter
-- (c contact, a account, w workspace); value is encoded so that its bytes sort.
-- Entries may stand before their record does: the record makes them count.
CREATE TABLE attr (
	org_id BIGINT NOT NULL,
	field  TEXT COLLATE "C" NOT NULL,
	value  TEXT COLLATE "C" NOT NULL,
	n      BIGINT NOT NULL,
	PRIMARY KEY (org_id, field, value, n)
) /* clustered */;

-- Who changed what, when, before and after. The creation of a record by an
-- import is told by the record's import_n.
CREATE TABLE history (
	org_id BIGINT NOT NULL,
	type   SMALLINT NOT NULL,
	n      BIGINT NOT NULL,
	id     BIGINT NOT NULL,
	at     TIMESTAMPTZ NOT NULL,
	actor  TEXT COLLATE "C" NOT NULL,
	op     TEXT COLLATE "C" NOT NULL,
	delta  TEXT NOT NULL,
	PRIMARY KEY (org_id, type, n, id)
) /* clustered */;

-- What readers of changes are told; n to n_to is a range for bulk creation.
CREATE TABLE outbox (
	org_id BIGINT NOT NULL,
	id     BIGINT NOT NULL,
	type   SMALLINT NOT NULL,
	op     TEXT COLLATE "C" NOT NULL,
	n      BIGINT NOT NULL,
	n_to   BIGINT NOT NULL,
	at     TIMESTAMPTZ NOT NULL,
	PRIMARY KEY (org_id, id)
) /* clustered */;

-- Deleted records, kept for 90 days.
CREATE TABLE trash (
	org_id     BIGINT NOT NULL,
	type       SMALLINT NOT NULL,
	n          BIGINT NOT NULL,
	body       TEXT NOT NULL,
	deleted_at TIMESTAMPTZ NOT NULL,
	deleted_by TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, type, n)
) /* clustered */;
CREATE INDEX trash_age ON trash (org_id, deleted_at);

CREATE TABLE import (
	org_id      BIGINT NOT NULL,
	n           BIGINT NOT NULL,
	type        SMALLINT NOT NULL,
	state       TEXT COLLATE "C" NOT NULL,
	file_name   TEXT NOT NULL,
	node        TEXT COLLATE "C" NOT NULL,
	options     TEXT NOT NULL,
	progress    TEXT NOT NULL,
	n_from      BIGINT NOT NULL,
	n_to        BIGINT NOT NULL,
	done_row    BIGINT NOT NULL,
	error       TEXT NOT NULL,
	lease       TEXT COLLATE "C" NOT NULL,
	lease_until TIMESTAMPTZ,
	created_at  TIMESTAMPTZ NOT NULL,
	created_by  TEXT COLLATE "C" NOT NULL,
	modified_at TIMESTAMPTZ NOT NULL,
	PRIMARY KEY (org_id, n)
) /* clustered */;

-- The rows that an import could not take, with every problem of each.
CREATE TABLE import_failure (
	org_id   BIGINT NOT NULL,
	import_n BIGINT NOT NULL,
	row_n    BIGINT NOT NULL,
	body     TEXT NOT NULL,
	PRIMARY KEY (org_id, import_n, row_n)
) /* clustered */;

-- Which orgs have imports to run: a worker looks here, never across tenants.
CREATE TABLE import_due (
	org_id BIGINT NOT NULL,
	n      BIGINT NOT NULL,
	PRIMARY KEY (org_id, n)
) /* clustered */;

-- Records whose reservation another writer took while the import ran.
CREATE TABLE import_lost (
	org_id BIGINT NOT NULL,
	type   SMALLINT NOT NULL,
	n      BIGINT NOT NULL,
	key    TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, type, n, key)
) /* clustered */;

-- What an import changed on existing records, for its undo: the record before
-- the import's first change and the version after its last.
CREATE TABLE import_change (
	org_id   BIGINT NOT NULL,
	import_n BIGINT NOT NULL,
	type     SMALLINT NOT NULL,
	n        BIGINT NOT NULL,
	version  BIGINT NOT NULL,
	before   TEXT NOT NULL,
	PRIMARY KEY (org_id, import_n, type, n)
) /* clustered */;
