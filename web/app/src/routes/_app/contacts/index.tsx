import { createFileRoute } from "@tanstack/react-router";
import { useState } from "react";
import { ImportDialog } from "@/features/import/import-dialog";
import { fieldsQuery } from "@/features/record/field";
import { ListPage } from "@/features/record/list-page";
import { parseListSearch } from "@/features/record/list-search";
import { vistasQuery } from "@/features/vista/vista";

export const Route = createFileRoute("/_app/contacts/")({
  validateSearch: parseListSearch,
  loader: ({ context: { client } }) =>
    Promise.all([client.ensureQueryData(fieldsQuery("rev_user")), client.ensureQueryData(vistasQuery("rev_user"))]),
  component: Contacts,
});

function Contacts() {
  const navigate = Route.useNavigate();
  const [importing, setImporting] = useState(false);
  return (
    <ListPage
      type="rev_user"
      search={Route.useSearch()}
      onSearchChange={(search, how) => void navigate({ search, ...how })}
      onImport={() => setImporting(true)}
    >
      <ImportDialog type="contacts" open={importing} onOpenChange={setImporting} />
    </ListPage>
  );
}
