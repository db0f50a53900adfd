-- compatible: adds only
-- What requests with an idempotency key were answered, for a day: request is a
-- hash of what was asked, answer the body.
CREATE TABLE idempotency (
	org_id     BIGINT NOT NULL,
	caller     TEXT COLLATE "C" NOT NULL,
	key        TEXT COLLATE "C" NOT NULL,
	request    TEXT COLLATE "C" NOT NULL,
	answer     TEXT NOT NULL,
	created_at TIMESTAMPTZ NOT NULL,
	PRIMARY KEY (org_id, caller, key)
) /* clustered */;
CREATE INDEX idempotency_age ON idempotency (org_id, created_at);
