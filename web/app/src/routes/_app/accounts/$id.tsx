import { createFileRoute } from "@tanstack/react-router";
import { CustomerPage, type CustomerTab, customerTabs } from "@/features/customer/customer-page";
import { fieldsQuery } from "@/features/record/field";

export const Route = createFileRoute("/_app/accounts/$id")({
  validateSearch: (search): { tab?: CustomerTab } => {
    const tab = customerTabs.find((name) => name === search.tab);
    return tab ? { tab } : {};
  },
  loader: ({ context: { client } }) => client.ensureQueryData(fieldsQuery("account")),
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  const { tab = "overview" } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <CustomerPage
      key={id}
      type="account"
      id={id}
      tab={tab}
      onTabChange={(next) => void navigate({ search: next === "overview" ? {} : { tab: next }, replace: true })}
    />
  );
}
