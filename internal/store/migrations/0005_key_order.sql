-- An import adds the references of contacts, then their e-mail addresses, then
-- their phone numbers. Keys that follow each other in this order, behind those
-- of accounts and workspaces, are appended to the index instead of splitting
-- its pages.
UPDATE identifier SET key = 'A' || substr(key, 2) WHERE key >= 'a:' AND key < 'a;' AND type = 2;
UPDATE identifier SET key = 'D' || substr(key, 2) WHERE key >= 'd:' AND key < 'd;' AND type = 2;
UPDATE identifier SET key = 'W' || substr(key, 2) WHERE key >= 'w:' AND key < 'w;' AND type = 3;
UPDATE identifier SET key = 'c' || substr(key, 2) WHERE key >= 'r:' AND key < 'r;' AND type = 1;
UPDATE import_lost SET key = 'c' || substr(key, 2) WHERE key >= 'r:' AND key < 'r;' AND type = 1;
UPDATE attr SET field = 'W' || substr(field, 2) WHERE field >= 'w.' AND field < 'w/';
