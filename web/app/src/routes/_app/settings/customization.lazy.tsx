import { createLazyFileRoute } from "@tanstack/react-router";
import { CustomizationPage } from "@/features/schema/customization-page";

export const Route = createLazyFileRoute("/_app/settings/customization")({ component: Customization });

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
