import { createFileRoute } from "@tanstack/react-router";
import { CustomizationPage } from "@/features/schema/customization-page";
import { objects, type Scope } from "@/features/schema/schema";

type Search = { object?: Scope["object"]; subtype?: string };

export const Route = createFileRoute("/_app/settings/customization")({
  validateSearch: parse,
  component: Customization,
});

/** Contacts without a subtype are what the page shows without parameters. */
function parse({ object, subtype }: Record<string, unknown>): Search {
  const known = objects.find((name) => name === object);
  return { ...(known && { object: known }), ...(typeof subtype === "string" && { subtype }) };
}

function Customization() {
  const { object = "contact", subtype } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <CustomizationPage
      scope={{ object, subtype }}
      onScopeChange={(next) =>
        void navigate({ search: { object: next.object, ...(next.subtype !== undefined && { subtype: next.subtype }) } })
      }
    />
  );
}
