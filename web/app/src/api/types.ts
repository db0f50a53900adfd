import type { components } from "@/api/schema.gen";

type Schemas = components["schemas"];

export type AuthToken = Schemas["AuthToken"];
export type DevOrg = Schemas["DevOrgSummary"];
export type DevUser = Schemas["DevUser"];
export type RevUser = Schemas["RevUser"];
export type SetupRequest = Schemas["SetupCreateRequest"];
export type SignInRequest = Schemas["SessionsCreateRequest"];
export type TagWithValue = Schemas["TagWithValue"];
