import type { components } from "@/api/schema.gen";

type Schemas = components["schemas"];

export type AuthToken = Schemas["AuthToken"];
export type DevOrg = Schemas["DevOrgSummary"];
export type DevUser = Schemas["DevUser"];
export type Fragment = Schemas["Fragment"];
export type FragmentRequest = Schemas["SchemasCustomSetRequest"];
export type OrgSettings = Schemas["OrgSettings"];
export type OrgSettingsChange = Schemas["OrgSettingsInInput"];
export type Resolution = Schemas["ResolveOut"];
export type ResolveRequest = Schemas["IdentitiesResolveRequest"];
export type RevUser = Schemas["RevUser"];
export type RuleEffect = Schemas["RuleEffect"];
export type SchemaChoice = Schemas["Choice"];
export type SchemaCondition = Schemas["SchemaCondition"];
export type SchemaField = Schemas["SchemaField"];
export type SchemaFieldRequest = Schemas["FieldInInput"];
export type SchemaOverride = Schemas["SchemaOverride"];
export type ServiceAccount = Schemas["ServiceAccount"];
export type SetupRequest = Schemas["SetupCreateRequest"];
export type SignInRequest = Schemas["SessionsCreateRequest"];
export type StockSchema = Schemas["StockSchema"];
export type Tag = Schemas["Tag"];
export type TagWithValue = Schemas["TagWithValue"];
export type TokenRequest = Schemas["AuthTokensCreateRequest"];
