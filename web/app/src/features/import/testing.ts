import type { Import, ImportProgress, Preview } from "@/features/import/import";
import { ada } from "@/testing/server";

const id = "don:identity:kith:devo/1:import/1";

export function progressOf(counts: Partial<ImportProgress>): ImportProgress {
  return { created: 0, updated: 0, unchanged: 0, repeated: 0, skipped: 0, failed: 0, rows: 0, fraction: 0, ...counts };
}

/** A completed import of Ada's, or what else it is to be. */
export function importOf(more: Partial<Import> = {}): Import {
  return {
    id,
    display_id: "IMP-1",
    file_name: "people.csv",
    type: "contacts",
    state: "completed",
    options: {},
    created_by: { id: ada.id, display_name: ada.display_name, type: "dev_user" },
    created_date: new Date().toISOString(),
    modified_date: new Date().toISOString(),
    progress: progressOf({}),
    ...more,
  };
}

/** What the server would say about a small file whose last column it does not know. */
export function previewOf(more: Partial<Preview> = {}): Preview {
  const field = { list: false, required: false, columns: [], samples: [] };
  return {
    type: "contacts",
    encoding: "utf-8",
    delimiter: ";",
    gzip: false,
    header: ["display_name", "external_ref", "Mail"],
    fields: [
      { ...field, name: "display_name", required: true, columns: ["display_name"] },
      { ...field, name: "external_ref", required: true, columns: ["external_ref"] },
      { ...field, name: "email" },
    ],
    ignored_columns: ["Mail"],
    missing_fields: [],
    presets: ["zendesk"],
    rows: [
      { line: 2, cells: ["Ann", "c-1", "ann@example.com"], problems: [] },
      {
        line: 3,
        cells: ["", "c-2", "bob@example.com"],
        problems: [{ column: "display_name", code: "missing_required", message: "is mandatory" }],
      },
    ],
    ...more,
  };
}
