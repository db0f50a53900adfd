-- Workspaces are found and counted by their tier and environment as by their tags.
-- Older programs must not write beside it: they would not keep the entries.
INSERT INTO attr (org_id, field, value, n) SELECT org_id, 'W.tier', tier, n FROM workspace WHERE tier <> '';
INSERT INTO attr (org_id, field, value, n) SELECT org_id, 'W.environment', environment, n FROM workspace WHERE environment <> '';
