import { createColumnHelper, tableFeatures } from "@tanstack/react-table";
import type { RevUser } from "@/api/types";
import { Avatar } from "@/components/ui/avatar";
import { externalRef } from "@/features/contact/contact";
import { ContactTags, VerifiedBadge } from "@/features/contact/contact-marks";
import type { SortKey } from "@/features/contact/contact-search";
import { formatDate, formatDateTime } from "@/lib/format";

export const contactFeatures = tableFeatures({});

const helper = createColumnHelper<typeof contactFeatures, RevUser>();

export const contactColumns = helper.columns([
  helper.accessor("display_name", {
    id: "name",
    header: "Name",
    cell: ({ row: { original: contact } }) => (
      <span className="flex min-w-0 items-center gap-2.5">
        <Avatar name={contact.display_name} seed={contact.id} />
        <span className="truncate font-medium text-ink" title={contact.display_name}>
          {contact.display_name}
        </span>
        {contact.is_verified && <VerifiedBadge />}
      </span>
    ),
  }),
  helper.accessor("email", { id: "email", header: "E-mail", cell: (cell) => <Text value={cell.getValue()} /> }),
  helper.accessor((contact) => contact.phone_numbers, {
    id: "phone",
    header: "Phone",
    cell: (cell) => <FirstOf values={cell.getValue()} />,
  }),
  helper.accessor(externalRef, {
    id: "reference",
    header: "External ref",
    cell: (cell) => <Text value={cell.getValue()} />,
  }),
  helper.accessor((contact) => contact.rev_org?.display_name, {
    id: "account",
    header: "Account",
    cell: (cell) => <Text value={cell.getValue()} />,
  }),
  helper.accessor((contact) => contact.tags, {
    id: "tags",
    header: "Tags",
    cell: (cell) => <ContactTags tags={cell.getValue()} />,
  }),
  helper.accessor("created_date", {
    id: "created",
    header: "Created",
    cell: (cell) => <DateOf value={cell.getValue()} />,
  }),
  helper.accessor("modified_date", {
    id: "modified",
    header: "Modified",
    cell: (cell) => <DateOf value={cell.getValue()} />,
  }),
]);

/** How each column is laid out: its least width in rem, its share of what is left, and what its heading sorts by. */
export const columnLayout: Record<string, { width: number; share: number; sort?: SortKey }> = {
  name: { width: 13.5, share: 1.5, sort: "name" },
  email: { width: 11.5, share: 1.4, sort: "email" },
  phone: { width: 8.5, share: 0.8 },
  reference: { width: 7, share: 0.8 },
  account: { width: 8, share: 1 },
  tags: { width: 9.5, share: 1 },
  created: { width: 7.25, share: 0.6, sort: "created" },
  modified: { width: 7.25, share: 0.6, sort: "modified" },
};

function Text({ value }: { value: string | undefined }) {
  if (!value) return <Nothing />;
  return (
    <span className="truncate" title={value}>
      {value}
    </span>
  );
}

function FirstOf({ values }: { values: string[] | undefined }) {
  const [first, ...others] = values ?? [];
  if (!first) return <Nothing />;
  return (
    <span className="flex min-w-0 gap-1 tabular-nums" title={values?.join("\n")}>
      <span className="truncate">{first}</span>
      {others.length > 0 && <span className="text-ink-3">+{others.length}</span>}
    </span>
  );
}

function DateOf({ value }: { value: string | undefined }) {
  return (
    <time dateTime={value} title={formatDateTime(value)} className="truncate text-ink-3 tabular-nums">
      {formatDate(value)}
    </time>
  );
}

function Nothing() {
  return <span className="sr-only">None</span>;
}
