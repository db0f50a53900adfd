import { createFileRoute } from "@tanstack/react-router";
import { CustomerPage, type CustomerSearch, parseCustomerSearch } from "@/features/customer/customer-page";
import { fieldsQuery } from "@/features/record/field";

export const Route = createFileRoute("/_app/accounts/$id")({
  validateSearch: parseCustomerSearch,
  loader: ({ context: { client } }) => client.ensureQueryData(fieldsQuery("account")),
  component: Page,
});

function Page() {
  const navigate = Route.useNavigate();
  const onSearchChange = (search: CustomerSearch) => void navigate({ search, replace: true });
  return (
    <CustomerPage {...Route.useParams()} type="account" search={Route.useSearch()} onSearchChange={onSearchChange} />
  );
}
