-- References of workspaces that were merged into this one, which lead to it.
ALTER TABLE workspace ADD COLUMN other_refs TEXT NOT NULL DEFAULT '';
