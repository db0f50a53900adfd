import { useInfiniteQuery } from "@tanstack/react-query";
import { FileUp } from "lucide-react";
import { useState } from "react";
import { LoadMore } from "@/components/load-more";
import { PageHeader } from "@/components/page-header";
import { QueryState } from "@/components/query-state";
import { StateMessage } from "@/components/state-message";
import { Button } from "@/components/ui/button";
import { type ImportType, importsQuery } from "@/features/import/import";
import { ImportDialog } from "@/features/import/import-dialog";
import { ImportList } from "@/features/import/import-list";
import { useTitle } from "@/lib/use-title";
import { strings } from "@/strings";

const words = strings.imports;

/** All imports of the organisation, and the way to begin one. */
export function ImportPage() {
  useTitle(words.title);
  const [importing, setImporting] = useState<ImportType>();
  return (
    <div className="flex h-full flex-col">
      <PageHeader
        title={words.title}
        actions={
          <>
            <Button size="sm" onClick={() => setImporting("accounts")}>
              {words.importAccounts}
            </Button>
            <Button size="sm" variant="primary" onClick={() => setImporting("contacts")}>
              {words.importContacts}
            </Button>
          </>
        }
      />
      <div className="min-h-0 flex-1 overflow-y-auto px-4 py-4 sm:px-6">
        <Imports />
      </div>
      {(["contacts", "accounts"] as const).map((type) => (
        <ImportDialog
          key={type}
          type={type}
          open={importing === type}
          onOpenChange={(open) => setImporting(open ? type : undefined)}
        />
      ))}
    </div>
  );
}

function Imports() {
  const query = useInfiniteQuery(importsQuery);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <QueryState query={query} loading={words.loading} bars={6}>
        {({ pages }) => {
          const imports = pages.flatMap((page) => page.imports);
          return imports.length === 0 ? <NoImports /> : <ImportList imports={imports} />;
        }}
      </QueryState>
      <LoadMore query={query} />
    </div>
  );
}

function NoImports() {
  return (
    <StateMessage icon={FileUp} title={words.empty}>
      <p className="max-w-md text-balance text-ink-2">{words.emptyText}</p>
    </StateMessage>
  );
}
