/** The shapes of the server's answers that the app reads. */

export type DevUser = {
  id: string;
  display_id: string;
  display_name: string;
  full_name?: string;
  email?: string;
  state?: string;
};

export type DevOrg = {
  id: string;
  display_id: string;
  display_name: string;
  dev_slug?: string;
};

export type TagWithValue = {
  tag: { id: string; display_id?: string; name: string; style_new?: { color?: string } };
  value?: string;
};

export type RevUser = {
  id: string;
  display_id: string;
  display_name: string;
  full_name?: string;
  email?: string;
  phone_numbers?: string[];
  external_ref?: string;
  external_refs?: string[];
  is_verified?: boolean;
  rev_org?: { type?: string; id: string; display_id?: string; display_name?: string };
  tags?: TagWithValue[];
  created_date?: string;
  modified_date?: string;
};

export type AuthToken = {
  id: string;
  status: string;
  requested_token_type: string;
  token_hint?: string;
  issued_at?: string;
  expires_at?: string;
};

type Session = { dev_user: DevUser; dev_org: DevOrg };

/** Every operation the app calls: what it sends and what it gets. */
export type Operations = {
  "setup.get": { request: Record<string, never>; response: { needs_setup: boolean; code_required: boolean } };
  "setup.create": {
    request: { dev_org_name: string; display_name: string; email: string; password: string; code?: string };
    response: Session;
  };
  "sessions.create": { request: { email: string; password: string; dev_org?: string }; response: Session };
  "sessions.delete": { request: Record<string, never>; response: Record<string, never> };
  "password-resets.redeem": { request: { token: string; password: string }; response: Record<string, never> };
  "dev-users.self": { request: Record<string, never>; response: { dev_user: DevUser } };
  "dev-orgs.get": { request: Record<string, never>; response: { dev_org: DevOrg } };
  "rev-users.list": {
    request: { limit: number; cursor?: string; sort_by: string[] };
    response: { rev_users: RevUser[]; next_cursor?: string };
  };
  "auth-tokens.create": {
    request: { grant_type: string; requested_token_type: string; expires_in: number; token_hint: string };
    response: { access_token: string; token_type: string; expires_in: number };
  };
  "auth-tokens.list": { request: { requested_token_type?: string }; response: { tokens: AuthToken[] } };
  "auth-tokens.delete": { request: { token_id: string }; response: Record<string, never> };
};

export type OperationName = keyof Operations;
