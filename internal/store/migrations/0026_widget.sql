-- compatible: adds only
-- The chat widgets that an organisation puts on its pages. body is their settings
-- as JSON, root the token that their visitors' sessions hang on.
CREATE TABLE widget (
	org_id      BIGINT NOT NULL,
	n           BIGINT NOT NULL,
	app_id      TEXT COLLATE "C" NOT NULL,
	name        TEXT NOT NULL,
	body        TEXT NOT NULL,
	account_n   BIGINT NOT NULL,
	root        TEXT COLLATE "C" NOT NULL,
	version     BIGINT NOT NULL,
	created_at  TIMESTAMPTZ NOT NULL,
	created_by  TEXT COLLATE "C" NOT NULL,
	modified_at TIMESTAMPTZ NOT NULL,
	modified_by TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, n)
) /* clustered */;
CREATE UNIQUE INDEX widget_app ON widget (org_id, app_id);
