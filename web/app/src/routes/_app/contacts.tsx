import { createFileRoute } from "@tanstack/react-router";
import { ContactPage } from "@/features/contact/contact-page";
import { contactSearchParams, parseContactSearch } from "@/features/contact/contact-search";

export const Route = createFileRoute("/_app/contacts")({
  validateSearch: (search) => contactSearchParams(parseContactSearch(search)),
  component: Contacts,
});

function Contacts() {
  const search = parseContactSearch(Route.useSearch());
  const navigate = Route.useNavigate();
  return (
    <ContactPage
      // A new order is a new list: it starts at its top.
      key={`${search.sort} ${search.dir}`}
      search={search}
      onSearchChange={(next) => void navigate({ search: contactSearchParams(next) })}
    />
  );
}
