import { createFileRoute } from "@tanstack/react-router";
import { CustomerPage, type CustomerSearch, parseCustomerSearch } from "@/features/customer/customer-page";
import { fieldsQuery } from "@/features/record/field";

export const Route = createFileRoute("/_app/contacts/$id")({
  validateSearch: parseCustomerSearch,
  loader: ({ context: { client } }) => client.ensureQueryData(fieldsQuery("rev_user")),
  component: Page,
});

function Page() {
  const navigate = Route.useNavigate();
  const onSearchChange = (search: CustomerSearch) => void navigate({ search, replace: true });
  return (
    <CustomerPage {...Route.useParams()} type="rev_user" search={Route.useSearch()} onSearchChange={onSearchChange} />
  );
}
