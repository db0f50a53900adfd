import { createFileRoute } from "@tanstack/react-router";
import { useState } from "react";
import { ImportDialog } from "@/features/import/import-dialog";
import { fieldsQuery } from "@/features/record/field";
import { ListPage } from "@/features/record/list-page";
import { parseListSearch } from "@/features/record/list-search";
import { vistasQuery } from "@/features/vista/vista";

export const Route = createFileRoute("/_app/accounts/")({
  validateSearch: parseListSearch,
  loader: ({ context: { client } }) =>
    Promise.all([client.ensureQueryData(fieldsQuery("account")), client.ensureQueryData(vistasQuery("account"))]),
  component: Accounts,
});

function Accounts() {
  const navigate = Route.useNavigate();
  const [importing, setImporting] = useState(false);
  return (
    <ListPage
      type="account"
      search={Route.useSearch()}
      onSearchChange={(search, how) => void navigate({ search, ...how })}
      onImport={() => setImporting(true)}
    >
      <ImportDialog type="accounts" open={importing} onOpenChange={setImporting} />
    </ListPage>
  );
}
