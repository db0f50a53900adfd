import type { components } from "@/api/schema.gen";

type Schemas = components["schemas"];

export type Account = Schemas["Account"];
export type Association = Schemas["Association"];
export type AuthToken = Schemas["AuthToken"];
export type BulkAction = Schemas["BulkAction"];
export type DevOrg = Schemas["DevOrgSummary"];
export type DevUser = Schemas["DevUser"];
export type FilterTree = Schemas["FilterTree"];
export type RevOrg = Schemas["RevOrg"];
export type RevUser = Schemas["RevUser"];
export type SchemaField = Schemas["SchemaField"];
export type SetupRequest = Schemas["SetupCreateRequest"];
export type SignInRequest = Schemas["SessionsCreateRequest"];
export type TagWithValue = Schemas["TagWithValue"];
export type UserSummary = Schemas["UserSummary"];
export type Vista = Schemas["Vista"];
