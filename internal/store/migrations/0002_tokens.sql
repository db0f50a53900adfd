-- compatible: adds only
-- Tokens of every kind, and what unproven visitors say of themselves.

-- Programs that act for the org; an application token's subject.
CREATE TABLE service_account (
	org_id       BIGINT NOT NULL,
	n            BIGINT NOT NULL,
	display_name TEXT NOT NULL,
	name_key     TEXT COLLATE "C" NOT NULL,
	client_id    TEXT COLLATE "C" NOT NULL,
	created_at   TIMESTAMPTZ NOT NULL,
	created_by   TEXT COLLATE "C" NOT NULL,
	modified_at  TIMESTAMPTZ NOT NULL,
	modified_by  TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, n)
) /* clustered */;
CREATE UNIQUE INDEX service_account_name ON service_account (org_id, name_key);
CREATE UNIQUE INDEX service_account_client ON service_account (org_id, client_id);

-- parent is the token that this one was exchanged for, via who obtained it for
-- somebody else, kid the key that signed it. Tokens that live for minutes are
-- known by their id; their hash is jti: and the id.
ALTER TABLE token ADD COLUMN client_id TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE token ADD COLUMN parent TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE token ADD COLUMN via TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE token ADD COLUMN kid TEXT COLLATE "C" NOT NULL DEFAULT 'kith-1';
CREATE INDEX token_client ON token (org_id, client_id, created_at) WHERE client_id <> '';
CREATE INDEX token_parent ON token (org_id, parent) WHERE parent <> '';
CREATE INDEX token_expiry ON token (org_id, expires_at);

-- Entries of the history whose actor somebody else acted as, and who.
CREATE TABLE acted (
	org_id BIGINT NOT NULL,
	type   SMALLINT NOT NULL,
	n      BIGINT NOT NULL,
	id     BIGINT NOT NULL,
	via    TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, type, n, id)
) /* clustered */;

-- What a browser or public token says of its visitor, apart from what is known:
-- not unique, and never in the identifier index. key is the kind's letter and
-- the normalised value, secret the hash of what the visitor's browser keeps.
CREATE TABLE claim (
	org_id     BIGINT NOT NULL,
	n          BIGINT NOT NULL,
	key        TEXT COLLATE "C" NOT NULL,
	value      TEXT NOT NULL,
	secret     TEXT COLLATE "C" NOT NULL,
	created_at TIMESTAMPTZ NOT NULL,
	seen_at    TIMESTAMPTZ NOT NULL,
	PRIMARY KEY (org_id, n, key)
) /* clustered */;
CREATE INDEX claim_key ON claim (org_id, key);
CREATE INDEX claim_secret ON claim (org_id, secret);
