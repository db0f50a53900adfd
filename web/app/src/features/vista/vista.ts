import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Vista } from "@/api/types";
import type { ListView } from "@/features/record/list-search";
import { sortBy } from "@/features/record/list-search";
import type { FilterType } from "@/features/record/record";

/** What the server calls views of a type. */
const vistaKinds = {
  rev_user: "rev_users",
  account: "accounts",
  rev_org: "rev_orgs",
  conversation: "conversations",
  ticket: "works",
} as const satisfies Record<FilterType, Vista["filter_type"]>;

/** The saved views of a type that this member sees, the default one first. */
export function vistasQuery(type: FilterType) {
  return queryOptions({
    queryKey: ["vistas", type],
    queryFn: async ({ signal }): Promise<Vista[]> => {
      const { vistas } = await answer(api.POST("/vistas.list", { body: { limit: 100 }, signal }));
      return vistas
        .filter(({ filter_type }) => filter_type === vistaKinds[type])
        .toSorted((a, b) => Number(b.is_default) - Number(a.is_default));
    },
    staleTime: 60_000,
  });
}

export type VistaSettings = { name: string; isPublic: boolean; isDefault: boolean };

/** What the server keeps of a view. */
function kept(view: ListView) {
  return {
    filter: view.filter,
    custom_view: {
      column_properties: view.columns.map(({ name, width }) => ({
        name,
        ...(width ? { width: `${Math.round(width)}px` } : {}),
      })),
      sort_by: sortBy(view),
      group_by: view.group,
      layout: view.layout,
    },
  };
}

export async function createVista(type: FilterType, view: ListView, settings: VistaSettings): Promise<Vista> {
  const { name, isPublic, isDefault } = settings;
  const filter_type = vistaKinds[type];
  const body = {
    type: "dynamic" as const,
    filter_type,
    name,
    is_public: isPublic,
    is_default: isDefault,
    ...kept(view),
  };
  return (await answer(api.POST("/vistas.create", { body }))).vista;
}

export async function saveVista(vista: Vista, view: ListView): Promise<Vista> {
  return (await answer(api.POST("/vistas.update", { body: { id: vista.id, ...kept(view) } }))).vista;
}

export async function changeVista(vista: Vista, { name, isPublic, isDefault }: VistaSettings): Promise<Vista> {
  const body = { id: vista.id, name, is_public: isPublic, is_default: isDefault };
  return (await answer(api.POST("/vistas.update", { body }))).vista;
}

export async function deleteVista(vista: Vista): Promise<void> {
  await answer(api.POST("/vistas.delete", { body: { id: vista.id } }));
}
