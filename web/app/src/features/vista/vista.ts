import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Vista } from "@/api/types";
import type { ListView } from "@/features/record/list-search";
import { sortBy } from "@/features/record/list-search";
import { type RecordType, recordKinds } from "@/features/record/record";

/** The saved views of a type that this member sees, the default one first. */
export function vistasQuery(type: RecordType) {
  return queryOptions({
    queryKey: ["vistas", type],
    queryFn: async ({ signal }): Promise<Vista[]> => {
      const { vistas } = await answer(api.POST("/vistas.list", { body: { limit: 100 }, signal }));
      return vistas
        .filter(({ filter_type }) => filter_type === recordKinds[type].vistas)
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

export async function createVista(type: RecordType, view: ListView, settings: VistaSettings): Promise<Vista> {
  const { name, isPublic, isDefault } = settings;
  const filter_type = recordKinds[type].vistas;
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
